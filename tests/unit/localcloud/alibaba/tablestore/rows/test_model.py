"""The rows of a table beside a plain dictionary that knows nothing of keys, stores and versions' order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yunfn.localcloud.alibaba.tablestore.models.row_changes import (
    DeleteColumn,
    DeleteVersion,
    Increment,
    NotACounterError,
    Put,
    put,
    update,
)
from yunfn.localcloud.alibaba.tablestore.models.row_keys import row_key
from yunfn.localcloud.alibaba.tablestore.models.row_reads import Page, Selection, select
from yunfn.localcloud.alibaba.tablestore.models.rows import Row, Rows, Version, living
from yunfn.localcloud.alibaba.tablestore.models.tables import KeyColumn, Table, TableOptions
from yunfn.localcloud.alibaba.tablestore.plain_buffer import INF_MAX, INF_MIN
from yunfn.localcloud.store import Store

NUMBERS = st.integers(-(2**63), 2**63 - 1)
BYTES = st.binary(max_size=4)
TEXTS = st.text(max_size=4) | st.text(alphabet="ab\x00\x7f\uffff\U0001f600", max_size=4)
KEYS = st.tuples(TEXTS, NUMBERS, BYTES)
ENDS = st.tuples(*(part | st.sampled_from([INF_MIN, INF_MAX]) for part in (TEXTS, NUMBERS, BYTES)))
NAMES = st.sampled_from("abc")
TIMES = st.integers(0, 6)
CHANGES = st.one_of(
    st.builds(
        Put, NAMES, st.integers(0, 9) | st.text(max_size=2) | st.booleans() | st.binary(max_size=2), st.none() | TIMES
    ),
    st.builds(DeleteVersion, NAMES, TIMES),
    st.builds(DeleteColumn, NAMES),
    st.builds(Increment, NAMES, st.integers(-3, 3)),
)


def table(**options: int) -> Table:
    key = (KeyColumn("t", "STRING"), KeyColumn("n", "INTEGER"), KeyColumn("b", "BINARY"))
    return Table("123", "cn-shanghai", "one", "rows", key, TableOptions(**options))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(tmp_path_factory.mktemp("rows") / "state.db")
    yield opened
    opened.close()


def comparable(values: tuple) -> tuple:
    """A key as Python compares it: each column after its own kind, the ends before and after all."""
    plain = [value.encode() if isinstance(value, str) else value for value in values]
    return tuple((0,) if value is INF_MIN else (2,) if value is INF_MAX else (1, value) for value in plain)


@given(left=ENDS, right=ENDS)
def test_keys_sort_as_their_values(left: tuple, right: tuple) -> None:
    assert (row_key(left) < row_key(right)) == (comparable(left) < comparable(right))
    assert (row_key(left) == row_key(right)) == (left == right)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(KEYS, max_size=25), gone=st.lists(KEYS, max_size=3), start=ENDS, end=ENDS)
def test_a_range_holds_what_a_sorted_dictionary_holds(
    store: Store, keys: list[tuple], gone: list[tuple], start: tuple, end: tuple
) -> None:
    rows, here = Rows(store), table()
    rows.drop(here)
    plain = {}
    for number, key in enumerate(keys):
        rows.put(here, put(key, [Put("n", number)], 5, 1))
        plain[key] = number
    for key in [*gone, *keys[::3]]:
        rows.delete(here, key)
        plain.pop(key, None)
    whole = (INF_MIN,) * len(here.primary_key), (INF_MAX,) * len(here.primary_key)
    assert sum(1 for _ in rows.scan(here, *whole)) == len(plain)
    first, last = comparable(start), comparable(end)
    up = [key for key in sorted(plain, key=comparable) if first <= comparable(key) < last]
    down = [key for key in sorted(plain, key=comparable, reverse=True) if first >= comparable(key) > last]
    assert [row.primary_key for row in rows.scan(here, start, end)] == up
    assert [row.primary_key for row in rows.scan(here, start, end, backward=True)] == down
    for key, number in plain.items():
        assert rows.get(here, key) == Row(key, 5, {"n": [Version(5, number)]})


def test_a_range_of_many_rows_comes_whole(store: Store) -> None:
    rows, here = Rows(store), table()
    rows.drop(here)
    for number in range(1203):
        rows.put(here, Row(("", number, b""), 1))
    ends = (INF_MIN,) * 3, (INF_MAX,) * 3
    assert [row.primary_key[1] for row in rows.scan(here, *ends)] == list(range(1203))
    assert [row.primary_key[1] for row in rows.scan(here, *reversed(ends), backward=True)] == list(range(1203))[::-1]


class PlainTable:
    """A table as a dictionary of dictionaries: key → column → time → value."""

    def __init__(self, max_versions: int) -> None:
        self.max_versions = max_versions
        self.rows: dict[int, dict[str, dict[int, object]]] = {}

    def put(self, key: int, columns: list[Put], now: int) -> None:
        self.rows[key] = {}
        self.update(key, columns, now)

    def update(self, key: int, changes: list, now: int) -> bool:
        before = self.rows.get(key)
        row = {name: dict(versions) for name, versions in (before or {}).items()}
        wrote = False
        for change in changes:
            versions = row.setdefault(change.name, {})
            if isinstance(change, Put):
                versions[now if change.timestamp is None else change.timestamp] = change.value
                wrote = True
            elif isinstance(change, Increment):
                newest = versions[max(versions)] if versions else 0
                if type(newest) is not int:
                    return False
                versions[max([now, *versions])] = newest + change.amount
                wrote = True
            elif isinstance(change, DeleteVersion):
                versions.pop(change.timestamp, None)
            else:
                versions.clear()
            for time in sorted(versions)[: -self.max_versions]:
                del versions[time]
        if before is not None or wrote:
            self.rows[key] = {name: versions for name, versions in row.items() if versions}
        return True

    def read(self, key: int, names: set[str] | None, times: tuple[int, int] | None, most: int) -> dict | None:
        if key not in self.rows:
            return None
        found = {}
        for name, versions in self.rows[key].items():
            if names is None or name in names:
                seen = [
                    (t, versions[t])
                    for t in sorted(versions, reverse=True)
                    if times is None or times[0] <= t < times[1]
                ]
                if seen[:most]:
                    found[name] = seen[:most]
        return found or (None if names is not None else {})


WRITES = st.tuples(
    st.sampled_from(["put", "update", "delete"]), st.integers(0, 2), st.lists(CHANGES, max_size=5), TIMES
)
READS = st.tuples(st.none() | st.sets(NAMES, min_size=1), st.none() | st.tuples(TIMES, TIMES), st.integers(1, 3))


@settings(max_examples=150, deadline=None)
@given(
    writes=st.lists(WRITES, max_size=12), max_versions=st.integers(1, 3), reads=st.lists(READS, min_size=1, max_size=3)
)
def test_rows_change_as_a_dictionary_does(store: Store, writes: list, max_versions: int, reads: list) -> None:
    rows, here, plain = Rows(store), table(max_versions=max_versions), PlainTable(max_versions)
    rows.drop(here)
    for kind, number, changes, now in writes:
        key = ("k", number, b"")
        if kind == "delete":
            rows.delete(here, key)
            plain.rows.pop(number, None)
        elif kind == "put":
            puts = [change for change in changes if isinstance(change, Put)]
            rows.put(here, put(key, puts, now, max_versions))
            plain.put(number, puts, now)
        else:
            try:
                after = update(rows.get(here, key), key, changes, now, max_versions)
            except NotACounterError:
                assert not plain.update(number, changes, now)
                continue
            assert plain.update(number, changes, now)
            if after is not None:
                rows.put(here, after)
    for names, times, most in reads:
        selection = Selection(
            None if names is None else frozenset(names), times=times, max_versions=most, with_key=names is None
        )
        for number in range(3):
            row = rows.get(here, ("k", number, b""))
            assert (None if row is None else select(row, selection)) == plain.read(number, names, times, most)


def test_versions_end_with_their_time_to_live() -> None:
    options = TableOptions(time_to_live=10, max_versions=3)
    row = Row(("k",), 5_000, {"a": [Version(9_000, 1), Version(4_000, 2)], "b": [Version(3_000, 3)]})
    assert living(row, options, 12_999) == row
    assert living(row, options, 13_000) == Row(("k",), 5_000, {"a": [Version(9_000, 1), Version(4_000, 2)]})
    assert living(row, options, 18_999) == Row(("k",), 5_000, {"a": [Version(9_000, 1)]})
    assert living(row, options, 19_000) is None
    assert living(Row(("k",), 5_000), options, 14_999) == Row(("k",), 5_000)
    assert living(Row(("k",), 5_000), options, 15_000) is None
    assert living(row, TableOptions(max_versions=1), 10**15) == Row(
        ("k",), 5_000, {"a": [Version(9_000, 1)], "b": [Version(3_000, 3)]}
    )


def test_wide_rows_are_read_by_the_page() -> None:
    row = Row(("k",), 1, {name: [Version(1, name)] for name in "edcba"})
    assert list(select(row, Selection(start="b", end="d")) or ()) == ["b", "c"]
    assert list(select(row, Selection(page=Page(1, 3))) or ()) == ["b", "c", "d"]
    assert select(row, Selection(page=Page(9, 3))) == {}
    assert select(row, Selection(start="x", with_key=False)) is None


@pytest.mark.parametrize(("before", "amount"), [(2**63 - 1, 1), (-(2**63), -1), ("1", 1), (True, 1), (1.0, 1)])
def test_a_sum_that_cannot_be_is_refused(before: object, amount: int) -> None:
    row = Row(("k",), 1, {"n": [Version(1, before)]})  # type: ignore[arg-type]
    with pytest.raises(NotACounterError, match="'n'"):
        update(row, ("k",), [Increment("n", amount)], 2, 1)
    assert row == Row(("k",), 1, {"n": [Version(1, before)]})  # type: ignore[arg-type]


def test_numbers_of_a_table_only_go_up(store: Store) -> None:
    rows, here = Rows(store), table()
    rows.drop(here)
    given_out = [rows.next_number(here, now) for now in (5, 5, 9, 2)]
    assert given_out == sorted(set(given_out))
