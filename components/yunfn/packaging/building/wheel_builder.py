"""Builds wheels from source distributions for a target: isolated, against its C library, kept for next time."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import shutil
import stat
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from yunfn.exceptions import BuildError
from yunfn.isolation import folder_inside, run_isolated
from yunfn.packaging.building.build_environment import BuildEnvironment, make_environment
from yunfn.packaging.building.build_failure import failure, last_words
from yunfn.packaging.building.built_wheels import BuiltWheels
from yunfn.packaging.building.compiler import Compiler, prepare_compiler
from yunfn.packaging.building.locks import locked
from yunfn.packaging.building.sdist import BuildSystem, Sources, check_requirements, read_build_system, unpack_sdist
from yunfn.packaging.resolution.index import IndexSettings
from yunfn.packaging.resolution.wheels import tags
from yunfn.packaging.target import Target
from yunfn.pythons import Interpreter, installed_python, running_python

#: Raised whenever the way of building changes what comes out.
BUILDER_VERSION = 1
_TIMEOUT_S = 3600.0
_MAX_ANSWER_BYTES = 1 << 20
_CALL = Path(__file__).with_name("backend_call.py")
# The earliest time that a zip can hold: wheels made twice are to be the same.
_EPOCH = "315532800"
_VARIABLES = {
    "SOURCE_DATE_EPOCH": _EPOCH,
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8",
}


@dataclass(frozen=True, slots=True)
class _Job:
    """One source distribution to build: its file, the package's name and version, and what for."""

    sdist: Path
    name: str
    version: str
    target: Target

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class WheelBuilder:
    """Builds each source distribution once; safe for several threads and processes with one ``cache`` folder.

    Args:
        cache: Folder that keeps built wheels and the compiler's libraries.
        allow_unsandboxed: Whether to run build scripts where the machine cannot isolate them.
        offline: Whether build requirements may come from uv's cache alone.
        settings: The indexes to ask for build requirements, by default those of the environment.
        cancelled: When set, builds end soon with a BuildError.
        progress: Told in a short line what is being done.
    """

    def __init__(
        self,
        cache: Path,
        *,
        allow_unsandboxed: bool = False,
        offline: bool = False,
        settings: IndexSettings | None = None,
        cancelled: threading.Event | None = None,
        progress: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._settings = settings
        self._wheels = BuiltWheels(cache / "wheels")
        self._compilers = cache / "compilers"
        self._allow_unsandboxed = allow_unsandboxed
        self._offline = offline
        self._progress = progress
        self._cancelled = cancelled or threading.Event()

    def wheel(self, sdist: Path, name: str, version: str, target: Target) -> Path:
        """The wheel built from ``sdist`` for ``target``, from the cache where it was built before.

        It is built by the target's Python where that is on this machine; else by the one that runs this process, and
        only a wheel without compiled code is taken.

        Raises:
            BuildError: it cannot be built; the text holds the build's own last words, and what would help.
            IsolationError: this machine cannot isolate the build script.
            MissingToolError: uv or ziglang is not installed.
        """
        job = _Job(sdist, canonicalize_name(name), version, target)
        python, native = _python_for(target)
        key = _key(sdist, target, python, native)
        found = self._wheels.find(key)
        if found is not None:
            return found
        try:
            return self._built(job, python, native, key)
        except OSError as error:
            raise BuildError(f"{job} could not be built: {error}") from error

    def _built(self, job: _Job, python: Interpreter, native: bool, key: str) -> Path:
        with locked(self._wheels.lock_file(key), self._cancelled):
            found = self._wheels.find(key)
            if found is not None:
                return found
            work = self._wheels.working_folder(key)
            try:
                self._progress(f"building {job} for Python {job.target.python}")
                return self._wheels.keep(key, _Build(job, python, native, work, self).run())
            finally:
                shutil.rmtree(work, ignore_errors=True)


class _Build:
    """One build in a ``work`` folder of its own."""

    def __init__(self, job: _Job, python: Interpreter, native: bool, work: Path, builder: WheelBuilder) -> None:
        self._job, self._python, self._native, self._work, self._builder = job, python, native, work, builder
        self._folder = work / "build"  # what the build script may write to
        self._seen = folder_inside(self._folder)

    def run(self) -> Path:
        """Build; answers the wheel, checked, in the work folder."""
        self._folder.mkdir()
        (self._folder / "wheels").mkdir()
        unpacked = self._folder / "sources"
        unpacked.mkdir()
        sources = unpack_sdist(self._job.sdist, unpacked)
        system = read_build_system(sources.folder)
        environment = make_environment(self._python, self._work / "environment")
        self._install(environment, system.requires)
        shutil.copyfile(_CALL, environment.folder / _CALL.name)
        (environment.folder / _CALL.name).chmod(0o644)
        call = functools.partial(self._call, sources, system, environment, self._compiler(sources))
        answer = call(_names(system.requires))
        if wanted := answer.get("requires"):
            self._install(environment, check_requirements(str(self._job), wanted))
            answer = call(None)
        return self._checked(answer)

    def _install(self, environment: BuildEnvironment, requirements: Sequence[str]) -> None:
        environment.install(
            requirements, whose=str(self._job), offline=self._builder._offline, settings=self._builder._settings
        )

    def _compiler(self, sources: Sources) -> Compiler:
        """What code is compiled with for the target, or not at all by another Python than its."""
        if not self._native:
            # Packages whose compiled part is optional do without; others fail, as they must.
            return Compiler(dict.fromkeys(("CC", "CXX", "LDSHARED"), "/bin/false"), (), {})
        return prepare_compiler(
            self._builder._compilers,
            self._job.target,
            self._work / "compiler",
            self._seen / "zig",
            compiled=sources.compiled,
            cplusplus=sources.cplusplus,
            progress=self._builder._progress,
            cancelled=self._builder._cancelled,
        )

    def _call(
        self,
        sources: Sources,
        system: BuildSystem,
        environment: BuildEnvironment,
        compiler: Compiler,
        installed: list[str] | None,
    ) -> dict[str, Any]:
        """Call the build backend isolated; its answer, whose content is not to be trusted."""
        answer = self._folder / "answer.json"
        arguments = [
            str(self._seen / sources.folder.relative_to(self._folder)),
            system.backend,
            json.dumps(system.backend_path),
            json.dumps(installed),
            str(self._seen / "wheels"),
            str(self._seen / answer.name),
        ]
        programs = environment.python.parent
        outcome = run_isolated(
            [str(environment.python), str(environment.folder / _CALL.name), *arguments],
            folder=self._folder,
            environment={**_VARIABLES, **compiler.environment, "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin"},
            readable=[*environment.readable, *compiler.readable],
            mounted=compiler.mounted,
            timeout=_TIMEOUT_S,
            allow_unsandboxed=self._builder._allow_unsandboxed,
            cancelled=self._builder._cancelled,
        )
        job = self._job
        if outcome.code or outcome.timed_out or outcome.cancelled:
            what = f"{job} could not be built for {job.target.name}: its build script (Python {self._python.full})"
            raise BuildError(failure(what, outcome, _TIMEOUT_S))
        told = _read_answer(answer)
        if told is None:
            raise BuildError(f"{job} could not be built: its build gave no answer:\n{last_words(outcome.output)}")
        return told

    def _checked(self, answer: dict[str, Any]) -> Path:
        """The wheel that the build made, if it is what was asked for."""
        job, name = self._job, str(answer.get("wheel"))
        wheel = self._folder / "wheels" / name
        try:
            if Path(name).name != name or not stat.S_ISREG(wheel.lstat().st_mode):
                raise BuildError(f"{job} could not be built: its build made no wheel but {name!r}")
            built, version, _, of_wheel = parse_wheel_filename(name)
            as_asked = built == job.name and version == Version(job.version)
        except (InvalidWheelFilename, InvalidVersion, OSError) as error:
            raise BuildError(f"{job} could not be built: its build made no wheel: {error}") from error
        if not as_asked:
            raise BuildError(f"{job} could not be built: its sources make {name}, another package or version")
        if all(tag.abi == "none" and tag.platform == "any" for tag in of_wheel):
            return wheel
        if not self._native:
            python = job.target.python
            raise BuildError(
                f"{job} has compiled code, and its wheel for {job.target.name} can only be built by Python {python} on"
                f" {job.target.runtime.architecture} Linux, which is not here ({name} was built)."
                f" What would help: install Python {python} (pyenv install {python}), or pin a version that has a wheel"
            )
        if not any(tag in tags(job.target) for tag in of_wheel):
            raise BuildError(f"{job} was built as {name}, which does not fit {job.target.name}")
        return wheel


def _python_for(target: Target) -> tuple[Interpreter, bool]:
    """The Python to build with, and whether what it compiles would run on the target."""
    same_machine = sys.platform == "linux" and platform.machine() == target.runtime.architecture
    found = installed_python(target.python)
    return (found, same_machine) if found is not None else (running_python(), False)


def _key(sdist: Path, target: Target, python: Interpreter, native: bool) -> str:
    """What decides the wheel: the sources, what for, by which Python, and the builder."""
    try:
        with sdist.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BuildError(f"{sdist} cannot be read: {error.strerror}") from error
    parts = (str(BUILDER_VERSION), digest, target.environment, python.version, str(native))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _names(requirements: Sequence[str]) -> list[str]:
    """Normalized names of requirements."""
    return [canonicalize_name(Requirement(line).name) for line in requirements]


def _read_answer(file: Path) -> dict[str, Any] | None:
    """The answer that the build left, or None where there is none that makes sense."""
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as content:
            told = json.loads(content.read(_MAX_ANSWER_BYTES))
    except (OSError, ValueError):
        return None
    if not isinstance(told, dict):
        return None
    wanted = told.get("requires")
    if isinstance(wanted, list) and wanted and all(isinstance(each, str) for each in wanted):
        return {"requires": wanted}
    return {"wheel": told["wheel"]} if isinstance(told.get("wheel"), str) else None
