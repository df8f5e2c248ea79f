"""An HTTP request as the event of a managed runtime: FC 3.0's structure, version "v1".

Source: FCD "HTTP trigger invoking function" (request struct) and aliyun/fc-runtime-go-sdk ``events/http.go``: header
and query values that occur several times are joined by commas, ``rawPath`` is as sent, ``requestContext.http.path``
decoded, ``timeEpoch`` milliseconds as text. Header names are in canonical form (``Content-Type``), Host is not among
them (``domainName`` has it).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import unquote

from yunfn.localcloud.call import Call

_TEXT_TYPES = frozenset(
    {
        "application/json",
        "application/xml",
        "application/javascript",
        "application/ecmascript",
        "application/x-javascript",
        "application/x-www-form-urlencoded",
        "application/x-yaml",
        "application/yaml",
        "application/graphql",
        "application/x-ndjson",
    }
)


def http_event(call: Call, body: bytes, raw_path: str, now: datetime) -> bytes:
    """The event for ``call``; ``raw_path`` is the path after any rewriting, percent-encoded; ``now`` is UTC."""
    headers = _headers(call)
    text = _as_text(body, call.headers.get("content-type", ""))
    event = {
        "version": "v1",
        "rawPath": raw_path,
        "body": base64.b64encode(body).decode() if text is None else text,
        "isBase64Encoded": text is None,
        "headers": headers,
        "queryParameters": _joined(call.params),
        "requestContext": {
            "accountId": call.account,
            "domainName": call.host,
            "domainPrefix": call.host.split(".", 1)[0],
            "http": {
                "method": call.method,
                "path": unquote(raw_path),
                "protocol": f"HTTP/{call.request.scope.get('http_version', '1.1')}",
                "sourceIp": call.request.client.host if call.request.client else "127.0.0.1",
                "userAgent": call.headers.get("user-agent", ""),
            },
            "requestId": call.request_id,
            "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "timeEpoch": str(int(now.timestamp() * 1000)),
        },
    }
    return json.dumps(event, ensure_ascii=False).encode()


def is_text(content_type: str) -> bool:
    """Whether a body of this content type travels as text; the others are Base64."""
    kind = content_type.split(";", 1)[0].strip().lower()
    return kind.startswith("text/") or kind in _TEXT_TYPES or kind.endswith(("+json", "+xml"))


def _as_text(body: bytes, content_type: str) -> str | None:
    if not body:
        return ""
    if not is_text(content_type):
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _headers(call: Call) -> dict[str, str]:
    pairs = ((canonical(name), value) for name, value in call.request.headers.items() if name != "host")
    return _joined(pairs)


def canonical(name: str) -> str:
    """A header's name as Go's net/http writes it: ``x-custom-key`` is ``X-Custom-Key``."""
    return "-".join(part[:1].upper() + part[1:].lower() for part in name.split("-"))


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
