"""A C and C++ compiler for the target's C library: zig's (package ``ziglang``), whatever library this machine has.

zig brings the headers and symbol lists of every glibc, and makes the stubs to link against once, which takes seconds
(for C++ up to two minutes). That is done ahead, by its own code alone, and kept; each build that compiles gets a copy.
So no package's build script can write into what the next package is linked with.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shlex
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from yunfn.exceptions import BuildError, MissingToolError
from yunfn.isolation import isolation
from yunfn.isolation.outcome import Output
from yunfn.isolation.unsandboxed import run_child
from yunfn.packaging.building.build_environment import open_to_all
from yunfn.packaging.building.locks import locked
from yunfn.packaging.target import Target

_PREPARE_SECONDS = 900.0
# Where isolated builds see the programs: command lines split CC and its like at spaces, and the temporary folder or the
# cache may have some in its name.
_PROGRAMS = Path("/yunfn-compiler")
_INCLUDE = Path(__file__).parent / "include"
# The undefined behaviour that zig traps in unoptimised code is what old C code lives on, and what gcc would let pass.
# zig keeps its libraries by degree of optimisation; a linking command that names none must find those made ahead.
_FLAGS = "-fno-sanitize=undefined -O2"
_C = "int yunfn_probe(void) { return 1; }\n"
_CPLUSPLUS = "#include <string>\nstd::string yunfn_probe(int n) { return std::to_string(n); }\n"


@dataclass(frozen=True, slots=True)
class Compiler:
    """What a build needs to compile for a target: variables, and files it must be able to read.

    ``readable`` and ``mounted`` (place inside -> folder) are as ``run_isolated`` takes them.
    """

    environment: dict[str, str]
    readable: tuple[Path, ...]
    mounted: dict[str, Path]


def prepare_compiler(
    cache: Path,
    target: Target,
    programs: Path,
    private: Path,
    *,
    compiled: bool,
    cplusplus: bool,
    progress: Callable[[str], None],
    cancelled: threading.Event | None = None,
) -> Compiler:
    """A compiler for one build.

    Args:
        cache: Where zig's own libraries are kept from build to build.
        target: Whose architecture and C library the result is for.
        programs: Folder to make for the programs ``cc``, ``c++``, ``ar`` and ``ranlib``, which the build only reads. An
            isolated one sees it at a place without spaces; another sees it as it is.
        private: Where the build sees a folder that may be made for its own copy of zig's libraries.
        compiled: Whether there is code to compile. Without, zig's libraries are taken if they are there; else a build
            that compiles all the same makes its own, which takes longer.
        cplusplus: Whether some of it is C++.
        progress: Told when zig's libraries must be made first, and how long that takes.
        cancelled: When set, the making of zig's libraries, or the waiting for another who makes them, ends within half
            a second with a BuildError; nothing half made stays.

    Raises:
        MissingToolError: the package ``ziglang`` is not installed.
        BuildError: zig does not work on this machine, or ``cancelled`` was set.
    """
    zig = find_zig()
    triple = zig_target(target)
    libraries = _libraries(
        cache, zig, triple, make=compiled, cplusplus=cplusplus, progress=progress, cancelled=cancelled
    )
    isolated = isolation().mode == "namespaces"
    seen = _PROGRAMS if isolated else programs
    _write_programs(programs, seen, zig, triple, libraries, target.python)
    cc, cxx = seen / "cc", seen / "c++"
    environment = {
        "CC": str(cc), "CXX": str(cxx), "AR": str(seen / "ar"), "RANLIB": str(seen / "ranlib"),
        # Python's own are those of the machine that built it: its linker flags name that machine's folders.
        "LDSHARED": f"{cc} -shared", "LDCXXSHARED": f"{cxx} -shared", "BLDSHARED": f"{cc} -shared",
        # Debugging symbols name folders, and weigh more than the code.
        "CFLAGS": "-g0", "CXXFLAGS": "-g0",
        "ZIG_GLOBAL_CACHE_DIR": str(private), "ZIG_LOCAL_CACHE_DIR": str(private),
    }  # fmt: skip
    readable = (zig.parent, *([] if isolated else [programs]), *([libraries] if libraries else []))
    return Compiler(environment, readable, {str(seen): programs} if isolated else {})


def find_zig() -> Path:
    """The zig program of the package ``ziglang``.

    Raises:
        MissingToolError: it is not installed.
    """
    spec = importlib.util.find_spec("ziglang")
    places = list(spec.submodule_search_locations or ()) if spec else []
    found = [path for place in places for name in ("zig", "zig.exe") if (path := Path(place, name)).is_file()]
    if not found:
        raise MissingToolError("the package ziglang is not installed: pip install ziglang, its compiler builds C code")
    return found[0]


def zig_target(target: Target) -> str:
    """The target in zig's words, such as ``x86_64-linux-gnu.2.17``: its C library, not the newest that wheels may need.

    The platform tag decides, as for wheels, where it is older than the system itself.
    """
    architecture = target.runtime.architecture
    major, minor = target.runtime.platform_tag.removesuffix(f"_{architecture}").split("_")[1:]
    return f"{architecture}-linux-gnu.{major}.{minor}"


# A Python built with a shared library links every extension with it. The cloud's is not that one, and none needs it:
# the process that imports an extension has Python's symbols already (PEP 513, "libpythonX.Y.so.1").
_WITHOUT_LIBPYTHON = """for argument do
    shift
    case "$argument" in -lpython[23].*) ;; *) set -- "$@" "$argument" ;; esac
