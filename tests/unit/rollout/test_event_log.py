"""The record in a bucket: numbers, reading on, gaps."""

from __future__ import annotations

import pytest

from yunfn.exceptions import ObjectExistsError
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.event_log import BucketEventLog

PLACE = AliasPlace("tencent", "125", "ap-shanghai", "team/a", "shop", "live")


class Objects:
    """Objects of a bucket in memory, with what was asked."""

    bucket = "b"

    def __init__(self) -> None:
        self.there: dict[str, bytes] = {}
        self.asked: list[str] = []

    def folders(self, prefix: str) -> list[str]:
        return sorted({key[len(prefix) :].split("/")[0] for key in self.there if key.startswith(prefix)})

    def read(self, key: str) -> bytes | None:
        self.asked.append(key)
        return self.there.get(key)

    def create(self, key: str, content: bytes) -> None:
        if key in self.there:
            raise ObjectExistsError(key)
        self.there[key] = content


@pytest.fixture
def objects() -> Objects:
    return Objects()


@pytest.fixture
def log(objects: Objects) -> BucketEventLog:
    return BucketEventLog(PLACE, objects)


def test_events_are_numbered_objects_below_the_place(log: BucketEventLog, objects: Objects) -> None:
    log.append(1, 1, b"a")
    log.append(12, 1, b"b")
    assert sorted(objects.there) == [
        "rollouts/team%2Fa/shop/live/000001/000001.json",
        "rollouts/team%2Fa/shop/live/000012/000001.json",
    ]
    assert log.rollouts() == [1, 12]
    with pytest.raises(ObjectExistsError):
        log.append(1, 1, b"c")


@pytest.mark.parametrize("many", [0, 1, 2, 8, 9, 10, 30])
def test_all_events_are_read_in_order_and_on_from_any(log: BucketEventLog, many: int) -> None:
    for number in range(1, many + 1):
        log.append(3, number, str(number).encode())
    whole = [str(number).encode() for number in range(1, many + 1)]
    assert log.read(3) == whole
    for after in (1, 7, 8, many):
        assert log.read(3, after) == whole[after:]
    for most in (1, 3, 8, 9):
        assert log.read(3, 0, most) == whole[:most]


def test_reading_ends_at_a_gap(log: BucketEventLog, objects: Objects) -> None:
    for number in (1, 2, 4, 5):
        log.append(1, number, str(number).encode())
    assert log.read(1) == [b"1", b"2"]
    assert log.read(1, 2) == []


def test_a_look_that_finds_nothing_new_asks_once(log: BucketEventLog, objects: Objects) -> None:
    for number in range(1, 6):
        log.append(1, number, b"e")
    objects.asked.clear()
    assert log.read(1, 5) == []
    assert log.read(1, 0, most=1) == [b"e"]
    assert len(objects.asked) == 2


def test_what_is_no_number_is_no_rollout(log: BucketEventLog, objects: Objects) -> None:
    for name in ("000002", "x", "2", "٠٠٠٠٠٣", "1000000"):
        objects.there[f"{PLACE.prefix}{name}/000001.json"] = b"e"
    assert log.rollouts() == [2, 1000000]
