"""Are the shared libraries there that the ELF files of a package need, where the loader looks for them?

The loader's order (ld.so(8)): DT_RPATH of the file and of those that load it, where it has no DT_RUNPATH; then
LD_LIBRARY_PATH; DT_RUNPATH; the system's. Packages are unzipped at /opt.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from yunfn.packaging.proof.elf import Elf
from yunfn.packaging.proof.finding import Finding
from yunfn.packaging.proof.system_libraries import DESKTOP, SystemLibraries
from yunfn.packaging.target import Target

_MOUNT = "/opt"


def library_folder(target: Target) -> str:
    """The folder in the cloud that LD_LIBRARY_PATH names, and where ``libraries:`` go: /opt/lib or /opt.

    Custom runtimes get no search path of their own; theirs is where functions are told to look.
    """
    return posixpath.join(_MOUNT, target.runtime.library_path).rstrip("/")


class Libraries:
    """The ELF files of one package (path -> file) and its symbolic links (path -> target)."""

    def __init__(self, elves: Mapping[str, Elf], links: Mapping[str, str], target: Target) -> None:
        self.elves = elves
        self._links = links
        self._path = library_folder(target)
        self._names: dict[str, str] = {}
        for path, elf in sorted(elves.items()):
            self._names.setdefault(path.rpartition("/")[2], path)
            if elf.soname:
                self._names.setdefault(elf.soname, path)
        self._found: dict[str, dict[str, str]] = {path: {} for path in elves}
        self._loaders: dict[str, set[str]] = {}
        self._resolve()

    def _resolve(self) -> None:
        left = [(path, name) for path, elf in self.elves.items() for name in elf.needed]
        inherited: dict[str, tuple[str, ...]] = {}
        # What is found makes a loader known, whose DT_RPATH may find more: until nothing new is found.
        while left:
            missing = []
            for path, name in left:
                found = self._search(path, name, inherited.get(path, ()))
                if found is None:
                    missing.append((path, name))
                else:
                    self._found[path][name] = found
                    self._loaders.setdefault(found, set()).add(path)
            if len(missing) == len(left) and inherited:
                return
            left = missing
            inherited = {path: self._inherited(path) for path, _ in left if not self.elves[path].runpath}
            if not inherited:
                return

    def find(self, path: str, name: str) -> str | None:
        """The file of the package that the loader takes for ``name`` needed by ``path``; None if it finds none."""
        return self._found[path].get(name)

    def anywhere(self, name: str) -> str | None:
        """A file of that name or soname wherever it stands: it serves if something loads it first."""
        return self._names.get(name)

    def provides(self, path: str) -> frozenset[str]:
        """The symbol versions that the ELF file at ``path`` defines."""
        return self.elves[path].provides

    def _inherited(self, path: str) -> tuple[str, ...]:
        """The DT_RPATH folders of all that load ``path``, however indirectly."""
        folders: list[str] = []
        seen, left = {path}, [path]
        while left:
            for loader in self._loaders.get(left.pop(), ()):
                if loader not in seen:
                    seen.add(loader)
                    left.append(loader)
                    elf = self.elves[loader]
                    if not elf.runpath:
                        folders += [_expanded(folder, loader) for folder in elf.rpath]
        return tuple(folders)

    def _search(self, path: str, name: str, inherited: tuple[str, ...]) -> str | None:
        if "/" in name:
            return self._file(_expanded(name, path))
        elf = self.elves[path]
        own = [_expanded(folder, path) for folder in (elf.runpath or elf.rpath)]
        for folder in (*own, *inherited, self._path):
            found = self._file(posixpath.join(folder, name))
            if found is not None:
                return found
        return None

    def _file(self, absolute: str) -> str | None:
        """The ELF file of the package at this path of the cloud's file system, links followed."""
        path = posixpath.normpath(absolute)
        for _ in range(40):  # as many links as Linux follows (path_resolution(7))
            if not path.startswith(f"{_MOUNT}/"):
                return None
            inside = path.removeprefix(f"{_MOUNT}/")
            if inside in self.elves:
                return inside
            link = next((part for part in _prefixes(inside) if part in self._links), None)
            if link is None:
                return None
            there = posixpath.join(_MOUNT, posixpath.dirname(link), self._links[link])
            path = posixpath.normpath(there + inside.removeprefix(link))
        return None


