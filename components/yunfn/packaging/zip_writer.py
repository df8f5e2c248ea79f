"""Writes a package as a zip that is the same for the same manifest: sorted, fixed times, no extra fields."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from yunfn.exceptions import PackagingError
from yunfn.packaging.manifest import Entry, Manifest
from yunfn.packaging.source import Source

# The earliest time a zip can hold; the true ones differ on every machine.
_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_CHUNK = 1 << 20


def write_zip(manifest: Manifest, origin: Mapping[str, tuple[Source, str]], target: Path) -> None:
    """Write the entries of ``manifest`` to ``target``, whole or not at all.

    ``origin`` says for each path which source holds it, and under which path there.

    Raises:
        PackagingError: a file changed since it was listed, or cannot be read or written.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry in manifest.entries:
                _write(archive, entry, *origin[entry.path])
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _write(archive: zipfile.ZipFile, entry: Entry, source: Source, path: str) -> None:
    info = zipfile.ZipInfo(entry.path, _TIME)
    info.create_system = _UNIX
    info.external_attr = entry.mode.value << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    info.file_size = entry.size
    state = hashlib.sha256()
    try:
        with source.open(path) as content, archive.open(info, "w") as out:
            while chunk := content.read(_CHUNK):
                state.update(chunk)
                out.write(chunk)
    except OSError as error:
        raise PackagingError(f"{source.label}: {path!r}: cannot be packed: {error}") from error
    if state.hexdigest() != entry.sha256:
        raise PackagingError(f"{source.label}: {path!r}: changed while it was packed; run again")
