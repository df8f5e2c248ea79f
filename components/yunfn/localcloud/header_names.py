"""Header names of an answer in the letters a cloud sends.

HTTP knows no case there, but cos-python-sdk-v5 looks for ``ETag`` and ``Content-Length`` in a plain dict, and uvicorn
writes every name in lower case.
"""

from __future__ import annotations

from starlette.responses import Response


class Spelled(bytes):
    """A header's name that keeps its letters where uvicorn lowers names, and still equals its own lower case."""

    def lower(self) -> Spelled:
        """Itself."""
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, bytes) and bytes.lower(self) == bytes.lower(other)

    def __hash__(self) -> int:
        return hash(bytes.lower(self))


_ODD = {b"etag": Spelled(b"ETag"), b"content-md5": Spelled(b"Content-MD5")}


def spell(response: Response) -> Response:
    """``response`` with its names spelled ``Content-Length``; those that begin with ``x-`` stay in lower case."""
    response.raw_headers = [
        (name if name.startswith(b"x-") else _ODD.get(name) or Spelled(name.title()), value)
        for name, value in response.raw_headers
    ]
    return response
