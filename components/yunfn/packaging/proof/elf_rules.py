"""Rules on single ELF files: format, architecture, symbol versions, Python ABI."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from yunfn.packaging.proof.elf import Elf
from yunfn.packaging.proof.finding import Finding
from yunfn.packaging.proof.system_libraries import SystemLibraries, family
from yunfn.packaging.target import Target

LIBRARY = re.compile(r"\.so(\.\d+)*$")
_EXTENSION = re.compile(r"\.(?P<tag>[^./]+)\.(so|pyd)$")
_TAG = re.compile(r"^(cpython-(?P<version>\d+)(?P<flags>[a-z]*)|(pypy|graalpy)\d*)(-.+)?$")
_FOREIGN = {
    b"\xcf\xfa\xed\xfe": "a Mach-O file (macOS)",
    b"\xce\xfa\xed\xfe": "a Mach-O file (macOS)",
    b"\xfe\xed\xfa\xcf": "a Mach-O file (macOS)",
    b"\xfe\xed\xfa\xce": "a Mach-O file (macOS)",
    b"\xca\xfe\xba\xbe": "a universal Mach-O file (macOS)",
    b"\xca\xfe\xba\xbf": "a universal Mach-O file (macOS)",
}
#: Symbol version families of system libraries, and the rule that holds each.
VERSION_RULES = {"GLIBC": "elf-glibc", "GLIBCXX": "elf-libstdcxx", "CXXABI": "elf-libstdcxx", "GCC": "elf-libgcc"}
_LINUX = "build the layer with `yunfn layer build`, which takes the cloud's Linux whatever the machine"
_REBUILD = (
    "pin a version that has a wheel for {tag}, let yunfn build it from source (`yunfn layer build`), or leave it out by"
    " `exclude:` if nothing loads it"
)


def foreign_format(head: bytes) -> str:
    """What a file that begins with ``head`` (4 bytes) is, if it is a program of another system, else ""."""
    return "a Windows file (PE)" if head[:2] == b"MZ" else _FOREIGN.get(head, "")


def check_format(path: str, package: str, head: bytes, executable: bool, paths: Collection[str]) -> Iterator[Finding]:
    """A library or program that is not ELF. Only names that the loader would take count: data is left alone.

    ``head`` are the file's first 4 bytes; ``paths`` all paths of the package.
    """
    kind = foreign_format(head)
    name = path.rpartition("/")[2]
    if LIBRARY.search(name):
        what = kind or ("empty" if not head else "no ELF file: the loader would say 'invalid ELF header'")
        yield Finding("elf-format", "error", path, package, f"a shared library by its name, but it is {what}", _LINUX)
    elif name.endswith(".pyd"):
        # Wheels for Linux that carry modules for other systems beside their own (debugpy does) lose nothing by them.
        top = path.removeprefix("python/").partition("/")[0]
        if any(LIBRARY.search(other) and other.removeprefix("python/").startswith(f"{top}/") for other in paths):
            advice = "leave it out by `exclude:`"
            yield Finding("elf-format", "warning", path, package, "a Python extension for Windows: dead weight", advice)
        else:
            yield Finding("elf-format", "error", path, package, "a Python extension for Windows, not for Linux", _LINUX)
    elif kind and executable and "macOS" in kind:
        yield Finding("elf-format", "error", path, package, f"a program by its mode, but it is {kind}", _LINUX)
    elif kind and name.endswith((".dylib", ".dll")):
        advice = "leave it out by `exclude:`"
        yield Finding("elf-format", "warning", path, package, f"is {kind}: dead weight in the cloud", advice)


def check_elf(path: str, package: str, elf: Elf, target: Target, system: SystemLibraries) -> Iterator[Finding]:
    """Architecture and the symbol versions of the system's libraries that ``elf`` needs."""
    runtime = target.runtime
    if elf.machine != runtime.architecture:
        yield Finding(
            "elf-architecture",
            "error",
            path,
            package,
            f"is for {elf.machine}; {target.name} runs {runtime.architecture}",
            "install it for " + target.platform + "; if it is data for other machines, leave it out by `exclude:`",
        )
        return
    if elf.kind == "ET_REL" and LIBRARY.search(path):
        message = "is an object file (ET_REL), which the loader cannot load: link it into a shared library"
        yield Finding("elf-format", "error", path, package, message)
    newest: dict[str, tuple[tuple[int, ...], str, str]] = {}
    for library, version in elf.versions:
        name, number = family(version)
        if name not in VERSION_RULES or library not in system.present:
            continue
        if version == "GLIBC_PRIVATE":
            number = (99,)
        if number is not None and number > system.ceilings[name] and number > newest.get(name, ((), "", ""))[0]:
            newest[name] = (number, version, library)
    for name, (_, version, library) in newest.items():
        allowed = f"{name}_{'.'.join(map(str, system.ceilings[name]))}"
        yield Finding(
            VERSION_RULES[name],
            "error",
            path,
            package,
            f"needs {version} of {library}; {target.name} ({runtime.system}) has {allowed} at most",
            _REBUILD.format(tag=runtime.platform_tag),
        )


def check_abi(path: str, package: str, target: Target, minimum: Mapping[str, str]) -> Iterator[Finding]:
    """The Python that an extension module was built for, by its file name (PEP 3149).

    ``minimum`` is, by path, the oldest Python ("3.7") whose stable ABI an ``.abi3.so`` was built with (PEP 425, PEP
    384), where the wheel's tags tell.
    """
    match = _EXTENSION.search(path)
    if match is None:
        return
    suffixes = extension_suffixes(target)
    advice = f"install it for Python {target.python} (`yunfn layer build` does)"
    if match["tag"] == "abi3":
        oldest = minimum.get(path, "")
        if oldest and _number(oldest) > _number(target.python):
            message = f"uses the stable ABI of Python {oldest} and newer; {target.name} has Python {target.python}"
            yield Finding("elf-python-abi", "error", path, package, message, advice)
        return
    tag = _TAG.match(match["tag"])
    if tag is None or path.endswith(suffixes):
        return
    built = f"Python {tag['version'][0]}.{tag['version'][1:]}" if tag["version"] else tag[0].partition("-")[0]
    if tag["version"] and f"{tag['version'][0]}.{tag['version'][1:]}" == target.python:
        built = f"another build of it ({match['tag']})"
    yield Finding(
        "elf-python-abi",
        "error",
        path,
        package,
        f"is an extension module for {built}; Python {target.python} of {target.name} imports {', '.join(suffixes)}",
        advice,
    )


def extension_suffixes(target: Target) -> tuple[str, str]:
    """The file name endings of extension modules that the target's Python imports (the bare ``.so`` left out).

    Up to Python 3.7 the ABI tag carries an ``m`` (bpo-36707).
    """
    flag = "m" if _number(target.python) < (3, 8) else ""
    version = target.python.replace(".", "")
    return f".cpython-{version}{flag}-{target.runtime.architecture}-linux-gnu.so", ".abi3.so"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
