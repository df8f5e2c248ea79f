"""Looks for secrets where none may be: in files, databases, archives, texts, and in the environments of processes.

A secret is looked for as it is and as it may be written: escaped for JSON or a URL, in hexadecimal, and in base64
wherever it begins.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import io
import json
import os
import sqlite3
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

#: Secrets by what they are called in reports, which never show them.
Planted = Mapping[str, str]
#: What was found in contents before, by their digests: packages lie in several places.
Known = dict[bytes, list[str]]

_SQLITE = b"SQLite format 3\0"
_ZIP = b"PK\x03\x04"


@functools.cache
def forms(secret: str) -> frozenset[bytes]:
    """Every way in which ``secret`` may be written."""
    raw = secret.encode()
    found = {raw, quote(secret, safe="").encode(), json.dumps(secret)[1:-1].encode(), raw.hex().encode()}
    for before in range(3):
        # What is left of it whatever stands before and after: the letters that it shares with neighbours are cut.
        whole = base64.b64encode(b"\0" * before + raw)
        start = (before * 8 + 5) // 6
        inner = whole[start : (before + len(raw)) * 8 // 6]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_"), quote(inner.decode(), safe="").encode()}
    return frozenset(found)


def in_bytes(content: bytes, planted: Planted, known: Known | None = None) -> list[str]:
    """The names of those that stand in ``content``, also within a zip in it; ``known`` is what was looked at before."""
    digest = _digest(content)
    if known is not None and digest in known:
        return known[digest]
    found = [name for name, secret in planted.items() if any(form in content for form in forms(secret))]
    if content.startswith(_ZIP):
        with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
            for each in archive.infolist():
                inside = in_bytes(archive.read(each), planted, known)
                found += [f"{name} (in {each.filename})" for name in inside]
    if known is not None:
        known[digest] = found
    return found


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content).digest()


def in_text(where: str, text: str, planted: Planted) -> list[str]:
    """Reports on a text: ``name: where``."""
    return [f"{name}: {where}" for name in in_bytes(text.encode(), planted)]


@dataclass(frozen=True)
class Older:
    """Zips that are older than the secrets: nothing is to be found in them, nor in what they were unpacked to.

    ``trees`` are the folders that the local cloud unpacks them to, which it names by their SHA-256.
    """

    known: Known
    trees: frozenset[str]

    @staticmethod
    def of(archives: Iterable[Path]) -> Older:
        """Of the files ``archives``."""
        contents = [path.read_bytes() for path in archives]
        trees = frozenset(hashlib.sha256(content).hexdigest() for content in contents)
        return Older({_digest(content): [] for content in contents}, trees)


_NONE = Older({}, frozenset())


def in_folder(folder: Path, planted: Planted, older: Older = _NONE) -> list[str]:
    """Reports on all files below ``folder``, their names among them: ``name: path``."""
    found: list[str] = []
    known = dict(older.known)
    for path in _files(folder, older):
        place = path.relative_to(folder).as_posix()
        names = [*in_file(path, planted, known), *in_bytes(place.encode(), planted)]
        found += [f"{name}: {place}" for name in dict.fromkeys(names)]
    return found


def _files(folder: Path, older: Older) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(set(folders) - older.trees)
        paths = (Path(place, name) for name in sorted(files))
        yield from (path for path in paths if not path.is_symlink() and path.is_file())


def in_file(path: Path, planted: Planted, known: Known | None = None) -> list[str]:
    """The names of those that stand in a file; none if it is gone.

    Of an SQLite file each value is looked at as well: in the file long ones are in pieces.
    """
    with contextlib.suppress(FileNotFoundError):
        content = path.read_bytes()
        names = in_bytes(content, planted, known)
        if content.startswith(_SQLITE):
            names = names + in_bytes("\n".join(_values(path)).encode(), planted)
        return names
    return []


def _values(database: Path) -> Iterator[str]:
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                yield from (each if isinstance(each, str) else repr(each) for each in row)


def in_processes(processes: Collection[psutil.Process], planted: Planted) -> list[str]:
    """Reports on environments and command lines of processes that run."""
    found: list[str] = []
    for process in processes:
        with contextlib.suppress(OSError, psutil.Error):
            folder = Path(f"/proc/{process.pid}")
            for part in ("environ", "cmdline"):
                for name in in_bytes((folder / part).read_bytes(), planted):
                    found.append(f"{name}: {part} of {process.pid} ({process.name()})")
    return found


def server_document(file: Path) -> dict[str, Any]:
    """What a local cloud's server tells of itself: its process id under ``pid``."""
    document: dict[str, Any] = json.loads(file.read_text())
    return document


def family(pid: int) -> list[psutil.Process]:
    """A process and everything that it started."""
    begun = psutil.Process(pid)
    return [begun, *begun.children(recursive=True)]


def readable_by_others(folder: Path, secrets: Planted, older: Older = _NONE) -> list[str]:
    """Files below ``folder`` that hold one of ``secrets`` and that others than their owner may read."""
    found: list[str] = []
    known = dict(older.known)
    for path in _files(folder, older):
        closed = not path.stat().st_mode & 0o077
        private = all(not each.stat().st_mode & 0o077 for each in (folder, *_between(folder, path)))
        if not (closed and private) and any(in_bytes(path.read_bytes(), secrets, known)):
            found.append(f"{path.relative_to(folder)}: mode {path.stat().st_mode & 0o777:o}")
    return found


def _between(folder: Path, path: Path) -> list[Path]:
    """The folders on the way from ``folder`` down to ``path``."""
    return [each for each in path.parents if each.is_relative_to(folder) and each != folder]
