"""Resolution in rounds: what has only a source distribution is built, isolated, and offered to the next round.

uv resolves by wheels alone, so it never runs a package's code, not even for its metadata. Where it refuses because a
package has none, the package is left out of the rounds until its wheel is built, so that all such packages are found,
and built side by side, before the resolution with all of them.

A package that the definition replaces by one it does not require itself has a stand-in in the rounds. Once something
requires that, the replacement is required from the next round on; until then it is not.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from yunfn.exceptions import BuildError, ResolutionError
from yunfn.packaging.definition.model import LayerDefinition, LockedPackage
from yunfn.packaging.resolution.asked import Asked
from yunfn.packaging.resolution.index_client import IndexClient
from yunfn.packaging.resolution.refusal import read_refusal, unusable_versions
from yunfn.packaging.resolution.report import EnvironmentReport, PackageFailure
from yunfn.packaging.resolution.sdists import Sdist, fetch, noted, noted_versions
from yunfn.packaging.resolution.source_choice import choose_source, newest_that_fits, wheels_there
from yunfn.packaging.resolution.stand_in import stand_in_line, write_stand_in
from yunfn.packaging.resolution.superseded import superseded
from yunfn.packaging.resolution.uv import Resolved, UvRefusal, compile_requirements
from yunfn.packaging.resolution.wheels import best_wheel, fits
from yunfn.packaging.target import Target

# A package whose versions are asked for one after the other is not getting anywhere.
_TRIES_PER_PACKAGE = 4
_AT_FAULT = re.compile(r"there is no version of|no wheels with|does not satisfy Python")
_OTHER_PACKAGE = re.compile(
    r"use\s+['\"`]?([A-Za-z0-9][A-Za-z0-9._-]*)['\"`]?\s+(?:rather than|instead)", re.IGNORECASE
)


class WheelSource(Protocol):
    """Builds source distributions, isolated; called from several threads."""

    def wheel(self, sdist: Path, name: str, version: str, target: Target) -> Path:
        """A wheel of the source distribution that fits the target.

        Raises:
            BuildError: it cannot be built; the text holds the build's own words.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Built:
    """A wheel that was built, and of what."""

    version: Version
    wheel: Path
    sdist_sha256: str


