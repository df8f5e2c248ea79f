"""What a package is made from: anything that lists its entries and opens their contents."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from typing import BinaryIO, Protocol

from yunfn.packaging.manifest import Entry, Mode, checked_path


class Source(Protocol):
    """A folder, a zip, or generated files."""

    label: str

    def entries(self) -> Iterable[Entry]:
        """List every file and link, contents hashed. Raises PackagingError for what may not be packed."""

    def open(self, path: str) -> BinaryIO:
        """Open the content of the entry ``path`` (a link's content is its target)."""


class Generated:
    """Files that yunfn itself adds to a package, such as the WSGI adapter: path -> content.

    A script that names its interpreter (``#!``) may be run.
    """

    label = "files added by yunfn"

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = dict(files)

    def entries(self) -> Iterable[Entry]:
        """List the files; see Source."""
        for path, content in self._files.items():
            digest = hashlib.sha256(content).hexdigest()
            mode = Mode.EXECUTABLE if content.startswith(b"#!") else Mode.FILE
            yield Entry(checked_path(path, self.label), mode, digest, len(content))

    def open(self, path: str) -> BinaryIO:
        """Open one of the files."""
        return io.BytesIO(self._files[path])
