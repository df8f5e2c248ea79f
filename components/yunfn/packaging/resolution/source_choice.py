"""Which source distribution is built for a package that has no wheel that fits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from yunfn.exceptions import ResolutionError
from yunfn.packaging.resolution.index_client import IndexFile, sdist_rank
from yunfn.packaging.resolution.python_release import python_release
from yunfn.packaging.resolution.uv import LockedFile
from yunfn.packaging.resolution.wheels import best_wheel
from yunfn.packaging.target import Target

_SHOWN = 12


def choose_source(
    name: str,
    files: Sequence[IndexFile],
    target: Target,
    *,
    limits: SpecifierSet,
    ranges: Sequence[SpecifierSet] = (),
    tried: Collection[Version] = (),
    preferred: Version | None = None,
    hashes: Collection[str] = (),
) -> IndexFile:
    """The newest source distribution that may be taken.

    Args:
        name: The package.
        files: What the index has of it.
        target: Whose Python must be admitted.
        limits: What the definition asks.
        ranges: Versions that resolution looked at; any of them, none: all.
        tried: Versions that did not help.
        preferred: The version to keep to where it is among those that may be taken.
        hashes: Where given, the only ones allowed (``sha256:…``).

    Raises:
        ResolutionError: there is none; the text says what there is and what would help.
    """
    release = python_release(target)
    exact = any(one.operator in ("==", "===") for one in limits)
    wanted = [
        file
        for file in files
        if limits.contains(file.version, prereleases=True)
        and (not ranges or any(one.contains(file.version, prereleases=True) for one in ranges))
        and file.version not in tried
    ]
    sources = [
        file
        for file in wanted
        if not file.is_wheel
        and file.runs_on(release)
        and (exact or not file.yanked)
        and (not hashes or not file.sha256 or f"sha256:{file.sha256}" in hashes)
    ]
    if not sources:
        raise ResolutionError(_nothing(name, files, wanted, target, hashes))
    if preferred is not None and (kept := [file for file in sources if file.version == preferred]):
        sources = kept
    # As pip and uv: a pre-release only where there is nothing else.
    finals = [file for file in sources if not file.version.is_prerelease] or sources
    newest = max(file.version for file in finals)
    return min((file for file in finals if file.version == newest), key=lambda file: (sdist_rank(file), file.name))


def _nothing(
    name: str, files: Sequence[IndexFile], wanted: Sequence[IndexFile], target: Target, hashes: Collection[str]
) -> str:
    """Why no source distribution can be taken, in words."""
    release = python_release(target)
    what = f"no wheel fits Python {target.python} on {target.platform}"
    sources = [file for file in wanted if not file.is_wheel]
    if not sources:
        there = f"wheels are there for {_tags(wanted)}" if wanted else f"the index has {_versions(files)}"
        return f"{what}, and there is no source distribution ({there}){newest_that_fits(name, files, target)}"
    if not any(file.runs_on(release) for file in sources):
        needs = sorted({file.requires_python for file in sources})
        what += f", and its source distributions want Python {' or '.join(needs[:_SHOWN])}"
        return f"{what}{newest_that_fits(name, files, target)}"
    if hashes:
        return f"{what}, and no source distribution has one of the hashes that the requirement allows"
    return f"{what}, and none of its source distributions could be used{newest_that_fits(name, files, target)}"


def newest_that_fits(name: str, files: Sequence[IndexFile], target: Target) -> str:
    """Advice: the newest version with a wheel that fits, as the end of a sentence; empty where there is none."""
    release = python_release(target)
    by_version: dict[Version, list[LockedFile]] = {}
    for file in files:
        if file.is_wheel and not file.yanked and file.runs_on(release) and not file.version.is_prerelease:
            by_version.setdefault(file.version, []).append(LockedFile(file.name, file.sha256))
    for version in sorted(by_version, reverse=True):
        if best_wheel(by_version[version], target):
            return f"; the newest version with a wheel that fits is {name}=={version}"
    return ""


def wheels_there(name: str, version: Version, files: Sequence[IndexFile]) -> str:
    """Which wheels a version has that cannot be built, as the end of a sentence."""
    tags = _tags([file for file in files if file.version == version])
    return f"; wheels of {name} {version} are there for {tags}" if tags else f"; {name} {version} has no wheel at all"


def _tags(files: Iterable[IndexFile]) -> str:
    """The tags of wheels, without name and version."""
    found = dict.fromkeys("-".join(file.name.removesuffix(".whl").split("-")[-3:]) for file in files if file.is_wheel)
    return _some(sorted(found))


def _versions(files: Sequence[IndexFile]) -> str:
    newest = sorted({file.version for file in files}, reverse=True)
    return f"the versions {_some([str(version) for version in newest])}" if newest else "no file of it"


def _some(items: Sequence[str]) -> str:
    more = len(items) - _SHOWN
    return ", ".join(items[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
