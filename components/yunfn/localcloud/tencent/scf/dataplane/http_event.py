"""An HTTP request as the event of an event function (SCFD "function URL", "request parameters").

Of API Gateway's structure: httpMethod, path (as it was sent), headers (names in lower case, with the caller's address
in ``x-scf-remote-addr``), queryString, body. What occurs several times is joined by commas. A body that is not text
travels in Base64 with ``isBase64Encoded``, which the page does not show and API Gateway has.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable

from yunfn.localcloud.call import Call


def http_event(call: Call, body: bytes, path: str) -> bytes:
    """The event for ``call``; ``path`` is the path after any rewriting, percent-encoded."""
    headers = _joined(call.request.headers.items())
    headers["x-scf-remote-addr"] = call.request.client.host if call.request.client else "127.0.0.1"
    event: dict[str, object] = {
        "httpMethod": call.method,
        "path": path,
        "headers": headers,
        "queryString": _joined(call.params),
    }
    try:
        event["body"] = body.decode("utf-8")
    except UnicodeDecodeError:
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return json.dumps(event, ensure_ascii=False).encode()


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
