"""The manner of Function Compute for bootstrap.py: log lines, error bodies, answers, search path.

The shapes of context, log lines and errors are those of the Function Compute documentation: "Python runtime" (context,
log, error handling, instance lifecycle). Runs on every Python from 3.6 on, inside the instance.
"""
# ruff: noqa: UP006, UP031, UP035
# (Every module imported here delays every cold start: no typing, and json only once it is needed.)

import faulthandler
import logging
import os
import sys
import time
import traceback

from yunfn_fc_context import CREDENTIALS, make_context  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List

__all__ = ["CREDENTIALS", "make_context"]

_SIGTERM = 15
# Why a handler cannot be had: errorType and errorMessage.
_NOT_LOADED = {
    "name": ("InvalidHandleName", "Invalid handler '%(attribute)s'"),
    "import": ("ImportModuleError", "Unable to import module '%(module)s'"),
    "syntax": ("UserCodeSyntaxError", "Syntax error in module '%(module)s'"),
    "code": ("UserCodeError", "Module initialization error: '%(cause)s'"),
    "attribute": ("HandlerNotFound", "Handler '%(attribute)s' is missing on module '%(module)s'"),
}


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


def code_root() -> str:
    """Where the function's code lies."""
    return os.environ["FC_FUNC_CODE_PATH"]


def search_path(layers: str) -> "List[str]":
    """What stands first on ``sys.path``: the code, then what layers at ``layers`` bring (FCD "layers")."""
    return [code_root(), "{}/python/lib/python{}.{}/site-packages".format(layers, *sys.version_info)]


def set_up() -> None:
    """The root logger writes to standard output in the cloud's format, from INFO on."""
    # Asked to end at its timeout, the process first says where it is (the cloud does so too), even from C code.
    faulthandler.register(_SIGTERM, all_threads=True)
    handler = StandardOutput()
    handler.setFormatter(LogLine())
    logger = logging.getLogger()
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    print("FunctionCompute python3 runtime inited.")


def begin(call: "Dict[str, Any]") -> None:
    """A request comes in; its id stands in the log lines from now on."""
    LogLine.request_id = call["request_id"]


def event(body: bytes) -> bytes:
    """What the handler is given: the event's bytes."""
    return body


def _last_lines(error: BaseException) -> "List[str]":
    """What the traceback ends with, cut into pieces as the cloud does for a module that cannot be loaded."""
    pieces: List[str] = []
    for number, part in enumerate(traceback.format_exception_only(type(error), error)):
        for line in part.split("\n"):
            line = line.replace("^", "").strip()
            pieces += [piece.strip() for piece in line.split(",")] if number == 0 else [line]
    return [piece for piece in pieces if piece]


def _describe(error: "Any", own: str) -> "Dict[str, Any]":
    """The error body the cloud answers with: message, type, and the stack from the user's code on."""
    if hasattr(error, "kind") and hasattr(error, "cause"):
        kind, message = _NOT_LOADED[error.kind]
        told: Dict[str, Any] = {"errorType": kind, "errorMessage": message % vars(error)}
        stack = _last_lines(error.cause) if error.cause is not None else []
        if stack:
            told["stackTrace"] = stack
        return told
    told = {"errorMessage": str(error), "errorType": type(error).__name__}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != own]
    if frames:
        told["stackTrace"] = [
            ['File "%s"' % frame.filename, "line %s" % frame.lineno, "in %s" % frame.name, frame.line or ""]
            for frame in frames
        ]
    return told


def failure(error: BaseException, own: str) -> str:
    """The error body, in JSON, for what a request raised; logged too. ``own`` is the file of bootstrap.py."""
    told = _to_json(_describe(error, own))
    logging.getLogger().error(told)
    return told


def _plain(value: "Any") -> "Any":
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


def _to_json(value: "Any") -> str:
    """JSON as the cloud writes it, keys sorted, four spaces deep."""
    import json

    return json.dumps(value, default=_plain, indent=4, sort_keys=True)


def encode(value: "Any") -> bytes:
    """A handler's return value as the answer's body: bytes and text as they are, anything else (None too) as JSON."""
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else _to_json(value)).encode()
