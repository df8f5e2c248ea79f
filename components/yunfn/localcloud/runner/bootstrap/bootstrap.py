"""The program inside a managed runtime's instance: imports the handler, runs it call by call.

It must run on every Python that Function Compute offers (3.6 to 3.13) and uses the standard library only. The
local cloud is at the other end of an inherited socket, whose number is the first argument. A frame is two lengths
(4 bytes each, big endian), a JSON object and raw bytes; stdout and stderr are the function's log and nothing else.

The shapes of context, log lines and errors are those of the Function Compute documentation: "Python runtime"
(context, log, error handling, instance lifecycle).
"""
# ruff: noqa: PTH100, UP006, UP031, UP035
# (3.6 has neither newer annotations nor newer syntax, and pathlib would cost every cold start.)

import base64
import importlib
import json
import logging
import os
import socket
import struct
import sys
import time
import traceback
from typing import Any, Callable, Dict, Tuple

_LENGTHS = struct.Struct(">II")
_CREDENTIALS = (
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "access_key_id"),
    ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "access_key_secret"),
    ("ALIBABA_CLOUD_SECURITY_TOKEN", "security_token"),
)


class Credentials:
    """Temporary credentials of the function's role."""

    def __init__(self, access_key_id: str, access_key_secret: str, security_token: str) -> None:
        self.access_key_id = access_key_id
        self.access_key_secret = access_key_secret
        self.security_token = security_token


class ServiceMeta:
    """The FC 2.0 service the function belongs to; on FC 3.0 what is left of it."""

    def __init__(self, name: str, log_project: str, log_store: str, qualifier: str, version_id: str) -> None:
        self.name = name
        self.log_project = log_project
        self.log_store = log_store
        self.qualifier = qualifier
        self.version_id = version_id


class Tracing:
    """Where and under which span this call is traced."""

    def __init__(self, span_context: str, base64_baggages: str, jaeger_endpoint: str) -> None:
        self.span_context = span_context
        self.jaeger_endpoint = jaeger_endpoint
        self.span_baggages = json.loads(base64.b64decode(base64_baggages)) if base64_baggages else {}


class FunctionMeta:
    """Name, handler, memory (MB) and timeout (seconds); Python 3.12 adds version and qualifier."""

    def __init__(self, name: str, handler: str, memory: int, timeout: int) -> None:
        self.name = name
        self.handler = handler
        self.memory = memory
        self.timeout = timeout


class FCContext:
    """The second argument of a handler; which fields it has depends on the runtime, as in the cloud."""

    def __init__(self, fields: Dict[str, Any]) -> None:
        self.__dict__.update(fields)

    def to_json(self) -> str:
        """All of it as JSON, the logger left out."""
        shown = {name: value for name, value in self.__dict__.items() if name != "logger"}
        return json.dumps(shown, default=lambda value: value.__dict__)


def make_context(call: Dict[str, Any], logger: logging.Logger) -> FCContext:
    """The context for one call: since 3.12 without credentials, service and tracing (FCD "context")."""
    function = FunctionMeta(call["function"], call["handler"], call["memory"], call["timeout"])
    common = {
        "request_id": call["request_id"],
        "function": function,
        "region": call["region"],
        "logger": logger,
        "account_id": call["account_id"],
    }  # type: Dict[str, Any]
    if sys.version_info >= (3, 12):
        function.version_id = call["version"]  # type: ignore[attr-defined]
        function.qualifier = call["qualifier"]  # type: ignore[attr-defined]
        common.update(log_project=call["log_project"], log_store=call["log_store"])
        return FCContext(common)
    keys = call["credentials"] or {}
    trace = call["trace"]
    common.update(
        credentials=Credentials(*[keys.get(field, "") for _, field in _CREDENTIALS]),
        service=ServiceMeta("", call["log_project"], call["log_store"], call["qualifier"], call["version"]),
        tracing=Tracing(
            trace.get("span_context", ""), trace.get("base64_baggages", ""), trace.get("jaeger_endpoint", "")
        ),
    )
    return FCContext(common)


