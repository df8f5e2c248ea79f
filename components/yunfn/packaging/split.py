"""Divides a layer that is over its cloud's limit into several, package by package."""

from __future__ import annotations

from collections.abc import Mapping

from yunfn.exceptions import PackagingError

#: How many layers a function may have (FCD "layers", SCFD "layers"): more could not be used together.
MOST = 5
_MB = 2**20


def split(sizes: Mapping[str, int], limit: int, most: int = MOST) -> list[tuple[str, ...]]:
    """Divide packages into as few groups as are found, none over ``limit`` bytes, no package in two of them.

    The same sizes give the same groups whatever their order: packages are placed largest first, by name where they
    weigh the same, each into the first group with room for it (first-fit decreasing).

    Args:
        sizes: Bytes of each package by name; "" stands for the files that belong to none.
        limit: Bytes that one layer may weigh.
        most: How many layers are allowed.

    Raises:
        PackagingError: one package alone is over the limit, or more layers would be needed.
    """
    groups: list[list[str]] = []
    left: list[int] = []
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        if size > limit:
            rule = f"weighs {_mb(size)} MB, one layer holds {_mb(limit)} MB, and no package is cut in two"
            raise PackagingError(f"{_shown(name)}: {rule}: leave out parts of it with `exclude:`")
        place = next((number for number, room in enumerate(left) if room >= size), None)
        if place is None:
            groups.append([])
            left.append(limit)
            place = len(groups) - 1
        groups[place].append(name)
        left[place] -= size
    if len(groups) > most:
        heaviest = ", ".join(f"{_shown(name)} {_mb(sizes[name])} MB" for group in groups for name in group[:1])
        raise PackagingError(
            f"{_mb(sum(sizes.values()))} MB of packages need {len(groups)} layers of {_mb(limit)} MB, and a function "
            f"may have {most}: leave out what is not needed; the heaviest are {heaviest}"
        )
    return [tuple(sorted(group)) for group in groups]


def _shown(name: str) -> str:
    return name or "the files of no package"


def _mb(size: int) -> str:
    return f"{size / _MB:.1f}"
