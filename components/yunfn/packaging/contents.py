"""What goes into one package: entries of several sources, each under a prefix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from yunfn.exceptions import PackagingError
from yunfn.packaging.manifest import Entry, Manifest, checked_path
from yunfn.packaging.source import Source
from yunfn.packaging.zip_writer import Origin


@dataclass(frozen=True, slots=True)
class Contents:
    """A package before it is written: its manifest, and which source holds each of its paths."""

    manifest: Manifest
    origin: Origin

    @classmethod
    def of(cls, parts: Iterable[tuple[Source, str]], label: str, target: str | None = None) -> Contents:
        """List the sources, each with the folder inside the package that its files go to ("" for the root).

        ``target`` is the name of the target the package is for, None for code. ``label`` names the whole in errors.

        Raises:
            PackagingError: nothing to pack, something that may not be packed, or two sources with one path.
        """
        origin: dict[str, tuple[Source, str]] = {}
        entries = []
        for source, prefix in parts:
            under = checked_path(prefix.strip("/"), "prefix") + "/" if prefix.strip("/") else ""
            for entry in source.entries():
                path = under + entry.path
                taken = origin.get(path)
                if taken is not None:
                    by = "itself" if taken[0] is source else source.label
                    raise PackagingError(f"{taken[0].label}: {path!r}: the name is taken by {by}")
                entries.append(Entry(path, entry.mode, entry.sha256, entry.size))
                origin[path] = (source, entry.path)
        return cls(Manifest.of(entries, label, target), origin)

    def open(self, path: str) -> BinaryIO:
        """Open the content of one of the paths (a link's content is its target)."""
        source, inner = self.origin[path]
        return source.open(inner)
