"""Every check of a package's content, for a tree that was built here and for a zip alike."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from yunfn.packaging.manifest import Entry, Mode
from yunfn.packaging.proof.bytecode import check_bytecode
from yunfn.packaging.proof.distributions import Distribution, read_distributions
from yunfn.packaging.proof.distributions import owners as owners_of
from yunfn.packaging.proof.elf import MAGIC, DamagedElfError, Elf, read_elf
from yunfn.packaging.proof.elf_rules import LIBRARY, check_abi, check_elf, check_format
from yunfn.packaging.proof.finding import Finding
from yunfn.packaging.proof.shared_libraries import Libraries, check_libraries
from yunfn.packaging.proof.sizes import check_unzipped_size
from yunfn.packaging.proof.structure import PythonTree, check_layout, check_names
from yunfn.packaging.proof.system_libraries import SystemLibraries
from yunfn.packaging.proof.system_needs import SystemNeeds
from yunfn.packaging.target import Target

# Text by its name: neither loader nor Python would run it, so that its bytes are not looked at.
_TEXT = re.compile(
    r"\.(py|pyi|pyx|pxd|pxi|txt|md|rst|html?|css|js|map|json|ya?ml|toml|cfg|ini|csv|xml|typed|c|cc|cpp|cxx|h|hh|hpp|f|f90"
    r"|cu|cuh|cmake|pc|sh|png|jpe?g|gif|svg|gz|zip|npy|npz|mat|parquet|pem|proto|tmpl|jinja2?|po|mo|ttf|woff2?)$"
)
_ABI3 = re.compile(r"^cp3(?P<minor>\d+)-abi3-")
# Compressed content up to this size is held in memory to be read at random, more goes to a temporary file.
_SPOOL_BYTES = 16 * 1024**2
_Open = Callable[[str], BinaryIO]
# The distributions by the folder they are installed in.
_Installed = Mapping[str, Sequence[Distribution]]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in a package: ``findings`` ordered by path and rule, and what its ELF files need of the system.

    ``needs`` is None for a zip that may not be unpacked.
    """

    findings: tuple[Finding, ...]
    needs: SystemNeeds | None = None


def examine(
    entries: Sequence[Entry],
    open: _Open,
    target: Target,
    owners: Mapping[str, str] | None = None,
    name: str = "package",
) -> Report:
    """Check a package for ``target`` before it is uploaded.

    Args:
        entries: Every file and link, by its path inside the zip.
        open: Gives the content of a path.
        target: The runtime it is for.
        owners: The package that each path belongs to, as ``owners()`` answers; read from the dist-info if left out.
        name: What to call the package in findings on the whole of it.

    Files are read as far as a rule needs them: a few pages of each ELF file.
    """
    sizes = {entry.path: entry.size for entry in entries}
    tree = PythonTree.of(sizes)
    # Wherever they stand: that they stand in the wrong place is a finding of its own.
    found = {folder: read_distributions(sizes, open, folder) for folder in tree.sites()}
    owning = dict(owners or {})
    if owners is None:
        for folder, installed in found.items():
            owning.update(owners_of(installed, folder))
    elves: dict[str, Elf] = {}
    findings = [
        *check_layout(sizes, target, open, tree),
        *check_names(sizes),
        *check_unzipped_size(name, entries, target, owning),
        *(f for installed in found.values() for f in _check_requires_python(installed, target)),
        *_check_files(entries, open, target, owning, found, elves),
    ]
    ordered = sorted(findings, key=lambda f: (f.path, f.rule, f.message))
    return Report(tuple(ordered), SystemNeeds.of(elves))


def _check_requires_python(found: Sequence[Distribution], target: Target) -> Iterator[Finding]:
    # The newest patch release is meant: a package that wants 3.6.1 is served by the cloud's 3.6.15.
    version = Version(f"{target.python}.999")
    for distribution in found:
        try:
            wanted = SpecifierSet(distribution.requires_python)
        except InvalidSpecifier:
            continue
        if not wanted.contains(version):
            message = f"needs Python {distribution.requires_python}; {target.name} has Python {target.python}"
            advice = f"pin a version for Python {target.python} (`yunfn layer build` chooses one)"
            yield Finding("requires-python", "error", distribution.info, distribution.label, message, advice)


def _check_files(
    entries: Sequence[Entry],
    open: _Open,
    target: Target,
    owning: Mapping[str, str],
    found: _Installed,
    elves: dict[str, Elf],
) -> Iterator[Finding]:
    """Check each file by what it is; the ELF files that can be read go into ``elves``."""
    links: dict[str, str] = {}
    paths = {entry.path for entry in entries}
    oldest = _oldest_pythons(found)
    for entry in entries:
        path, package = entry.path, owning.get(entry.path, "")
        if entry.mode is Mode.SYMLINK:
            with open(path) as stream:
                links[path] = stream.read().decode(errors="replace")
            continue
        if _TEXT.search(path):
            continue
        with open(path) as stream:
            head = stream.read(4)
            if path.endswith(".pyc"):
                yield from check_bytecode(path, package, head, entry.size, target)
            elif head != MAGIC:
                yield from check_format(path, package, head, entry.mode is Mode.EXECUTABLE, paths)
            else:
                try:
                    with _random_access(stream, head) as whole:
                        elves[path] = read_elf(whole)
                except DamagedElfError as error:
                    message = f"is a damaged ELF file: {error}"
                    yield Finding("elf-format", "error", path, package, message, "build or fetch it anew")
        if LIBRARY.search(path) or path.endswith(".pyd"):
            yield from check_abi(path, package, target, oldest)
    yield from _check_elves(elves, links, target, owning)


def _check_elves(
    elves: Mapping[str, Elf], links: Mapping[str, str], target: Target, owning: Mapping[str, str]
) -> Iterator[Finding]:
    system = SystemLibraries.of(target.runtime)
    # The loader skips files for other machines when it searches (ld.so(8)).
    usable = {path: elf for path, elf in elves.items() if elf.machine == target.runtime.architecture}
    libraries = Libraries(usable, links, target)
    for path, elf in elves.items():
        package = owning.get(path, "")
        yield from check_elf(path, package, elf, target, system)
    yield from check_libraries(libraries, owning, target, system)


def _oldest_pythons(found: _Installed) -> dict[str, str]:
    """For each file of a wheel with the stable ABI, the oldest Python it is for."""
    oldest = {}
    for folder, installed in found.items():
        for distribution in installed:
            minors = [int(match["minor"]) for tag in distribution.tags if (match := _ABI3.match(tag))]
            if minors:
                oldest.update(dict.fromkeys(owners_of([distribution], folder), f"3.{min(minors)}"))
    return oldest


@contextmanager
def _random_access(stream: BinaryIO, head: bytes) -> Iterator[BinaryIO]:
    """All of ``stream``, whose ``head`` is read, from its beginning: seeking in a zip would unpack each time anew."""
    try:
        stream.fileno()
    except OSError:
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as whole:
            whole.write(head)
            shutil.copyfileobj(stream, whole, 1 << 20)
            whole.seek(0)
            yield cast(BinaryIO, whole)
    else:
        stream.seek(0)
        yield stream
