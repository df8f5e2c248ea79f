"""Addresses of stored packages, as GetFunctionCode tells them.

The true cloud answers a presigned URL of an OSS bucket of its own. Here it is a path of the API's host whose token
is a secret and holds for a while; nothing else may read a package by it.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from yunfn.localcloud.alibaba.fc.state import Package
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud import LocalCloud

_VALID_S = 30 * 60
_KEPT = 1000


class PackageLinks:
    """Makes links and follows them; they are forgotten when the cloud stops."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._links: dict[str, tuple[str, float]] = {}

    def make(self, call: Call, package: Package) -> str:
        """An address of ``package``, on the host that was called, valid for half an hour of the cloud's clock."""
        while len(self._links) >= _KEPT:
            del self._links[next(iter(self._links))]
        token = secrets.token_urlsafe(32)
        self._links[token] = (package.blob, self._cloud.clock.time() + _VALID_S)
        return f"https://{call.host}/code-packages/{token}.zip"

    def follow(self, token: str) -> Path | None:
        """The file behind a link, or None for one that is unknown, expired, or whose package is gone."""
        blob, until = self._links.get(token, ("", 0.0))
        path = self._cloud.blobs.path(blob) if blob else None
        if path is None or until < self._cloud.clock.time() or not path.is_file():
            return None
        return path

    def reset(self) -> None:
        """Forget every link."""
        self._links.clear()
