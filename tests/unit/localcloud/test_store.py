"""The state: documents by account, region and kind."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from yunfn.localcloud.store import Collection, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "cloud.sqlite")
    yield opened
    opened.close()


def _keys(collection: Collection, **options: object) -> list[str]:
    return [key for key, _ in collection.scan(**options)]  # type: ignore[arg-type]


def test_documents_are_kept_apart_by_account_region_and_kind(store: Store) -> None:
    store.collection("1", "cn-a", "bucket").put("x", {"n": 1})
    store.collection("2", "cn-a", "bucket").put("x", {"n": 2})
    store.collection("1", "cn-b", "bucket").put("x", {"n": 3})
    store.collection("1", "cn-a", "role").put("x", {"n": 4})
    assert store.collection("1", "cn-a", "bucket").get("x") == {"n": 1}
    assert store.collection("1", "cn-a", "bucket").count() == 1


def test_insert_refuses_a_taken_key_and_leaves_it_alone(store: Store) -> None:
    things = store.collection("1", "", "thing")
    assert things.insert("a", {"n": 1})
    assert not things.insert("a", {"n": 2})
    assert things.get("a") == {"n": 1}


def test_delete_tells_whether_there_was_one(store: Store) -> None:
    things = store.collection("1", "", "thing")
    things.put("a", {})
    assert things.delete("a")
    assert not things.delete("a")
    assert things.get("a") is None


def test_scan_orders_by_bytes_and_honours_prefix_after_and_limit(store: Store) -> None:
    things = store.collection("1", "", "thing")
    for key in ("b", "a/2", "a/10", "a", "ä", "a/ü", "a0"):
        things.put(key, {})
    assert _keys(things) == ["a", "a/10", "a/2", "a/ü", "a0", "b", "ä"]
    assert _keys(things, prefix="a/") == ["a/10", "a/2", "a/ü"]
    assert _keys(things, prefix="a/", after="a/10") == ["a/2", "a/ü"]
    assert _keys(things, after="a0") == ["b", "ä"]
    assert _keys(things, limit=2) == ["a", "a/10"]


def test_scan_may_be_changed_under_way(store: Store) -> None:
    things = store.collection("1", "", "thing")
    for number in range(5):
        things.put(str(number), {})
    for key, _ in things.scan():
        things.delete(key)
    assert things.count() == 0


def test_state_outlives_the_process_that_wrote_it_and_is_private(tmp_path: Path) -> None:
    first = Store(tmp_path / "s.sqlite")
    first.collection("1", "r", "k").put("x", {"wörter": ["a", None, 1.5]})
    # No close: a killed process does not close either.
    second = Store(tmp_path / "s.sqlite")
    assert second.collection("1", "r", "k").get("x") == {"wörter": ["a", None, 1.5]}
    assert second.kinds() == [("1", "r", "k", 1)]
    assert stat.S_IMODE((tmp_path / "s.sqlite").stat().st_mode) == 0o600
    first.close()
    second.close()


def test_documents_between_two_keys_come_up_or_down(store: Store) -> None:
    things, others = store.collection("1", "", "thing"), store.collection("1", "", "other")
    for key in "abcd":
        things.put(key, {"key": key})
    others.put("b", {})

    def between(start: str, end: str, backward: bool = False) -> str:
        return "".join(key for key, _ in things.between(start, end, backward=backward))

    assert between("b", "d") == "bc"
    assert between("", "z") == "abcd"
    assert between("d", "a", backward=True) == "dcb"
    assert between("d", "b") == ""
    assert list(things.between("a", "b")) == [("a", {"key": "a"})]


def test_clearing_a_kind_leaves_the_others(store: Store) -> None:
    for account, kind in (("1", "thing"), ("1", "other"), ("2", "thing")):
        store.collection(account, "", kind).put("a", {})
    store.collection("1", "", "thing").clear()
    assert store.kinds() == [("1", "", "other", 1), ("2", "", "thing", 1)]


def test_large_documents_are_apart_from_small_ones_and_hold_no_search_up(store: Store) -> None:
    small, large = store.collection("1", "r", "b"), store.large_collection("1", "r", "b")
    large.put("k", {"large": "x" * 1_000_000})
    assert small.get("k") is None
    assert small.insert("k", {"small": 1})
    assert large.get("k") == {"large": "x" * 1_000_000}
    assert store.kinds() == [("1", "r", "b", 2)]

    def searched(kind: str) -> float:
        things = store.large_collection("1", "r", kind)
        began = time.thread_time()
        for number in range(300):
            things.put("k", {"number": number})
            assert list(things.scan(limit=1))
        return time.thread_time() - began

    alone = searched("a")
    for number in range(10):
        large.put(f"k{number}", {"large": "x" * 2_000_000})
    # A search that reads what it comes by took three hundred times as long.
    assert searched("c") < 20 * alone + 0.05
    store.clear()
    assert (store.kinds(), large.count()) == ([], 0)


def test_changes_of_a_transaction_are_kept_together(store: Store) -> None:
    things = store.collection("1", "r", "thing")
    with store.transaction():
        things.put("a", {})
        with store.transaction():
            things.put("b", {})
    with pytest.raises(ZeroDivisionError), store.transaction():
        things.put("c", {})
        things.delete("a")
        raise ZeroDivisionError
    assert [key for key, _ in things.scan()] == ["a", "b"]
    things.put("d", {})
    assert things.count() == 3
