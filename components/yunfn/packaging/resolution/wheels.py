"""Which file of a package is taken: the best wheel for a target, by the order of PEP 425's tags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from yunfn.packaging.resolution.uv import LockedFile
from yunfn.packaging.target import Target

# PEP 600: the older names of three manylinux platforms.
_OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


@lru_cache(maxsize=32)
def tags(target: Target) -> dict[Tag, int]:
    """Every tag a wheel for the target may have, with its rank; 0 is best."""
    major, _, minor = target.python.partition(".")
    version, platforms = (int(major), int(minor)), list(_platforms(target))
    ordered = [
        # Said here, for else the abi is that of the Python that runs us (debug, free-threaded).
        *cpython_tags(version, [f"cp{major}{minor}{'m' if version < (3, 8) else ''}"], platforms),
        *compatible_tags(version, f"cp{major}{minor}", platforms),
    ]
    return {tag: rank for rank, tag in reversed(list(enumerate(ordered)))}


def _platforms(target: Target) -> Iterator[str]:
    runtime = target.runtime
    newest = int(runtime.platform_tag.removesuffix(f"_{runtime.architecture}").rpartition("_")[2])
    for minor in range(newest, 4, -1):
        yield f"manylinux_2_{minor}_{runtime.architecture}"
        if minor in _OLD_NAMES:
            yield f"{_OLD_NAMES[minor]}_{runtime.architecture}"
    yield f"linux_{runtime.architecture}"


def best_wheel(files: Sequence[LockedFile], target: Target) -> LockedFile | None:
    """The wheel to take of those an index has, or None where none fits: the best tag, then the highest build number."""
    ranks = tags(target)
    best: tuple[int, tuple[int, str], str] | None = None
    chosen = None
    for file in files:
        try:
            _, _, build, of_wheel = parse_wheel_filename(file.name)
        except InvalidWheelFilename:
            continue
        rank = min((ranks[tag] for tag in of_wheel if tag in ranks), default=None)
        if rank is None:
            continue
        number, suffix = build or (0, "")
        key = (rank, (-number, suffix), file.name)
        if best is None or key < best:
            best, chosen = key, file
    return chosen


def fits(file_name: str, target: Target) -> bool:
    """Whether a wheel's tags fit a target."""
    return best_wheel([LockedFile(file_name, "")], target) is not None
