"""What S3 clients call things: which of their headers a cloud calls otherwise, and its answers under their names."""

from __future__ import annotations

from starlette.responses import Response

AMZ = "x-amz-"
KEPT = ("x-amz-content-sha256", "x-amz-date", "x-amz-trailer", "x-amz-security-token")
"""Headers of signature and body: they keep their names."""


def add(response: Response, own: str) -> None:
    """Repeat a cloud's own headers of an answer, which begin with ``own``, under S3's names."""
    for name, value in list(response.headers.items()):
        if name.startswith(own):
            response.headers[AMZ + name.removeprefix(own)] = value
