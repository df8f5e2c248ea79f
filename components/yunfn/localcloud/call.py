"""One request as a service of the local cloud sees it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud
    from yunfn.localcloud.keys import Principal
    from yunfn.localcloud.rights import Right


def new_request_id() -> str:
    """An upper-case UUID without "429" and "500".

    The alicloud provider looks for those digits anywhere in an error and then retries for minutes
    (terraform-provider-alicloud 1.285.0).
    """
    while True:
        text = str(uuid.uuid4()).upper()
        if "429" not in text and "500" not in text:
            return text


class Call:
    """A request on its way through a service; the service fills in what the journal shows.

    ``match`` holds the named groups of the host pattern (account, region, bucket …). ``operation`` and
    ``resource`` are the service's own words for what was asked; ``principal`` is set by its authentication.
    ``rights`` are the decisions about it, as the journal shows them, unless the account itself asks.
    """

    __slots__ = (
        "_body",
        "_params",
        "account",
        "cloud",
        "code",
        "denied",
        "host",
        "match",
        "operation",
        "principal",
        "region",
        "request",
        "request_id",
        "resource",
        "rights",
    )

    def __init__(self, cloud: LocalCloud, request: Request, host: str, match: Mapping[str, str]) -> None:
        self.cloud = cloud
        self.request = request
        self.host = host
        self.match = match
        self.account = match.get("account") or cloud.account
        self.region = match.get("region", "")
        self.request_id = new_request_id()
        self.operation = ""
        self.resource = ""
        self.code = ""
        self.denied = ""
        self.rights: list[Right] = []
        self.principal: Principal | None = None
        self._body: bytes | None = None
        self._params: list[tuple[str, str]] | None = None

    @property
    def method(self) -> str:
        """The HTTP method, in capitals."""
        return self.request.method

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, looked up without regard to case."""
        return self.request.headers

    @property
    def raw_path(self) -> str:
        """The path as it was sent: percent-encoded, without the query."""
        raw: bytes = self.request.scope.get("raw_path") or self.request.scope["path"].encode()
        return raw.split(b"?", 1)[0].decode("latin-1")

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(self.raw_path)

    @property
    def raw_query(self) -> str:
        """The query as it was sent, without the question mark."""
        query: bytes = self.request.scope["query_string"]
        return query.decode("latin-1")

    @property
    def params(self) -> list[tuple[str, str]]:
        """The query's names and values, decoded, in order; empty values kept."""
        if self._params is None:
            self._params = parse_qsl(self.raw_query, keep_blank_values=True)
        return self._params

    def param(self, name: str) -> str | None:
        """The first value of a query parameter, or None where it is absent."""
        return next((value for key, value in self.params if key == name), None)

    async def body(self) -> bytes:
        """The whole body; read once and kept."""
        if self._body is None:
            self._body = await self.request.body()
        return self._body

    async def body_within(self, most: int) -> bytes | None:
        """The whole body, kept like :meth:`body`'s; None for more than ``most`` bytes, of which no more are kept."""
        if self._body is None:
            parts, size = [], 0
            async for part in self.stream():
                size += len(part)
                if size > most:
                    return None
                parts.append(part)
            self._body = b"".join(parts)
        return self._body

    def stream(self) -> AsyncIterator[bytes]:
        """The body in chunks, for what may be too large to hold; excludes :meth:`body`."""
        return self.request.stream()

    def require(self, action: str, *resources: str, conditions: Mapping[str, str] | None = None) -> None:
        """Raise AccessDeniedError unless the caller's policies allow ``action`` on ``resources``.

        Those are all full names (ACS or QCS) of the one thing in question, the narrowest first: an Allow of one of them
        is enough, and so is a Deny. ``conditions`` are condition keys besides those of every request.
        """
        self.cloud.authorize(self, action, *resources, conditions=conditions)
