"""From a folder or zip to a package known by its digest, built once and kept in the user's cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from yunfn.exceptions import PackagingError
from yunfn.packaging.archive import Archive
from yunfn.packaging.cache import ArtifactCache
from yunfn.packaging.contents import Contents
from yunfn.packaging.folder import Folder
from yunfn.packaging.ignore import Selection
from yunfn.packaging.package import Package
from yunfn.packaging.source import Generated, Source


def pack(
    source: str | Path,
    *,
    prefix: str = "",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    generated: Mapping[str, bytes] | None = None,
    cache: Path | None = None,
) -> Package:
    """Pack a folder or zip; nothing is built when the cache holds a package of the same digest.

    Args:
        source: A folder, or a ``.zip`` (checked entry by entry; the default ignores are not applied to it).
        prefix: Folder inside the package under which the source's files go, such as ``python``.
        include: Patterns of .gitignore: only matching files are taken.
        exclude: Patterns of .gitignore: matching files are left out.
        generated: Files to add, path -> content; they may not stand in the source as well.
        cache: Folder to keep packages in, by default ``cache_folder()``.

    Raises:
        PackagingError: the source is missing, empty, or holds what may not be packed; file and rule are named.
    """
    path = Path(source)
    if path.is_dir():
        return _packed(Folder(path, Selection(include, exclude)), prefix, generated, cache)
    if path.is_file():
        with closing(Archive(path, Selection(include, exclude, defaults=False))) as archive:
            return _packed(archive, prefix, generated, cache)
    raise PackagingError(f"{source}: there is no such folder or zip (looked in {Path.cwd()})")


def _packed(source: Source, prefix: str, generated: Mapping[str, bytes] | None, cache: Path | None) -> Package:
    # Files that are only generated make no package: the folder is likely the wrong one.
    own = Contents.of([(source, prefix)], source.label)
    extra = Generated(generated or {})
    contents = Contents.of([(source, prefix), (extra, "")], source.label) if generated else own
    return ArtifactCache(cache).pack([contents])[0]
