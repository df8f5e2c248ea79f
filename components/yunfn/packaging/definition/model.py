"""What a layer holds, as its definition says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from yunfn.packaging.target import Target


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement as written (PEP 508), and where: ``file`` and ``line`` (from 1).

    ``hashes`` (``sha256:…``) are the only files that may be taken for it; none allows every file of the index.
    """

    text: str
    file: Path
    line: int
    hashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Indexes:
    """The package indexes a requirements file names itself: they go before those of the environment, never into a lock.

    The URLs may hold credentials and so are left out of ``repr``; they are part of no digest.
    """

    default: str | None = field(default=None, repr=False)
    extra: tuple[str, ...] = field(default=(), repr=False)
    insecure_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExtraFiles:
    """Files that are put into the layer as they are.

    ``source`` is a file or folder (absolute); ``prefix`` where it goes inside the zip (POSIX, empty for the root);
    ``include`` and ``exclude`` are patterns of .gitignore relative to ``source``.
    """

    source: Path
    prefix: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hook:
    """A command run isolated before packages are installed or after; ``network`` lets it reach the network.

    ``command`` is a shell line; ``files`` are files or folders (absolute) copied into its folder first. A ``before``
    hook's folder becomes part of the layer; an ``after`` hook runs in the finished tree.
    """

    command: str
    network: bool = False
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class LockedPackage:
    """One pinned package: normalized ``name``, ``version``, and hashes (``sha256:…``) of the files it may come from.

    ``sdist``: no wheel fits, it is built from its source distribution.
    """

    name: str
    version: str
    hashes: tuple[str, ...]
    sdist: bool = False


@dataclass(frozen=True, slots=True)
class LayerDefinition:
    """A layer: what goes in, for which targets.

    ``file`` is the definition itself (layer.yaml, Funfile or requirements file), ``folder`` the folder it stands in;
    ``lock`` where its layer.lock is. ``requirements`` already have ``overrides`` (normalized name -> requirement)
    applied. ``pinned`` is what a uv.lock or poetry.lock fixes, as lines ``name==version ; marker`` that constrain
    resolution, and so do the ``-c`` files of requirements. ``libraries`` are shared libraries for ``lib/``. ``exclude``
    are patterns of .gitignore over the packages. ``split``: over the size limits, make several layers.
    """

    name: str
    file: Path
    folder: Path
    lock: Path
    targets: tuple[Target, ...]
    requirements: tuple[Requirement, ...] = ()
    pinned: tuple[Requirement, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    files: tuple[ExtraFiles, ...] = ()
    libraries: tuple[ExtraFiles, ...] = ()
    exclude: tuple[str, ...] = ()
    before: tuple[Hook, ...] = ()
    after: tuple[Hook, ...] = ()
    split: bool = False
    indexes: Indexes = field(default_factory=Indexes)