def check_libraries(
    libraries: Libraries, owners: Mapping[str, str], target: Target, system: SystemLibraries
) -> Iterator[Finding]:
    """Each library that is needed and would not be found, or would be without a symbol version that is needed.

    One finding per package and library that is missing: dozens of files may need the same.
    """
    missing: dict[tuple[str, str], list[str]] = {}
    for path, elf in sorted(libraries.elves.items()):
        package = owners.get(path, "")
        for name in elf.needed:
            found = libraries.find(path, name)
            if found is not None:
                yield from _check_versions(path, package, elf, name, found, libraries)
            elif name not in system.present:
                missing.setdefault((package, name), []).append(path)
    for (package, name), paths in missing.items():
        yield _missing(paths, package, name, libraries, target, system)


def _check_versions(
    path: str, package: str, elf: Elf, name: str, found: str, libraries: Libraries
) -> Iterator[Finding]:
    provides = libraries.provides(found)
    lacking = sorted(version for library, version in elf.versions if library == name and version not in provides)
    # A library without any versions is taken as it is: ld.so only notes it.
    if provides and lacking:
        message = f"needs {', '.join(lacking)} of {name}, which {found} in this package does not have"
        advice = "bring a newer library, or a package built against this one"
        yield Finding("elf-symbol-version", "error", path, package, message, advice)


def _missing(
    paths: Sequence[str], package: str, name: str, libraries: Libraries, target: Target, system: SystemLibraries
) -> Finding:
    path = paths[0]
    needs = f"needs {name}" + (f" (and so does {paths[1]})" if len(paths) == 2 else "")
    needs += f" (and so do {len(paths) - 1} more files)" if len(paths) > 2 else ""
    elsewhere = libraries.anywhere(name)
    where = library_folder(target)
    if elsewhere is not None:
        message = f"{needs}, which stands at {elsewhere}, where the loader does not look ({where} or its RPATH)"
        advice = "it works only if something loads that library first; else put it under `libraries:`"
        return Finding("elf-library-path", "warning", path, package, message, advice)
    if name in system.likely:
        message = f"{needs}, which {target.name} ({target.runtime.system}) has by what was seen, unpromised"
        advice = f"to be sure, bring it under `libraries:` (it goes to {where})"
        return Finding("elf-missing-library", "warning", path, package, message, advice)
    if name.startswith(f"libpython{target.python}"):
        message = f"{needs}, which {target.name} has only if its Python was built with --enable-shared"
        advice = "build the module without linking libpython: the interpreter brings its symbols (PEP 513)"
        return Finding("elf-missing-library", "warning", path, package, message, advice)
    if name.startswith("libc.musl-"):
        advice = "it was built for Alpine (musl): take a manylinux wheel"
    elif name in DESKTOP:
        advice = "take the package's variant without a desktop (as opencv-python-headless), or bring it by `libraries:`"
    else:
        advice = f"bring it under `libraries:` (it goes to {where}), or take a wheel that carries it"
    message = f"{needs}, which neither this package nor {target.name} ({target.runtime.system}) has"
    return Finding("elf-missing-library", "error", path, package, message, advice)


def _expanded(folder: str, path: str) -> str:
    origin = posixpath.join(_MOUNT, posixpath.dirname(path))
    return folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin)


def _prefixes(path: str) -> Iterator[str]:
    """``a``, ``a/b``, ``a/b/c`` of ``a/b/c``."""
    at = path.find("/")
    while at != -1:
        yield path[:at]
        at = path.find("/", at + 1)
    yield path