done
"""
# Made whole under another name, so that compilers that start at once do not see half of it.
_COPY = """if [ ! -d "$ZIG_GLOBAL_CACHE_DIR" ]; then
    copy="$ZIG_GLOBAL_CACHE_DIR.$$"
    cp -R {libraries} "$copy" && mv -T "$copy" "$ZIG_GLOBAL_CACHE_DIR" 2>/dev/null || rm -rf "$copy"
fi
"""


def _write_programs(place: Path, seen: Path, zig: Path, triple: str, libraries: Path | None, python: str) -> None:
    """Make a folder, ``seen`` elsewhere by the build, with the compiler's programs as build scripts call them."""
    place.mkdir()
    copy = _COPY.format(libraries=shlex.quote(str(libraries))) if libraries else ""
    quoted = shlex.quote(str(zig))
    # Headers of ours come after all of zig's.
    compile_as = f'-target {triple} {_FLAGS} "$@" -idirafter {shlex.quote(str(seen / "include"))}'
    for name, line in (
        ("cc", f"{copy}{_WITHOUT_LIBPYTHON}exec {quoted} cc {compile_as}"),
        ("c++", f"{copy}{_WITHOUT_LIBPYTHON}exec {quoted} c++ {compile_as}"),
        ("ar", f'exec {quoted} ar "$@"'),
        ("ranlib", f'exec {quoted} ranlib "$@"'),
    ):
        program = place / name
        program.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        program.chmod(0o755)
    shutil.copytree(_INCLUDE, place / "include")
    # Debian's Python.h includes this by a folder that only its own compilers search.
    for header in Path("/usr/include").glob(f"*-linux-gnu/python{python}*/pyconfig.h"):
        beside = place / "include" / header.parent.relative_to("/usr/include")
        beside.mkdir(parents=True)
        shutil.copyfile(header, beside / header.name)
    open_to_all(place)


def _libraries(
    cache: Path,
    zig: Path,
    triple: str,
    *,
    make: bool,
    cplusplus: bool,
    progress: Callable[[str], None],
    cancelled: threading.Event | None,
) -> Path | None:
    """The folder with what zig links with for ``triple``; where it is missing, made or (without ``make``) None."""
    kind = "c++" if cplusplus else "c"
    name = f"zig-{importlib.metadata.version('ziglang')}-{triple}-{kind}"
    place = cache / name
    if place.is_dir() or not make:
        return place if place.is_dir() else None
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    what = f"preparing the {kind.upper()} compiler for {triple}"
    try:
        with locked(cache / f"{name}.lock", cancelled):
            if not place.is_dir():
                progress(f"{what} (once, {'up to two minutes' if cplusplus else 'some seconds'})")
                part = cache / f".{name}.part"
                shutil.rmtree(part, ignore_errors=True)  # left by one that was killed
                try:
                    _make_libraries(part, zig, triple, what, cplusplus=cplusplus, cancelled=cancelled)
                    open_to_all(part)
                    part.rename(place)
                finally:
                    shutil.rmtree(part, ignore_errors=True)
    except InterruptedError:
        raise BuildError(f"{what} was cancelled") from None
    return place


def _make_libraries(
    part: Path, zig: Path, triple: str, what: str, *, cplusplus: bool, cancelled: threading.Event | None
) -> None:
    libraries, trial = part, part / "trial"
    trial.mkdir(parents=True)
    environment = {
        "ZIG_GLOBAL_CACHE_DIR": str(libraries), "ZIG_LOCAL_CACHE_DIR": str(libraries), "PATH": "/usr/bin:/bin",
    }  # fmt: skip
    jobs = [("cc", "probe.c", _C)] + ([("c++", "probe.cpp", _CPLUSPLUS)] if cplusplus else [])
    for program, file, text in jobs:
        (trial / file).write_text(text, encoding="utf-8")
        for more, result in ((["-shared", "-fPIC"], "probe.so"), (["-c"], "probe.o")):
            command = [str(zig), program, "-target", triple, *_FLAGS.split(), *more, file, "-o", result]
            # In a process group of its own: zig starts itself again for its parts, and all of them are to end.
            done = run_child(
                command, trial, trial, environment, Output(), time.monotonic() + _PREPARE_SECONDS, cancelled
            )  # fmt: skip
            if done.cancelled:
                raise BuildError(f"{what} was cancelled")
            if done.timed_out:
                raise BuildError(f"{what} did not end within {_PREPARE_SECONDS:.0f} s")
            if done.code:
                raise BuildError(f"the C compiler of ziglang does not work here: {done.output.strip()[-2000:]}")
    shutil.rmtree(trial)
    # zig's compiled form of its own standard library, ten times the rest, is not needed again.
    shutil.rmtree(libraries / "z", ignore_errors=True)
