"""The bytes behind the addresses that GetFunctionCode and GetLayerVersion tell."""

from __future__ import annotations

from starlette.responses import FileResponse, Response

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.package_links import PackageLinks


def download(links: PackageLinks, token: str) -> Response:
    """The zip of a link; raises InvalidArgument for a link that does not hold."""
    path = links.follow(token)
    if path is None:
        raise InvalidArgument("this link to a package is unknown or has expired; ask for a new one")
    return FileResponse(path, media_type="application/zip")