class LogLine(logging.Formatter):
    """``2026-01-01T00:00:00.000Z <request id> [INFO] message``, in UTC."""

    request_id = ""

    def format(self, record: logging.LogRecord) -> str:
        """One record as the cloud prints it, its traceback on the lines after."""
        record.message = record.getMessage()
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = "%s.%03dZ %s [%s] %s" % (moment, record.msecs, LogLine.request_id, record.levelname, record.message)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class StandardOutput(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to whatever sys.stdout is now, as print does."""

    @property
    def stream(self) -> Any:
        """The present sys.stdout."""
        return sys.stdout

    @stream.setter
    def stream(self, value: Any) -> None:
        pass


class Channel:
    """The framed socket to the local cloud."""

    def __init__(self, number: int) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=number)
        os.set_inheritable(number, False)

    def _exactly(self, count: int) -> bytes:
        parts = []  # type: List[bytes]
        while count:
            part = self._socket.recv(min(count, 1 << 20))
            if not part:
                # The cloud is gone; nobody is left to answer to.
                os._exit(0)
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def receive(self) -> Tuple[Dict[str, Any], bytes]:
        """The next frame; ends the process where the other side is gone."""
        head, body = _LENGTHS.unpack(self._exactly(_LENGTHS.size))
        return json.loads(self._exactly(head).decode()), self._exactly(body)

    def send(self, head: Dict[str, Any], body: bytes = b"") -> None:
        """Send one frame."""
        encoded = json.dumps(head).encode()
        self._socket.sendall(_LENGTHS.pack(len(encoded), len(body)) + encoded + body)


class MissingHandler(Exception):
    """The handler's file or function is not there; ``kind`` is the cloud's name for it."""

    def __init__(self, kind: str, message: str) -> None:
        Exception.__init__(self, message)
        self.kind = kind


def load(name: str) -> Callable[..., Any]:
    """The function that ``file.function`` or ``folder/file.function`` names under /code."""
    path, dot, attribute = name.rpartition(".")
    if not dot or not path or not attribute:
        raise MissingHandler("HandlerNotFound", "Bad handler '%s'" % name)
    module_name = path.strip("/").replace("/", ".")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        if getattr(error, "name", None) == module_name:
            raise MissingHandler("ImportModuleError", "Unable to import module '%s'" % path) from None
        raise
    function = getattr(module, attribute, None)
    if not callable(function):
        raise MissingHandler("HandlerNotFound", "Handler '%s' is missing on module '%s'" % (attribute, path))
    return function  # type: ignore[no-any-return]


def describe(error: BaseException) -> Dict[str, Any]:
    """An exception in the body the cloud answers: message, type, and the stack from the user's code on."""
    own = os.path.abspath(__file__)
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != own and "importlib" not in frame.filename
    ]
    kind = error.kind if isinstance(error, MissingHandler) else type(error).__name__
    return {
        "errorMessage": str(error),
        "errorType": kind,
        "stackTrace": [
            ['File "%s"' % frame.filename, "line %s" % frame.lineno, "in %s" % frame.name, frame.line or ""]
            for frame in frames
        ],
    }


def encode(value: Any) -> bytes:
    """A handler's return value as the answer's body: bytes as they are, text in UTF-8, anything else as JSON."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if isinstance(value, str):
        return value.encode()
    return json.dumps(value).encode()


class Worker:
    """Serves one instance's calls, one at a time."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.logger = logging.getLogger()
        self.functions = {}  # type: Dict[str, Callable[..., Any]]
        handler = StandardOutput()
        handler.setFormatter(LogLine())
        self.logger.addHandler(handler)
        self.logger.setLevel(logging.INFO)

    def run(self, call: Dict[str, Any], body: bytes) -> bytes:
        """One call (handler or initializer); its encoded answer."""
        LogLine.request_id = call["request_id"]
        for variable, field in _CREDENTIALS:
            if call["credentials"]:
                os.environ[variable] = call["credentials"][field]
        name = call["run"]
        if name not in self.functions:
            self.functions[name] = load(name)
        if call["op"] == "load":
            return b""
        context = make_context(call, self.logger)
        if call["op"] == "initialize":
            self.functions[name](context)
            return b""
        return encode(self.functions[name](body, context))

    def serve(self) -> None:
        """Answer calls until the other side closes."""
        while True:
            call, body = self.channel.receive()
            failure = None  # type: Optional[Dict[str, Any]]
            answer = b""
            try:
                answer = self.run(call, body)
            except Exception as error:
                failure = describe(error)
                self.logger.error("%s", error, exc_info=not isinstance(error, MissingHandler))
            sys.stdout.flush()
            sys.stderr.flush()
            self.channel.send({"error": failure}, answer)


def main() -> None:
    """Set the search path as the cloud does and serve."""
    channel = Channel(int(sys.argv[1]))
    code = os.environ["FC_FUNC_CODE_PATH"]
    # The folder of this file stood first; in the cloud /code does.
    sys.path[0] = code
    sys.argv = [sys.executable]
    try:
        import yunfn_local_trust  # type: ignore[import-not-found]
    except ImportError:
        pass
    else:
        yunfn_local_trust.install()
    Worker(channel).serve()


if __name__ == "__main__":
    main()
