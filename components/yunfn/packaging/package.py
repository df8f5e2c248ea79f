"""From a folder or zip to a package known by its digest, built once and kept in the user's cache."""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from yunfn.exceptions import PackagingError
from yunfn.packaging.archive import Archive
from yunfn.packaging.folder import Folder
from yunfn.packaging.ignore import Selection
from yunfn.packaging.manifest import Manifest, checked_path
from yunfn.packaging.source import Generated, Source
from yunfn.packaging.zip_writer import write_zip


@dataclass(frozen=True, slots=True)
class Package:
    """A packed folder or zip: manifest, digest over it, the zip's file, and the zip's MD5 and SHA-256 (hex).

    ``zip_size`` and ``manifest.size`` are bytes, zipped and unzipped.
    """

    manifest: Manifest
    digest: str
    file: Path
    md5: str
    sha256: str
    zip_size: int

    @property
    def content_md5(self) -> str:
        """The MD5 as the header Content-MD5 writes it: base64 of the 16 bytes (RFC 1864)."""
        return base64.b64encode(bytes.fromhex(self.md5)).decode()

    def verify(self) -> None:
        """Check the zip on disk against the recorded hashes, right before it is used.

        Raises:
            PackagingError: the file is gone or its MD5 or SHA-256 is not the recorded one.
        """
        found = _hashes(self.file)
        if found is None:
            raise PackagingError(f"{self.file}: is gone since it was packed; run again")
        if found != (self.md5, self.sha256, self.zip_size):
            raise PackagingError(
                f"{self.file}: MD5 {found[0]} is not {self.md5} as recorded when it was packed; "
                "it is not deployed. Delete the file and run again"
            )


def cache_folder() -> Path:
    """Where packages are kept by digest: ``packages`` in the user's cache folder for yunfn."""
    return platformdirs.user_cache_path("yunfn") / "packages"


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
    origin: dict[str, tuple[Source, str]] = {}
    entries = []
    under = checked_path(prefix.strip("/"), "prefix") + "/" if prefix.strip("/") else ""
    for entry in source.entries():
        entries.append(replace(entry, path=under + entry.path))
        origin[under + entry.path] = (source, entry.path)
    if not entries:
        raise PackagingError(f"{source.label}: holds no file after the ignore rules: nothing to deploy")
    extra = Generated(generated or {})
    for entry in extra.entries():
        if entry.path in origin:
            raise PackagingError(f"{source.label}: {entry.path!r}: the name is taken by {extra.label}")
        entries.append(entry)
        origin[entry.path] = (extra, entry.path)
    manifest = Manifest.of(entries, source.label)
    file = (cache or cache_folder()) / f"{manifest.digest}.zip"
    return _cached(manifest, file) or _built(manifest, origin, file)


def _cached(manifest: Manifest, file: Path) -> Package | None:
    """Answer the package kept under this digest if its zip is the one that was written."""
    try:
        record = json.loads(file.with_suffix(".json").read_text())
        package = Package(manifest, manifest.digest, file, record["md5"], record["sha256"], record["zipSize"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return package if _hashes(file) == (package.md5, package.sha256, package.zip_size) else None


def _built(manifest: Manifest, origin: Mapping[str, tuple[Source, str]], file: Path) -> Package:
    try:
        write_zip(manifest, origin, file)
        hashes = _hashes(file)
        if hashes is None:
            raise PackagingError(f"{file}: is gone since it was packed; run again")
        md5, sha256, size = hashes
        _record(file.with_suffix(".json"), {"md5": md5, "sha256": sha256, "zipSize": size})
    except OSError as error:
        raise PackagingError(f"{file}: cannot be written: {error}") from error
    return Package(manifest, manifest.digest, file, md5, sha256, size)


def _record(file: Path, record: Mapping[str, object]) -> None:
    # The record is put beside the zip last, so that a zip without one is never taken for whole.
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=".", suffix=".part", delete=False) as part:
        json.dump(record, part)
    Path(part.name).replace(file)


def _hashes(file: Path) -> tuple[str, str, int] | None:
    """MD5, SHA-256 and size of a file, or None if it is not there."""
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    try:
        with file.open("rb") as content:
            while chunk := content.read(1 << 20):
                md5.update(chunk)
                sha256.update(chunk)
                size += len(chunk)
    except FileNotFoundError:
        return None
    return md5.hexdigest(), sha256.hexdigest(), size
