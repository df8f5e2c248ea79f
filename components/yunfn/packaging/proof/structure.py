"""Where things stand inside the zip: packages on the path Python searches, names that survive every file system."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from yunfn.packaging.proof.finding import Finding
from yunfn.packaging.target import Target

# Folders of a Python installation: never packages of their own.
_SITES = {"python", "site-packages", "dist-packages"}
_MODULE = re.compile(r"^(?P<name>[^/.]+)(\.(?:cpython|pypy|graalpy)-[^/]*|\.abi3)?\.(py|pyc|so)$")
_INFO = re.compile(r"\.(dist|egg)-info$")
_LEFTOVERS = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"}
# Linux's NAME_MAX; and PATH_MAX, which counts "/opt/" and the end too (limits.h).
_NAME_BYTES, _PATH_BYTES = 255, 4096 - len("/opt/") - 1
# As many bytes and files of a package as are read to see whether it calls itself by its folder's name.
_SCAN_BYTES, _SCAN_FILES = 200_000, 200


@dataclass(slots=True)
class PythonTree:
    """What of a package Python could import, by folder ("" is the root of the zip).

    ``packages`` are folders with an ``__init__``; ``modules`` single files by folder; ``infos`` dist-info by folder.
    """

    packages: set[str] = field(default_factory=set)
    modules: dict[str, set[str]] = field(default_factory=dict)
    infos: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Collection[str]) -> PythonTree:
        """Sort out ``paths``, those of every file in the zip."""
        tree = cls()
        for path in paths:
            folder, _, name = path.rpartition("/")
            if (match := _MODULE.match(name)) and not folder.endswith("__pycache__"):
                if match["name"] == "__init__":
                    tree.packages.add(folder)
                else:
                    tree.modules.setdefault(folder, set()).add(match["name"])
            if _INFO.search(folder):
                at, _, info = folder.rpartition("/")
                tree.infos.setdefault(at, set()).add(info)
        return tree

    def sites(self) -> list[str]:
        """Folders with dist-info in them, what packages carry along left out."""
        return sorted(folder for folder in self.infos if not self.inside_package(folder))

    def roots(self) -> dict[str, set[str]]:
        """Folders with packages in them that are no packages themselves -> the names of those packages."""
        found: dict[str, set[str]] = {}
        for package in self.packages:
            if package:
                folder, _, name = package.rpartition("/")
                if folder not in self.packages:
                    found.setdefault(folder, set()).add(name)
        return found

    def inside_package(self, folder: str) -> bool:
        """Whether ``folder`` is a package or lies in one, as what a package carries along (``pip/_vendor``)."""
        while folder:
            if folder in self.packages:
                return True
            folder = posixpath.dirname(folder)
        return False


def check_layout(
    paths: Collection[str], target: Target, open: Callable[[str], BinaryIO], tree: PythonTree | None = None
) -> Iterator[Finding]:
    """Packages where the target's Python does not look (FCD "layers": /opt/python; SCFD "layers": /opt).

    One finding per folder that they stand in. ``open`` gives a file's content.
    """
    tree = tree or PythonTree.of(paths)
    prefix = target.package_prefix
    roots = tree.roots()
    # Folders of a Python installation may hold single modules only.
    places = {**{folder: set(names) for folder, names in tree.modules.items() if _site(folder)}, **roots}
    for folder, infos in tree.infos.items():
        places.setdefault(folder, set()).update(info.partition("-")[0] for info in infos)
    filled = bool({prefix} & (roots.keys() | tree.modules.keys() | tree.infos.keys()))
    if prefix and not filled and "" in tree.modules:
        places.setdefault("", set()).update(tree.modules[""])
    for folder, names in sorted(places.items()):
        if folder == prefix or tree.inside_package(folder):
            continue
        if (
            folder in tree.infos
            or (folder == "" and prefix)
            or _site(folder)
            or (not filled and not _is_namespace(folder, paths, open))
        ):
            yield _misplaced(folder, names, target)


def check_names(paths: Collection[str]) -> Iterator[Finding]:
    """Names too long to be unzipped at /opt, names that collide where case or Unicode form does not count, and what
    macOS and Windows leave behind.
    """
    seen: dict[str, str] = {}
    known: set[str] = set()
    leftovers: dict[str, str] = {}
    for path in sorted(paths):
        if len(path) > _NAME_BYTES // 4 and (long := _too_long(path)):
            shown = f"{path[:60]}…{path[-20:]}"
            advice = "give the file a shorter name, or leave it out by `exclude:`"
            yield Finding("path-too-long", "error", shown, "", f"{long}: it cannot be unzipped in the cloud", advice)
        for name in (*_folders(path), path):
            if name in known:
                continue
            known.add(name)
            folded = name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()
            other = seen.setdefault(folded, name)
            if other != name:
                message = f"differs from {other!r} only in case or Unicode form"
                advice = "on macOS and Windows one of them overwrites the other: rename one, and build anew"
                yield Finding("path-case-conflict", "warning", name, "", message, advice)
                seen[folded] = name
        for part in path.split("/"):
            if part in _LEFTOVERS or part.startswith("._"):
                leftovers.setdefault(part if part in _LEFTOVERS else "._*", path)
    for part, path in leftovers.items():
        message = f"{part} is left behind by the machine that made the zip"
        yield Finding("path-leftover", "warning", path, "", message, "make the package with `yunfn layer build`")


def _too_long(path: str) -> str:
    whole = path.encode(errors="surrogateescape")
    if max(map(len, whole.split(b"/"))) > _NAME_BYTES:
        return f"has a name of more than {_NAME_BYTES} bytes"
    return f"is a path of more than {_PATH_BYTES} bytes" if len(whole) > _PATH_BYTES else ""


def _site(folder: str) -> bool:
    return folder.rpartition("/")[2] in _SITES


def _folders(path: str) -> Iterator[str]:
    at = path.find("/")
    while at != -1:
        yield path[:at]
        at = path.find("/", at + 1)


def _is_namespace(folder: str, paths: Collection[str], open: Callable[[str], BinaryIO]) -> bool:
    """Whether the code in ``folder`` calls itself by the folder's name, as in a namespace package (PEP 420)."""
    name = folder.rpartition("/")[2]
    if not name.isidentifier():
        return False
    own = re.compile(rb"^\s*(from|import)\s+" + name.encode() + rb"\b", re.MULTILINE)
    sources = [path for path in paths if path.startswith(f"{folder}/") and path.endswith(".py")]
    for path in sorted(sources)[:_SCAN_FILES]:
        with open(path) as stream:
            if own.search(stream.read(_SCAN_BYTES)):
                return True
    return False


