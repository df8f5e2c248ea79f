"""Addresses of stored packages, as the clouds tell them (GetFunctionCode, GetFunctionAddress, GetLayerVersion).

The true clouds answer a presigned URL of a bucket of their own. Here it is a path of the API's host whose token is a
secret and holds for a while; nothing else may read a package by it.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from yunfn.localcloud.call import Call
from yunfn.localcloud.codestore.packages import StoredPackage

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

_VALID_S = 30 * 60
_KEPT = 1000


class PackageLinks:
    """Makes links and follows them; they are forgotten when the cloud stops."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._links: dict[str, tuple[str, float]] = {}

    def make(self, call: Call, package: StoredPackage) -> str:
        """An address of ``package``, on the host that was called, valid for half an hour of the cloud's clock."""
        while len(self._links) >= _KEPT:
            del self._links[next(iter(self._links))]
        token = secrets.token_urlsafe(32)
        self._links[token] = (package.blob, self._cloud.clock.time() + _VALID_S)
        return f"https://{call.host}/code-packages/{token}.zip"

    def follow(self, token: str) -> str | None:
        """The blob behind a link, or None for one that is unknown or expired."""
        blob, until = self._links.get(token, ("", 0.0))
        return blob if blob and until >= self._cloud.clock.time() else None

    def reset(self) -> None:
        """Forget every link."""
        self._links.clear()
