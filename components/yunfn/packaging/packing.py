"""From a folder or zip to a package known by its digest, built once and kept in the user's cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from yunfn.exceptions import PackagingError
from yunfn.packaging.archive import Archive
from yunfn.packaging.cache import ArtifactCache
from yunfn.packaging.contents import Contents
from yunfn.packaging.folder import Folder, SingleFile
from yunfn.packaging.ignore import Selection, ignore_rules
from yunfn.packaging.package import Package
from yunfn.packaging.source import Generated, Source


@dataclass(frozen=True, slots=True)
class Include:
    """A file or folder from elsewhere that joins a package: ``source``, and the folder it goes to, ``prefix``.

    As ``include`` of the Serverless Framework's SCF component has it; a folder's files go right below ``prefix``.
    """

    source: str | Path
    prefix: str = ""


def pack(
    source: str | Path,
    *,
    prefix: str = "",
    include: Sequence[str | Include | Mapping[str, str]] = (),
    exclude: Sequence[str] = (),
    generated: Mapping[str, bytes] | None = None,
    cache: Path | None = None,
) -> Package:
    """Pack a folder or zip; nothing is built when the cache holds a package of the same digest.

    Args:
        source: A folder, or a ``.zip`` (checked entry by entry; no ignore rules but ``include`` and ``exclude`` are
            applied to it). Rules in a folder's ``.fcignore``, ``.funignore`` and ``.yunfnignore`` hold for it.
        prefix: Folder inside the package under which the source's files go, such as ``python``.
        include: Patterns of .gitignore: only matching files are taken. And, as ``Include`` or ``{"source": …,
            "prefix": …}``, what else is taken from outside the source; it goes to its own prefix below ``prefix``.
        exclude: Patterns of .gitignore: matching files of the source are left out.
        generated: Files to add, path -> content; they may not stand in the source as well.
        cache: Folder to keep packages in, by default ``cache_folder()``.

    Raises:
        PackagingError: the source is missing, empty, or holds what may not be packed; file and rule are named.
    """
    patterns = [each for each in include if isinstance(each, str)]
    joined = [_include(each) for each in include if not isinstance(each, str)]
    with ExitStack() as stack:
        own = _source(stack, Path(source), patterns, exclude)
        parts = [(own, prefix), *((_included(each), _joined(prefix, each.prefix)) for each in joined)]
        extra = Generated(generated or {})
        contents = Contents.of([*parts, (extra, "")], own.label)
        # Files that are only generated make no package: the folder is likely the wrong one.
        if all(origin is extra for origin, _ in contents.origin.values()):
            raise PackagingError(f"{own.label}: holds no file after the ignore rules: nothing to deploy")
        return ArtifactCache(cache).pack([contents])[0]


def _include(each: Include | Mapping[str, str]) -> Include:
    if isinstance(each, Include):
        return each
    if "source" not in each or set(each) - {"source", "prefix"}:
        raise PackagingError(f"include={dict(each)!r}: wants `source` and, if it goes to a folder, `prefix`")
    return Include(each["source"], each.get("prefix", ""))


def _source(stack: ExitStack, path: Path, include: Sequence[str], exclude: Sequence[str]) -> Source:
    if path.is_dir():
        return Folder(path, Selection(include, (*ignore_rules(path), *exclude)))
    if path.is_file():
        return stack.enter_context(closing(Archive(path, Selection(include, exclude, defaults=False))))
    raise PackagingError(f"{path}: there is no such folder or zip (looked in {Path.cwd()})")


def _included(include: Include) -> Source:
    path = Path(include.source)
    if path.is_dir():
        return Folder(path, Selection((), ignore_rules(path)))
    if path.is_file():
        return SingleFile(path)
    raise PackagingError(f"include: {path}: there is no such file or folder (looked in {Path.cwd()})")


def _joined(*parts: str) -> str:
    return "/".join(part.strip("/") for part in parts if part.strip("/"))
