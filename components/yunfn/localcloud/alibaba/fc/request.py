"""One operation's request as its handler sees it, and the shapes of answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.responses import JSONResponse, Response

from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory
from yunfn.localcloud.alibaba.fc.exceptions import EntityTooLarge, InvalidArgument
from yunfn.localcloud.alibaba.fc.packages import Packages
from yunfn.localcloud.alibaba.fc.scope import FcScope
from yunfn.localcloud.call import Call
from yunfn.localcloud.store import Collection, Document
from yunfn.runtimes import FC_LIMITS

if TYPE_CHECKING:
    from yunfn.localcloud.alibaba.fc.dataplane import DataPlane
    from yunfn.localcloud.codestore.links import PackageLinks

T = TypeVar("T")
# FCD "limits": the body that carries code inline, which base64 makes a third larger.
_BODY_LIMIT = (FC_LIMITS.inline_code_mb * 4 // 3 + 2) << 20
_LARGE = 1 << 20
_LIMIT_DEFAULT, _LIMIT_MAX = 20, 100


@dataclass(frozen=True, slots=True)
class FcRequest:
    """A request after authentication: ``path`` holds the decoded fields of its path, ``body`` its JSON object."""

    call: Call
    scope: FcScope
    packages: Packages
    directory: FunctionDirectory
    links: PackageLinks
    dataplane: DataPlane
    path: Mapping[str, str]
    body: dict[str, Any]

    @property
    def qualifier(self) -> str | None:
        """The query's qualifier, or None."""
        return self.call.param("qualifier") or None

    def json_list(self, name: str) -> list[Any]:
        """A query parameter that holds a JSON list; raises InvalidArgument."""
        text = self.call.param(name)
        if not text:
            return []
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not isinstance(value, list):
            raise InvalidArgument(f"{name} must be a JSON list")
        return value

    def limit(self) -> int:
        """The query's limit, 1 to 100, 20 if it is absent; raises InvalidArgument."""
        text = self.call.param("limit") or self.call.param("Limit")
        if not text:
            return _LIMIT_DEFAULT
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _LIMIT_MAX:
            raise InvalidArgument(f"limit must be between 1 and {_LIMIT_MAX}, got '{text}'")
        return int(text)

    def page(self, after: Callable[[str], Iterable[tuple[str, T]]]) -> tuple[list[T], str]:
        """The items of one page, and the token of the next ("" for none).

        ``after`` gives the (token, item) pairs that follow a token, from the beginning for "".
        """
        limit = self.limit()
        start = self.call.param("nextToken") or self.call.param("NextToken") or ""
        found = list(islice(after(start), limit + 1))
        token = found[limit - 1][0] if len(found) > limit else ""
        return [item for _, item in found[:limit]], token

    def children(self, collection: Collection, prefix: str = "") -> tuple[list[Document], str]:
        """One page of what ``collection`` holds for the path's function, names beginning with ``prefix``."""
        function = self.path["function"]
        self.scope.function(function)
        start = len(function) + 1

        def after(token: str) -> Iterable[tuple[str, Document]]:
            rows = collection.scan(prefix=f"{function}/{prefix}", after=f"{function}/{token}" if token else "")
            return ((key[start:], document) for key, document in rows)

        return self.page(after)


async def read_body(call: Call) -> dict[str, Any]:
    """The request's JSON object, {} for an empty body; raises InvalidArgument, EntityTooLarge."""
    length = call.headers.get("content-length", "")
    if length.isdigit() and int(length) > _BODY_LIMIT:
        raise EntityTooLarge(_BODY_LIMIT)
    data = await call.body()
    if len(data) > _BODY_LIMIT:
        raise EntityTooLarge(_BODY_LIMIT)
    if not data.strip():
        return {}
    try:
        body = json.loads(data) if len(data) < _LARGE else await asyncio.to_thread(json.loads, data)
    except ValueError:
        raise InvalidArgument("the request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise InvalidArgument("the request body must be a JSON object")
    return body


def done(call: Call, document: Mapping[str, Any]) -> Response:
    """200 with a JSON object."""
    return JSONResponse(dict(document), headers=own_headers(call))


def gone(call: Call) -> Response:
    """204 without a body, as every deletion answers."""
    return Response(status_code=204, headers=own_headers(call))


def own_headers(call: Call) -> dict[str, str]:
    """The headers on every answer: the request id, under both its names."""
    return {"x-fc-request-id": call.request_id, "x-acs-request-id": call.request_id}
