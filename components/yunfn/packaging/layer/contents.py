"""What goes where inside a layer's zip, for one target."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from yunfn.packaging.compression import threads
from yunfn.packaging.contents import Contents
from yunfn.packaging.definition.model import ExtraFiles, LayerDefinition
from yunfn.packaging.folder import Folder, SingleFile
from yunfn.packaging.ignore import INSTALL_TREE_IGNORES, Selection
from yunfn.packaging.manifest import Entry, Manifest, Mode
from yunfn.packaging.source import Source
from yunfn.packaging.target import Target

#: Where a layer's shared libraries go unless told otherwise: FC has /opt/lib on LD_LIBRARY_PATH (FCD "layers").
LIBRARY_PREFIX = "lib"
# Files hashed at a time: as many as make handing them to a thread cheap, and few enough for every core to have some.
_SHARE = 64


class Links:
    """Symbolic links as a source: path -> target."""

    label = "links to libraries"

    def __init__(self, links: Mapping[str, str]) -> None:
        self._links = {path: target.encode() for path, target in links.items()}

    def entries(self) -> Iterable[Entry]:
        """List the links; see Source."""
        for path, target in self._links.items():
            yield Entry(path, Mode.SYMLINK, hashlib.sha256(target).hexdigest(), len(target))

    def open(self, path: str) -> BinaryIO:
        """Open a link's target; see Source."""
        return io.BytesIO(self._links[path])


class InstalledTree(Folder):
    """The packages installed for an environment, without what differs from host to host.

    Its entries are hashed once, on all cores, and serve every target that shares the tree.
    """

    def __init__(self, root: Path, exclude: Sequence[str] = ()) -> None:
        super().__init__(root, Selection((), (*INSTALL_TREE_IGNORES, *exclude)), portable=True)
        self._listed: tuple[Entry, ...] | None = None

    def entries(self) -> Iterator[Entry]:
        """List the tree's files; see Source."""
        if self._listed is None:
            items = list(self._items(self._root, ""))
            shares = [items[start : start + _SHARE] for start in range(0, len(items), _SHARE)]
            with ThreadPoolExecutor(threads(), thread_name_prefix="yunfn-hash") as pool:
                self._listed = tuple(entry for found in pool.map(self._hashed, shares) for entry in found)
        yield from self._listed

    def _hashed(self, items: Sequence[tuple[os.DirEntry[str], str]]) -> list[Entry]:
        return [self._entry(item, path) for item, path in items]


def placed(
    definition: LayerDefinition, target: Target, tree: Source | None, before: Sequence[Source]
) -> list[tuple[Source, str]]:
    """Say where everything goes: packages under the target's prefix, libraries where the loader looks, files as told.

    What ``before`` hooks made is laid out as in the zip already. Answers sources with the folder each goes under.
    """
    found: list[tuple[Source, str]] = [(tree, target.package_prefix)] if tree is not None else []
    found += [(source, "") for source in before]
    found += [(_source(files), files.prefix) for files in definition.files]
    libraries = [(_source(files), files.prefix) for files in definition.libraries]
    found += libraries
    linked = [(source, prefix) for source, prefix in libraries if prefix == LIBRARY_PREFIX]
    if linked and target.runtime.library_path != LIBRARY_PREFIX:
        found.append((_links(linked), target.runtime.library_path))
    return found


def only(contents: Contents, wanted: Callable[[str], bool], label: str) -> Contents:
    """The part of a package whose paths are ``wanted``."""
    entries = [entry for entry in contents.manifest.entries if wanted(entry.path)]
    return Contents(
        Manifest.of(entries, label, contents.manifest.target),
        {entry.path: contents.origin[entry.path] for entry in entries},
    )


def _links(libraries: Sequence[tuple[Source, str]]) -> Source:
    """Links to the libraries, for clouds whose loader looks elsewhere in the layer (SCFD "layers": at its root)."""
    paths = [f"{prefix}/{entry.path}" for source, prefix in libraries for entry in source.entries()]
    return Links({path.rpartition("/")[2]: path for path in paths})


def _source(files: ExtraFiles) -> Source:
    if files.source.is_dir():
        return Folder(files.source, Selection(files.include, files.exclude))
    return SingleFile(files.source)