def _misplaced(folder: str, names: Collection[str], target: Target) -> Finding:
    some = sorted(names)
    listed = ", ".join(some[:3]) + (f" and {len(some) - 3} more" if len(some) > 3 else "")
    prefix = target.package_prefix
    wanted = f"in {prefix}/" if prefix else "at the root of the zip"
    where = f"in {folder}/" if folder else "at the root of the zip"
    depth = (folder.count("/") + 1 if folder else 0) - (1 if prefix else 0)
    inside = not prefix or folder.startswith(f"{prefix}/")
    deep = f", {depth} folder{'s' if depth > 1 else ''} too deep" if depth > 0 and (inside or _site(folder)) else ""
    opt = f"/opt/{prefix}".rstrip("/")
    if target.runtime.search_layers:
        effect = f"{target.name} imports from {opt}, so they are not found"
        advice = f"put packages {wanted}"
    else:
        effect = f"{target.name} has no search path of its own; functions are told to import from {opt}"
        advice = f"put packages {wanted}, or set PYTHONPATH to /opt/{folder}".rstrip("/")
    return Finding(
        "layout-depth",
        "error" if target.runtime.search_layers else "warning",
        f"{folder}/" if folder else some[0],
        "",
        f"{listed} {'stand' if len(some) > 1 else 'stands'} {where}{deep}: {effect}",
        advice,
    )
