"""The distributions installed in a tree, as their dist-info says: name, version, files and what they ask for."""

from __future__ import annotations

import csv
import io
import os
import posixpath
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import BinaryIO

from packaging.utils import canonicalize_name

# Longer metadata than any real package has is not read on.
_METADATA_BYTES = 16 * 1024**2
_INFO = re.compile(r"^(?P<name>[^/]+?)(-(?P<version>[^/-]+)(-py[\d.]+)?)?\.(?P<kind>dist|egg)-info$")


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution: name and version as it writes them, its files (relative to the tree), their bytes.

    ``requires_python`` is its Requires-Python ("" for none), ``tags`` the tags of the wheel it was installed from,
    ``info`` the path of its dist-info.
    """

    name: str
    version: str
    files: tuple[str, ...]
    size: int
    requires_python: str = ""
    tags: tuple[str, ...] = ()
    info: str = ""

    @property
    def label(self) -> str:
        """Name and version, as findings name a package: ``numpy 1.19.5``."""
        return f"{self.name} {self.version}".rstrip()


def distributions(tree: Path) -> tuple[Distribution, ...]:
    """The distributions installed in the folder ``tree`` (as ``pip install --target`` leaves it), by name."""
    sizes: dict[str, int] = {}

    def walk(folder: str, at: str) -> None:
        with os.scandir(folder) as listing:
            for item in listing:
                if item.is_dir(follow_symlinks=False):
                    walk(item.path, f"{at}{item.name}/")
                else:
                    sizes[at + item.name] = item.stat(follow_symlinks=False).st_size

    walk(str(tree), "")
    return read_distributions(sizes, lambda path: (tree / path).open("rb"))


def read_distributions(
    sizes: Mapping[str, int], open: Callable[[str], BinaryIO], prefix: str = ""
) -> tuple[Distribution, ...]:
    """The distributions whose dist-info stands in the folder ``prefix`` ("" for the root), by name.

    ``sizes`` holds every path and its bytes; the files answered are relative to ``prefix``. Where RECORD is missing
    (packages that are built here leave it out) they are those under the distribution's own top-level names.
    """
    under = f"{prefix}/" if prefix else ""
    tops: dict[str, list[str]] = {}
    for path in sizes:
        if path.startswith(under):
            tops.setdefault(path[len(under) :].partition("/")[0], []).append(path)
    found = []
    for info in tops:
        if match := _INFO.match(info):
            found.append(_distribution(under, info, match, tops, sizes, open))
    return tuple(sorted(found, key=lambda d: (canonicalize_name(d.name), d.version)))


def owners(found: Sequence[Distribution], prefix: str = "") -> dict[str, str]:
    """Which package each file belongs to: path inside the zip, where the tree stands under ``prefix`` -> label."""
    under = f"{prefix}/" if prefix else ""
    return {under + file: distribution.label for distribution in found for file in distribution.files}


def _distribution(
    under: str,
    info: str,
    match: re.Match[str],
    tops: Mapping[str, list[str]],
    sizes: Mapping[str, int],
    open: Callable[[str], BinaryIO],
) -> Distribution:
    def text(name: str) -> bytes:
        path = f"{under}{info}/{name}" if name else under + info
        if path not in sizes:
            return b""
        with open(path) as stream:
            return stream.read(_METADATA_BYTES)

    # (An .egg-info may also be a file: then it is the metadata itself.)
    head = text("METADATA" if match["kind"] == "dist" else "PKG-INFO") or text("")
    # The description after the headers may be long, and is not wanted.
    metadata = BytesHeaderParser().parsebytes(re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0] + b"\n\n")
    wheel = BytesHeaderParser().parsebytes(text("WHEEL"))
    name = str(metadata["Name"] or match["name"])
    files = _recorded(under, text("RECORD"), sizes)
    if not files:
        named = {"", *text("top_level.txt").decode(errors="replace").split()}
        files = _belonging(under, info, name, named, tops)
    return Distribution(
        name,
        str(metadata["Version"] or match["version"] or ""),
        tuple(file.removeprefix(under) for file in files),
        sum(sizes[file] for file in files),
        str(metadata["Requires-Python"] or "").strip(),
        tuple(map(str, wheel.get_all("Tag", []))),
        under + info,
    )


def _recorded(under: str, record: bytes, sizes: Mapping[str, int]) -> list[str]:
    """The files that RECORD names and that are there; paths that leave the tree are nobody's."""
    try:
        rows = list(csv.reader(io.StringIO(record.decode())))
    except (UnicodeDecodeError, csv.Error):
        return []
    paths = (posixpath.normpath(under + row[0]) for row in rows if row)
    return sorted({path for path in paths if path in sizes})


def _belonging(under: str, info: str, name: str, named: Collection[str], tops: Mapping[str, list[str]]) -> list[str]:
    own = canonicalize_name(name)
    return sorted(
        path
        for top, paths in tops.items()
        if top == info
        or (stem := top.removesuffix(".libs").partition(".")[0]) in named
        or canonicalize_name(stem) == own
        for path in paths
    )
