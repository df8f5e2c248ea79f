"""The program inside a managed runtime's instance: imports the handler, runs it call by call.

It must run on every Python that Function Compute offers (3.6 to 3.13) and uses the standard library only. The
local cloud is at the other end of an inherited socket, whose number is the first argument. A frame is two lengths
(4 bytes each, big endian), an object (marshal inwards, JSON outwards) and raw bytes; stdout and stderr are the
function's log and nothing else.

The shapes of context, log lines and errors are those of the Function Compute documentation: "Python runtime"
(context, log, error handling, instance lifecycle).
"""
# ruff: noqa: PTH100, PTH110, PTH118, UP006, UP031, UP035
# (3.6 has neither newer annotations nor newer syntax; and every module imported here delays every cold start, so
# there is no pathlib, socket or typing, and json only once it is needed.)

import faulthandler
import importlib
import logging
import marshal
import os
import struct
import sys
import time
import traceback

from yunfn_fc_context import CREDENTIALS, make_context  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Tuple

_LENGTHS = struct.Struct(">II")
_SIGTERM = 15


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
    def stream(self) -> "Any":
        """The present sys.stdout."""
        return sys.stdout

    @stream.setter
    def stream(self, value: "Any") -> None:
        pass


class Channel:
    """The framed socket to the local cloud."""

    def __init__(self, number: int) -> None:
        self._number = number
        os.set_inheritable(number, False)

    def _exactly(self, count: int) -> bytes:
        parts: List[bytes] = []
        while count:
            part = os.read(self._number, min(count, 1 << 20))
            if not part:
                # The cloud is gone; nobody is left to answer to.
                os._exit(0)
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def receive(self) -> "Tuple[Dict[str, Any], bytes]":
        """The next frame; ends the process where the other side is gone."""
        head, body = _LENGTHS.unpack(self._exactly(_LENGTHS.size))
        return marshal.loads(self._exactly(head)), self._exactly(body)  # noqa: S302 - the cloud itself wrote it

    def send(self, head: bytes, body: bytes = b"") -> None:
        """Send one frame, its head in JSON."""
        left = memoryview(_LENGTHS.pack(len(head), len(body)) + head + body)
        while left:
            left = left[os.write(self._number, left) :]


class NotLoaded(Exception):
    """The handler cannot be had; ``kind`` and ``stack`` are the errorType and stackTrace the cloud answers with."""

    def __init__(self, kind: str, message: str, stack: "List[str]") -> None:
        Exception.__init__(self, message)
        self.kind = kind
        self.stack = stack


def load_module(path: str) -> "Any":
    """The module that the part of a handler before its last dot names: ``file``, ``package.file``, ``folder/file``."""
    folder, slash, name = path.rpartition("/")
    if not slash:
        return importlib.import_module(name)
    if path not in sys.modules:
        place = os.path.join(os.environ["FC_FUNC_CODE_PATH"], folder, *name.split(".")) + ".py"
        from importlib import util

        spec = util.spec_from_file_location(path, place)
        if spec is None or spec.loader is None or not os.path.exists(place):
            raise ImportError("No module named %r" % name)
        module = util.module_from_spec(spec)
        sys.modules[path] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[path]
            raise
    return sys.modules[path]


def last_lines(error: BaseException) -> "List[str]":
    """What the traceback ends with, cut into pieces as the cloud does for a module that cannot be loaded."""
    pieces: List[str] = []
    for number, part in enumerate(traceback.format_exception_only(type(error), error)):
        for line in part.split("\n"):
            line = line.replace("^", "").strip()
            pieces += [piece.strip() for piece in line.split(",")] if number == 0 else [line]
    return [piece for piece in pieces if piece]


def load(name: str) -> "Callable[..., Any]":
    """The function that a handler names. Raises NotLoaded with the cloud's words for why not."""
    path, dot, attribute = name.rpartition(".")
    if not dot:
        raise NotLoaded("InvalidHandleName", "Invalid handler '%s'" % name, [])
    try:
        module = load_module(path)
    except ImportError as error:
        raise NotLoaded("ImportModuleError", "Unable to import module '%s'" % path, last_lines(error)) from None
    except SyntaxError as error:
        raise NotLoaded("UserCodeSyntaxError", "Syntax error in module '%s'" % path, last_lines(error)) from None
    except Exception as error:
        message = "Module initialization error: '%s'" % error
        raise NotLoaded("UserCodeError", message, last_lines(error)) from None
    if not hasattr(module, attribute):
        raise NotLoaded("HandlerNotFound", "Handler '%s' is missing on module '%s'" % (attribute, path), [])
    function: Callable[..., Any] = getattr(module, attribute)
    return function


