"""The manner of Serverless Cloud Function for bootstrap.py: context, errors, answers, search path.

Event and context are dictionaries (SCFD "Python": "parameters"); the answer is the return value in JSON ("return
values and exceptions"); an exception is told by its traceback ("function status codes" 430, 437 and 443). Runs on every
Python from 3.6 on, inside the instance.
"""
# ruff: noqa: PTH110, PTH112, PTH118, UP006, UP031, UP035
# (Every module imported here delays every cold start: no typing, no pathlib.)

import json
import logging
import os
import sys
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List

CREDENTIALS = (
    ("TENCENTCLOUD_SECRETID", "access_key_id"),
    ("TENCENTCLOUD_SECRETKEY", "access_key_secret"),
    ("TENCENTCLOUD_SESSIONTOKEN", "security_token"),
)


def code_root() -> str:
    """Where the function's code lies."""
    return os.environ["USER_CODE_ROOT"]


def search_path(layers: str) -> "List[str]":
    """What stands first on ``sys.path``; the layers' root follows by PYTHONPATH (SCFD "layers")."""
    return [code_root().rstrip("/")]


def set_up() -> None:
    """The root logger writes messages as they are to standard output; what level it shows is the function's to set."""
    logging.getLogger().handlers = [logging.StreamHandler(sys.stdout)]


def begin(call: "Dict[str, Any]") -> None:
    """A request comes in."""


def event(body: bytes) -> "Any":
    """What the handler is given: the event, parsed."""
    return json.loads(body.decode("utf-8")) if body else {}


def make_context(call: "Dict[str, Any]") -> "Dict[str, Any]":
    """The context for one call, as SCF's runtime hands it out; a dictionary."""
    shown = {"SCF_NAMESPACE": call["namespace"]}
    for variable, field in CREDENTIALS:
        if call["credentials"]:
            shown[variable] = call["credentials"][field]
    shown.update(call["environment"])
    return {
        "memory_limit_in_mb": call["memory"],
        "time_limit_in_ms": call["timeout"] * 1000,
        "request_id": call["request_id"],
        "environment": json.dumps(shown),
        "environ": ";".join("%s=%s" % pair for pair in shown.items()),
        "function_version": call["version"],
        "function_name": call["function"],
        "namespace": call["namespace"],
        "tencentcloud_region": call["region"],
        "tencentcloud_appid": call["app_id"],
        "tencentcloud_uin": call["account_id"],
    }


def encode(value: "Any") -> bytes:
    """A handler's return value as the answer: JSON, text too."""
    return json.dumps(value).encode()


def _own(filename: str, own: str) -> bool:
    """Whether a frame is the runtime's, not the function's."""
    return filename == own or filename.startswith("<frozen importlib") or os.sep + "importlib" + os.sep in filename


def _traceback(error: BaseException, own: str) -> str:
    """The traceback from the function's own code on, without the line break at its end."""
    lines = traceback.format_exception_only(type(error), error)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _own(frame.filename, own)]
    if frames:
        lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames), *lines]
    return "".join(lines).rstrip("\n")


def _missing(module: str) -> bool:
    """Whether the code has no file for the module that a handler names."""
    place = os.path.join(code_root(), *module.replace(".", "/").split("/"))
    return not (os.path.exists(place + ".py") or os.path.isdir(place))


def failure(error: "Any", own: str) -> str:
    """The error, in JSON, for what a request raised: status code, message, and the stack where it is apart."""
    if not hasattr(error, "kind") or not hasattr(error, "cause"):
        told = {
            "errorCode": -1,
            "errorMessage": "user code exception caught",
            "stackTrace": _traceback(error, own),
            "statusCode": 430,
        }
    elif error.cause is None or (error.kind == "import" and _missing(error.module)):
        handler = ".".join(part for part in (error.module, error.attribute) if part)
        told = {"errorCode": -1, "errorMessage": "handler %s not found" % handler, "statusCode": 437}
    else:
        told = {"errorCode": 1, "errorMessage": _traceback(error.cause, own), "statusCode": 443}
    return json.dumps(told)
