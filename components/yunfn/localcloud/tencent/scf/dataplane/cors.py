"""Cross-origin requests to a function URL: CorsConfig of the http trigger (API reference "trigger configuration")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from yunfn.localcloud.call import Call


def preflight(call: Call, settings: Mapping[str, Any] | None) -> Response | None:
    """The answer to a browser's question before a request, or None for a request of its own."""
    asked = call.headers.get("access-control-request-method")
    if not settings or call.method != "OPTIONS" or not asked or "origin" not in call.headers:
        return None
    headers = dict(allowed(call, settings))
    if headers:
        methods, names = _listed(settings, "Methods"), _listed(settings, "Headers")
        headers["access-control-allow-methods"] = asked if "*" in methods else ",".join(methods)
        wanted = call.headers.get("access-control-request-headers", "")
        headers["access-control-allow-headers"] = wanted if "*" in names else ",".join(names)
        headers["access-control-max-age"] = str(settings.get("MaxAge") or 0)
    return Response(status_code=204, headers=headers)


def allowed(call: Call, settings: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """The headers that let the origin of ``call`` read an answer; none for one that may not."""
    origin = call.headers.get("origin")
    origins = _listed(settings or {}, "Origins")
    if settings is None or origin is None or not {"*", origin} & set(origins):
        return []
    credentials = str(settings.get("Credentials", "")).lower() == "true"
    told = "*" if "*" in origins and not credentials else origin
    headers = [("access-control-allow-origin", told), ("vary", "Origin")]
    if exposed := _listed(settings, "ExposeHeaders"):
        headers.append(("access-control-expose-headers", ",".join(exposed)))
    if credentials:
        headers.append(("access-control-allow-credentials", "true"))
    return headers


def _listed(settings: Mapping[str, Any], name: str) -> Sequence[str]:
    return [str(value) for value in settings.get(name) or []]