class Rounds:
    """The rounds of one environment."""

    def __init__(
        self,
        definition: LayerDefinition,
        target: Target,
        client: IndexClient,
        wheels: WheelSource,
        builds: Executor,
        links: Path,
        before: Mapping[str, LockedPackage],
        progress: Callable[[str], None],
        *,
        refresh: bool = False,
    ) -> None:
        self._definition = definition
        self._target = target
        self._client = client
        self._wheels = wheels
        self._builds = builds
        self._links = links
        self._before = before
        self._progress = progress
        self._refresh = refresh
        self._built: dict[str, _Built] = {}
        self._tried: dict[str, set[Version]] = {}
        self._pending: dict[Future[_Built], str] = {}
        self._failures: dict[str, str] = {}
        self._asked = Asked(definition, target)
        self._undecided = set(self._asked.undecided)

    def run(self) -> EnvironmentReport:
        """Resolve until nothing is left to build.

        Raises:
            ResolutionError: uv or the index fails as such.
            IsolationError: this machine cannot isolate builds.
        """
        for name in self._undecided:
            write_stand_in(self._links, name)
        try:
            while True:
                packages = self._round()
                if packages is not None:
                    return EnvironmentReport(
                        self._target,
                        packages,
                        tuple(PackageFailure(name, text) for name, text in sorted(self._failures.items())),
                    )
        finally:
            for job in self._pending:
                job.cancel()

    def _round(self) -> tuple[LockedPackage, ...] | None:
        """One round: the packages where all is there, else None."""
        try:
            found = self._compile(self._undecided)
        except UvRefusal as refusal:
            self._refused(str(refusal))
            return None
        if self._pending:
            self._wait()
            return None
        taken = [package for package in found if package.name not in self._undecided]
        packages = self._locked(taken)
        if packages is None or len(taken) == len(found):
            return packages
        stood_in = {package.name for package in found} & self._undecided
        required = {name for name in stood_in if self._is_required(name, taken)}
        self._undecided -= required
        return None if required else packages

    def _compile(self, stood_in: Collection[str], pins: Collection[str] = ()) -> list[Resolved]:
        """Have uv resolve with stand-ins for some packages, whatever versions of them are wanted."""
        left_out = {*self._asked.replaced, *superseded(self._target)} - self._undecided
        return compile_requirements(
            self._asked.lines(self._asked.undecided - self._undecided),
            self._target,
            constraints=[*self._asked.constraints(), *pins],
            overrides=[*self._asked.overrides(), *(stand_in_line(name) for name in sorted(stood_in))],
            excludes=sorted({*left_out, *self._failures, *self._pending.values()}),
            preferences={package.name: package.version for package in self._before.values()},
            links=self._links if self._built or self._asked.undecided else None,
            settings=self._client.settings,
            offline=self._client.offline,
            refresh=self._refresh,
        )

    def _is_required(self, name: str, found: Collection[Resolved]) -> bool:
        """Whether a package with a stand-in is required on the target, and not only where a marker does not hold.

        An override of uv's takes a requirement's marker away with its versions. So the same versions of all others are
        resolved without it: then the package is there again, or missing, only where the marker holds.
        """
        pins = [f"{package.name}=={package.version}" for package in found]
        try:
            again = self._compile(self._undecided - {name}, pins)
        except UvRefusal:
            return True
        return any(package.name == name for package in again)

    def _refused(self, words: str) -> None:
        """Start what a refusal asks for, or note what cannot be had."""
        refusal = read_refusal(words)
        new = [name for name in refusal.wheelless if name not in self._failures]
        for name in new:
            self._start(name, words)
        if new:
            return
        if self._pending:
            # What is being built may be what is missing.
            self._wait()
            return
        blamed = [name for name in refusal.required if name in self._asked.roots and name not in self._failures]
        if not blamed:
            raise ResolutionError(f"{self._definition.file}: nothing fits {self._target.name}: {words}")
        # Advice on versions helps where the package itself is at fault, not where two others contradict each other.
        advice = self._advice(blamed[-1]) if _AT_FAULT.search(words) else ""
        self._failures[blamed[-1]] = words + advice

    def _start(self, name: str, words: str) -> None:
        """Have a package built beside the rounds."""
        tried = self._tried.setdefault(name, set())
        if len(tried) >= _TRIES_PER_PACKAGE:
            versions = ", ".join(str(version) for version in sorted(tried))
            self._failures[name] = f"built {versions}, and none of them meets what others want of it: {words}"
            return
        self._built.pop(name, None)
        self._pending[self._builds.submit(self._choose_and_build, name, words)] = name

    def _choose_and_build(self, name: str, words: str) -> _Built:
        limits, hashes, ranges = self._asked.limits(name), self._asked.hashes(name), unusable_versions(words, name)
        kept = self._before.get(name)
        try:
            if self._client.offline:
                version, sdist = self._from_cache(name, limits, ranges)
            else:
                file = choose_source(
                    name,
                    self._client.files(name),
                    self._target,
                    limits=limits,
                    ranges=ranges,
                    tried=self._tried[name],
                    preferred=Version(kept.version) if kept else None,
                    hashes=hashes,
                )
                version, sdist = file.version, fetch(self._client, name, file)
        except ResolutionError as error:
            raise ResolutionError(f"{error}{_needed_by(name, words)}") from None
        self._tried[name].add(version)
        return self._build(name, version, sdist)

    def _from_cache(self, name: str, limits: SpecifierSet, ranges: list[SpecifierSet]) -> tuple[Version, Sdist]:
        """The newest source distribution that was fetched before, for no index can be asked."""
        for version in sorted(noted_versions(name), reverse=True):
            within = not ranges or any(one.contains(version, prereleases=True) for one in ranges)
            if limits.contains(version, prereleases=True) and within and version not in self._tried[name]:
                sdist = noted(name, str(version))
                if sdist:
                    return version, sdist
        raise ResolutionError("has no wheel that fits; offline, and no source distribution that fits is in the cache")

    def _build(self, name: str, version: Version, sdist: Sdist) -> _Built:
        if (hashes := self._asked.hashes(name)) and f"sha256:{sdist.sha256}" not in hashes:
            raise ResolutionError(f"{sdist.path.name} has SHA-256 {sdist.sha256}, which the requirement does not allow")
        self._progress(f"{name} {version} has no wheel for Python {self._target.python} on {self._target.platform}")
        wheel = self._wheels.wheel(sdist.path, name, str(version), self._target)
        try:
            of_name, of_version, _, _ = parse_wheel_filename(wheel.name)
        except InvalidWheelFilename as error:
            raise BuildError(f"{name} {version}: {error}") from None
        if of_name != canonicalize_name(name) or of_version != version:
            raise BuildError(f"{name} {version}: its source distribution builds {wheel.name}: pin another version")
        if not fits(wheel.name, self._target):
            raise BuildError(f"{name} {version}: built {wheel.name}, which does not fit {self._target.name}")
        return _Built(version, wheel, sdist.sha256)

    def _wait(self) -> None:
        # All at once: each round costs more than what is found a little earlier saves.
        done, _ = wait(self._pending)
        for job in done:
            name = self._pending.pop(job)
            try:
                built = job.result()
            except ResolutionError as error:
                self._failures[name] = str(error)
                continue
            except BuildError as error:
                cure = _cure(name, str(error), self._definition.file)
                self._failures[name] = f"{error}{cure or self._advice(name, built=True)}"
                continue
            self._built[name] = built
            place = self._links / built.wheel.name
            if not place.exists():
                try:
                    os.link(built.wheel, place)
                except OSError:
                    shutil.copyfile(built.wheel, place)

    def _locked(self, found: list[Resolved]) -> tuple[LockedPackage, ...] | None:
        """The packages as they are locked; None where one turns out to need building."""
        packages = []
        for package in found:
            locked = self._lock_one(package)
            if locked is None:
                if package.name not in self._failures:
                    self._start(package.name, "")
                return None
            packages.append(locked)
        return tuple(packages)

    def _lock_one(self, package: Resolved) -> LockedPackage | None:
        built = self._built.get(package.name)
        hashes = self._asked.hashes(package.name)
        files = [file for file in package.wheels if built is None or file.name != built.wheel.name]
        allowed = [file for file in files if not hashes or f"sha256:{file.sha256}" in hashes]
        wheel = best_wheel(allowed, self._target)
        if wheel is not None:
            return LockedPackage(package.name, package.version, (f"sha256:{wheel.sha256}",))
        if built is not None and built.version == Version(package.version):
            return LockedPackage(package.name, package.version, (f"sha256:{built.sdist_sha256}",), sdist=True)
        if best_wheel(files, self._target):
            there = ", ".join(f"{file.name} sha256:{file.sha256}" for file in files)
            self._failures[package.name] = f"no file that fits has a hash that the requirement allows (there: {there})"
        # Else uv knows a wheel that was built on this machine, outside: it is no file of the index.
        return None

    def _advice(self, name: str, *, built: bool = False) -> str:
        """What there is of a package that cannot be had; ``built``: that could not be built."""
        try:
            files = self._client.files(name)
        except ResolutionError:
            # Advice only; the failure itself is told in the words of uv or the build.
            return ""
        there = "".join(wheels_there(name, version, files) for version in sorted(self._tried[name])) if built else ""
        return there + newest_that_fits(name, files, self._target)


def _needed_by(name: str, words: str) -> str:
    """Who wants a package, as the end of a sentence; empty where the definition itself does."""
    pattern = rf"([A-Za-z0-9][A-Za-z0-9._-]*)\S* depends? on {re.escape(name)}(?![A-Za-z0-9._-])"
    found = dict.fromkeys(re.findall(pattern, " ".join(words.split())))
    return f" (needed by {', '.join(found)})" if found else ""


def _cure(name: str, text: str, file: Path) -> str:
    """What to write where a build's own words name the package to take instead; empty where they name none."""
    other = _OTHER_PACKAGE.search(text)
    if not other or canonicalize_name(other[1]) == name:
        return ""
    overrides = f"`overrides: {{{name}: {other[1]}}}`"
    if file.suffix in (".yaml", ".yml"):
        return f"\n  to take {other[1]} in its place write {overrides} in {file.name}"
    return f"\n  to take {other[1]} in its place write a layer.yaml with `requirements: {file.name}` and {overrides}"
