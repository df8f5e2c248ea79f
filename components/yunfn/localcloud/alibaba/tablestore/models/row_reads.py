"""What a read sees of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from yunfn.localcloud.alibaba.tablestore.models.rows import Row, Version

Columns = Mapping[str, Sequence[Version]]
"""The versions of each column, the newest first."""

Condition = Callable[[Columns], bool]
"""A test of a row's columns."""


@dataclass(frozen=True, slots=True)
class Page:
    """Of a row's columns, in the order of their names, ``limit`` after the first ``offset``."""

    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class Selection:
    """The columns and versions that a read is about.

    ``names`` None is all columns; ``start`` is included and ``end`` is not, both names of columns; so it is with the
    ``times`` (milliseconds) of versions. ``with_key`` is whether a row without any such column is one to answer.
    """

    names: frozenset[str] | None = None
    start: str | None = None
    end: str | None = None
    times: tuple[int, int] | None = None
    max_versions: int | None = None
    condition: Condition | None = None
    page: Page | None = None
    with_key: bool = True


def select(row: Row, selection: Selection) -> dict[str, list[Version]] | None:
    """The columns to answer, by name in order; None where the row is not to be answered.

    The condition judges what was selected ("Filter": the columns of a filter must be among those to get), the page
    comes last.
    """
    columns: dict[str, list[Version]] = {}
    for name in sorted(row.columns, key=str.encode):
        if _selected(name, selection):
            versions = _versions(row.columns[name], selection)
            if versions:
                columns[name] = versions
    if not columns and not selection.with_key:
        return None
    if selection.condition is not None and not selection.condition(columns):
        return None
    if selection.page is not None:
        first, behind = selection.page.offset, selection.page.offset + selection.page.limit
        columns = {name: columns[name] for name in list(columns)[first:behind]}
    return columns


def _selected(name: str, selection: Selection) -> bool:
    if selection.names is not None and name not in selection.names:
        return False
    if selection.start is None and selection.end is None:
        return True
    encoded = name.encode()
    if selection.start is not None and encoded < selection.start.encode():
        return False
    return selection.end is None or encoded < selection.end.encode()


def _versions(versions: Sequence[Version], selection: Selection) -> list[Version]:
    if selection.times is None:
        return list(versions[: selection.max_versions])
    start, end = selection.times
    return [version for version in versions if start <= version.timestamp < end][: selection.max_versions]
