"""What a handler returned as an HTTP response, the same on both clouds.

Sources: FCD "HTTP trigger invoking function" (response struct), SCFD "function URL" (response parameters). A JSON
object with ``statusCode`` is status, headers, body and ``isBase64Encoded``; whatever else was returned is the body
itself, with status 200 and content type application/json. A structure that does not hold is a function error.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any

# Headers that belong to the connection or that the cloud sets itself.
_NOT_THE_FUNCTIONS = frozenset(
    {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding", "upgrade"}
)


class MalformedResponse(ValueError):
    """The function's response structure does not hold; the text says where."""


@dataclass(frozen=True, slots=True)
class MappedResponse:
    """Status, headers (in order) and body of the answer."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


def map_response(payload: bytes) -> MappedResponse:
    """The HTTP response that ``payload``, what the function returned, stands for; raises MalformedResponse."""
    try:
        returned = json.loads(payload)
    except ValueError:
        returned = None
    if not isinstance(returned, dict) or "statusCode" not in returned:
        return MappedResponse(200, [("content-type", "application/json")], payload)
    headers = _headers(returned.get("headers"))
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return MappedResponse(_status(returned["statusCode"]), headers, _body(returned))


def own_headers(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of ``headers`` that a function may set, names in lower case."""
    return [(name.lower(), value) for name, value in headers if name.lower() not in _NOT_THE_FUNCTIONS]


def _status(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 200 <= value <= 599:
        raise MalformedResponse(f"statusCode must be a number from 200 to 599, not {value!r}")
    return value


def _headers(value: Any) -> list[tuple[str, str]]:
    if value is None:
        return []
    if not isinstance(value, dict):
        raise MalformedResponse(f"headers must be an object, not {type(value).__name__}")
    pairs = []
    for name, content in value.items():
        if isinstance(content, dict | list) or content is None:
            raise MalformedResponse(f"header {name!r} must be text")
        text = str(content).lower() if isinstance(content, bool) else str(content)
        if (
            not name
            or not name.isascii()
            or any(c in text for c in "\r\n\0")
            or any(c <= " " or c == ":" for c in name)
        ):
            raise MalformedResponse(f"header {name!r} is no HTTP header")
        pairs.append((name, text))
    return own_headers(pairs)


def _body(returned: dict[str, Any]) -> bytes:
    body = returned.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedResponse(f"body must be text, not {type(body).__name__}")
    if not returned.get("isBase64Encoded"):
        return body.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedResponse(f"body is not Base64: {error}") from None
