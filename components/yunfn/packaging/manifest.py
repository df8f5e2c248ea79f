"""The canonical manifest of a package: what is in it, and the digest that names it.

The digest covers path, mode and content of every file and nothing that differs from machine to machine: no
times, no absolute paths, no order of a directory listing, no compression (equal input does not give
equal zip bytes across zlib builds).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from yunfn.exceptions import PackagingError, RefusedEntryError

# Raised whenever the canonical form changes, so that two forms never share a digest.
_FORMAT = b"yunfn-manifest 1\n"

#: Raised whenever the builder would make another artifact of the same inputs, or find other faults in it.
BUILDER_VERSION = 1

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Paths that break no rule as can be seen at once; most are such.
_PLAIN = re.compile(r"[A-Za-z0-9_+-][A-Za-z0-9_.+-]*(?:/[A-Za-z0-9_+-][A-Za-z0-9_.+-]*)*")


class Mode(Enum):
    """The three kinds of entry a function package can hold, with their Unix modes."""

    FILE = 0o100644
    EXECUTABLE = 0o100755
    SYMLINK = 0o120777


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or symbolic link: POSIX path from the root, mode, SHA-256 of its content, size in bytes.

    A link's content is its target.
    """

    path: str
    mode: Mode
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The entries of a package in canonical order: by the UTF-8 bytes of the path.

    ``target`` is the name of the target that an artifact was built for (``alibaba:python3.10``), and ``builder`` the
    version of what built it; code packages, which are for no single target, have none.
    """

    entries: tuple[Entry, ...]
    target: str | None = None
    builder: int = BUILDER_VERSION
    # The digest once it was asked for.
    _digest: str = field(default="", init=False, repr=False, compare=False)

    @classmethod
    def of(cls, entries: Iterable[Entry], label: str, target: str | None = None) -> Manifest:
        """Sort and check entries; ``label`` names the source in errors.

        Raises:
            RefusedEntryError: the same path twice, a file where another entry needs a folder, or nothing at all.
        """
        ordered = tuple(sorted(entries, key=lambda e: e.path.encode()))
        if not ordered:
            raise RefusedEntryError(label, "", "archive-empty", "holds no file: an empty package cannot be deployed")
        paths = set()
        for entry in ordered:
            if entry.path in paths:
                raise RefusedEntryError(label, entry.path, "archive-duplicate", "the same path stands in it twice")
            paths.add(entry.path)
        folders: set[str] = set()
        for entry in ordered:
            parent = entry.path.rpartition("/")[0]
            while parent and parent not in folders:
                if parent in paths:
                    reason = f"is a file, and a folder for {entry.path!r}"
                    raise RefusedEntryError(label, parent, "archive-file-as-folder", reason)
                folders.add(parent)
                parent = parent.rpartition("/")[0]
        return cls(ordered, target)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the canonical form."""
        if not self._digest:
            object.__setattr__(self, "_digest", hashlib.sha256(self.canonical).hexdigest())
        return self._digest

    @property
    def canonical(self) -> bytes:
        """The form that the digest covers: one line of mode, content hash, size and path per entry.

        Target and builder stand before them, if there is a target: the digests of code packages are those of releases
        that knew no targets.
        """
        head = "" if self.target is None else f"target {self.target}\nbuilder {self.builder}\n"
        modes = {mode: f"{mode.value:o}" for mode in Mode}
        lines = (f"{modes[entry.mode]} {entry.sha256} {entry.size} {entry.path}\n" for entry in self.entries)
        return _FORMAT + (head + "".join(lines)).encode()

    @classmethod
    def read(cls, canonical: bytes, label: str) -> Manifest:
        """Read the canonical form back; ``label`` says in errors where it was found.

        Raises:
            PackagingError: it is no canonical form, or one that could not have been written.
        """
        try:
            if not canonical.startswith(_FORMAT):
                raise ValueError("of another format")
            lines = canonical[len(_FORMAT) :].decode().removesuffix("\n").split("\n")
            target, builder = None, BUILDER_VERSION
            if lines[0].startswith("target "):
                target, builder = lines[0].removeprefix("target "), int(lines[1].removeprefix("builder "))
                del lines[:2]
            found = replace(cls.of(map(_entry, lines), label, target), builder=builder)
            if found.canonical != canonical:
                raise ValueError("not in canonical order")
        except (ValueError, IndexError) as error:
            raise PackagingError(f"{label}: holds no manifest: {error}") from error
        return found

    @property
    def size(self) -> int:
        """Bytes of all contents together, unzipped."""
        return sum(entry.size for entry in self.entries)

    @property
    def paths(self) -> frozenset[str]:
        """Every path in the package."""
        return frozenset(entry.path for entry in self.entries)


def checked_path(path: str, label: str) -> str:
    """Answer ``path`` if it may stand in a package, else raise.

    Raises:
        RefusedEntryError: absolute, with ``..``, with a backslash or drive letter, with control characters, or
            not expressible in UTF-8.
    """
    if _PLAIN.fullmatch(path):
        return path
    try:
        path.encode()
    except UnicodeEncodeError as error:
        shown = repr(path.encode(errors="surrogateescape"))
        raise RefusedEntryError(label, shown, "archive-name-encoding", "file names must be UTF-8", shown) from error
    parts = path.split("/")
    if path.startswith("/"):
        reason = "an absolute path would leave the package's folder"
        raise RefusedEntryError(label, path, "archive-absolute-path", reason)
    if ".." in parts:
        raise RefusedEntryError(label, path, "archive-parent-path", "'..' would leave the package's folder")
    if "\\" in path or (len(path) > 1 and path[1] == ":" and path[0].isalpha()):
        reason = "Windows paths do not name one file on every system"
        raise RefusedEntryError(label, path, "archive-windows-path", reason)
    if "" in parts or "." in parts:
        reason = "empty and '.' parts do not name a file"
        raise RefusedEntryError(label, path or "/", "archive-empty-part", reason)
    if _CONTROL.search(path):
        reason = "control characters are not allowed in file names"
        raise RefusedEntryError(label, path, "archive-control-character", reason)
    return path


def checked_link(path: str, target: str, label: str) -> str:
    """Answer a symbolic link's ``target`` if it stays inside the package, else raise.

    Raises:
        RefusedEntryError: the target is empty, absolute, or climbs out of the package's root.
    """
    shown = f"{path!r} -> {target!r}"
    if not target or "\0" in target:
        raise RefusedEntryError(label, path, "archive-link-empty", "a symbolic link without a target")
    if target.startswith("/") or "\\" in target:
        reason = "an absolute link points elsewhere in the cloud"
        raise RefusedEntryError(label, path, "archive-absolute-link", reason, shown)
    parts = [part for part in target.split("/") if part not in ("", ".")]
    climbs = next((i for i, part in enumerate(parts) if part != ".."), len(parts))
    # Climbing again after a name could pass through another link, where '..' is no longer the folder above.
    if climbs > path.count("/") or ".." in parts[climbs:]:
        reason = "a symbolic link must stay in the package"
        raise RefusedEntryError(label, path, "archive-link-escape", reason, shown)
    return target


def _entry(line: str) -> Entry:
    mode, sha256, size, path = line.split(" ", 3)
    return Entry(checked_path(path, "manifest"), Mode(int(mode, 8)), sha256, int(size))