def describe(error: BaseException) -> "Dict[str, Any]":
    """The error body the cloud answers with: message, type, and the stack from the user's code on."""
    told: Dict[str, Any] = {"errorMessage": str(error), "errorType": type(error).__name__}
    if isinstance(error, NotLoaded):
        told["errorType"] = error.kind
        if error.stack:
            told["stackTrace"] = error.stack
        return told
    own = os.path.abspath(__file__)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != own]
    if frames:
        told["stackTrace"] = [
            ['File "%s"' % frame.filename, "line %s" % frame.lineno, "in %s" % frame.name, frame.line or ""]
            for frame in frames
        ]
    return told


def plain(value: "Any") -> "Any":
    """What json cannot write and the cloud can: decimals, dates, and objects with a ``to_json``."""
    # A value of one of these modules has them loaded; loading them here would cost every cold start.
    decimal = sys.modules.get("decimal")
    if decimal is not None and isinstance(value, decimal.Decimal):
        return float(value)
    datetime = sys.modules.get("datetime")
    if datetime is not None and isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if hasattr(value, "to_json"):
        return value.to_json()
    raise TypeError("%r is not JSON serializable" % (value,))


def to_json(value: "Any") -> str:
    """JSON as the cloud writes it, keys sorted, four spaces deep."""
    import json

    return json.dumps(value, default=plain, indent=4, sort_keys=True)


def encode(value: "Any") -> bytes:
    """A handler's return value as the answer's body: bytes and text as they are, anything else (None too) as JSON."""
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else to_json(value)).encode()


class Worker:
    """Serves one instance's calls, one at a time."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.functions: Dict[str, Callable[..., Any]] = {}

    def run(self, call: "Dict[str, Any]", body: bytes) -> bytes:
        """One call (handler or initializer); its encoded answer. A handler is loaded at its first call."""
        name = call["run"]
        if name not in self.functions:
            self.functions[name] = load(name)
        context = make_context(call)
        if call["op"] == "initialize":
            return encode(self.functions[name](context))
        return encode(self.functions[name](body, context))

    def serve(self) -> None:
        """Say that it is ready, then answer calls until the other side closes."""
        self.channel.send(b"{}")
        while True:
            call, body = self.channel.receive()
            LogLine.request_id = call["request_id"]
            for variable, field in CREDENTIALS:
                if call["credentials"]:
                    os.environ[variable] = call["credentials"][field]
            head = b'{"error": null}'
            answer = b""
            try:
                answer = self.run(call, body)
            except Exception as error:
                failure = to_json(describe(error))
                head = ('{"error": %s}' % failure).encode()
                logging.getLogger().error(failure)
            sys.stdout.flush()
            sys.stderr.flush()
            self.channel.send(head, answer)


def set_up_logging() -> None:
    """The root logger writes to standard output in the cloud's format, from INFO on."""
    handler = StandardOutput()
    handler.setFormatter(LogLine())
    logger = logging.getLogger()
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)


def main() -> None:
    """Set the search path as the cloud does and serve."""
    channel = Channel(int(sys.argv[1]))
    # The folder of this file stood first; in the cloud /code does, then what layers bring (FCD "layers").
    packages = "{}/python/lib/python{}.{}/site-packages".format(sys.argv[2], *sys.version_info)
    sys.path[:1] = [os.environ["FC_FUNC_CODE_PATH"], packages]
    sys.argv = [sys.executable]
    # Asked to end at its timeout, the process first says where it is (the cloud does so too), even from C code.
    faulthandler.register(_SIGTERM, all_threads=True)
    try:
        import yunfn_local_trust  # type: ignore[import-not-found]
    except ImportError:
        pass
    else:
        yunfn_local_trust.install()
    set_up_logging()
    print("FunctionCompute python3 runtime inited.")
    Worker(channel).serve()


if __name__ == "__main__":
    main()
