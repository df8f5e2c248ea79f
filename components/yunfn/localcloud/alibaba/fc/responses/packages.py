"""The bytes behind the addresses that GetFunctionCode and GetLayerVersion tell."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.packages import Packages
from yunfn.localcloud.codestore.links import PackageLinks


def download(packages: Packages, links: PackageLinks, token: str) -> Response:
    """The zip of a link; raises InvalidArgument for a link that does not hold."""
    blob = links.follow(token)
    found = packages.download(blob) if blob is not None else None
    if found is None:
        raise InvalidArgument("this link to a package is unknown or has expired; ask for a new one")
    return found
