"""Cross-origin requests of browsers: preflights, and the headers that let a page read an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from xml.etree.ElementTree import Element

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss.exceptions import OssError
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers
from yunfn.localcloud.alibaba.oss.xml_documents import parse, text_of


class AccessForbidden(OssError):
    """No rule of the bucket takes in this origin, method and headers."""

    code = "AccessForbidden"
    status = 403
    text = (
        "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request "
        "method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the "
        "resource's CORS spec."
    )


class BadRequest(OssError):
    """A preflight without the headers that make it one."""

    code = "BadRequest"


@dataclass(frozen=True, slots=True)
class _Rule:
    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    exposed: tuple[str, ...]
    max_age: str

    def takes(self, origin: str, method: str, headers: tuple[str, ...]) -> bool:
        return (
            method in self.methods
            and any(_fits(pattern, origin) for pattern in self.origins)
            and all(any(_fits(pattern.lower(), name.lower()) for pattern in self.headers) for name in headers)
        )


async def preflight(request: OssRequest) -> Response:
    """OptionObject: what a browser may do with the bucket; raises AccessForbidden or BadRequest."""
    origin, method = request.header("origin"), request.header("access-control-request-method")
    if not origin:
        raise BadRequest("Insufficient information. Origin request header needed.")
    if not method:
        raise BadRequest("Insufficient information. Request Access-Control-Request-Method header needed.")
    text = request.bucket.settings.get("cors")
    if text is None:
        raise AccessForbidden("CORSResponse: CORS is not enabled for this bucket.")
    asked = request.header("access-control-request-headers")
    wanted = tuple(name.strip() for name in asked.split(",") if name.strip())
    for rule in _read(text):
        if rule.takes(origin, method, wanted):
            headers = _told(rule, origin)
            if asked:
                headers["access-control-allow-headers"] = asked
            return answers.empty(request, headers=headers)
    raise AccessForbidden()


def headers_for(request: OssRequest) -> Mapping[str, str]:
    """What to add to the answer of a request that a page of another origin sent; nothing where no rule takes it."""
    origin = request.header("origin")
    if not origin or not request.bucket_name:
        return {}
    bucket = request.state.buckets.find(request.bucket_name)
    text = bucket.settings.get("cors") if bucket else None
    for rule in _read(text) if text else ():
        if rule.takes(origin, request.call.method, ()):
            return _told(rule, origin)
    return {}


def _told(rule: _Rule, origin: str) -> dict[str, str]:
    headers = {
        "access-control-allow-origin": "*" if "*" in rule.origins else origin,
        "access-control-allow-methods": ", ".join(rule.methods),
        "vary": "Origin",
    }
    if rule.exposed:
        headers["access-control-expose-headers"] = ", ".join(rule.exposed)
    if rule.max_age:
        headers["access-control-max-age"] = rule.max_age
    return headers


@lru_cache(maxsize=64)
def _read(text: str) -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            origins=_texts(rule, "AllowedOrigin"),
            methods=_texts(rule, "AllowedMethod"),
            headers=_texts(rule, "AllowedHeader"),
            exposed=_texts(rule, "ExposeHeader"),
            max_age=text_of(rule, "MaxAgeSeconds"),
        )
        for rule in parse(text.encode(), "CORSConfiguration").findall("CORSRule")
    )


def _texts(rule: Element, name: str) -> tuple[str, ...]:
    return tuple((element.text or "").strip() for element in rule.findall(name))


def _fits(pattern: str, text: str) -> bool:
    """Whether ``text`` fits a pattern with at most one ``*``."""
    head, star, tail = pattern.partition("*")
    if not star:
        return pattern == text
    return len(text) >= len(head) + len(tail) and text.startswith(head) and text.endswith(tail)
