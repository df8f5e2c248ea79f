"""The cloud's clock, and the keys whose life it measures."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.cloud_error import AuthenticationError, Disbelief
from yunfn.localcloud.keys import TENCENT, KeyRing, Principal
from yunfn.localcloud.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "cloud.sqlite")
    yield opened
    opened.close()


async def test_a_sleeper_wakes_when_the_clock_is_moved_past_its_time() -> None:
    clock = Clock()
    sleeper = asyncio.create_task(clock.sleep_until(clock.time() + 3600))
    await asyncio.sleep(0)
    clock.move(1800)
    await asyncio.sleep(0.05)
    assert not sleeper.done()
    clock.move(1801)
    await asyncio.wait_for(sleeper, 60)


async def test_a_sleeper_also_wakes_by_real_time() -> None:
    clock = Clock(offset=-500)
    began = time.monotonic()
    await asyncio.wait_for(clock.sleep_until(clock.time() + 0.1), 60)
    assert time.monotonic() - began >= 0.09


def test_a_move_is_told_so_that_it_can_be_kept() -> None:
    kept: list[float] = []
    clock = Clock(offset=10, on_move=kept.append)
    clock.move(5)
    assert kept == [15]
    assert clock.time() == pytest.approx(time.time() + 15, abs=1)


@pytest.mark.parametrize("seconds", [1e14, -1e14, math.nan, math.inf, 1e300])
def test_a_move_beyond_all_calendars_is_refused_and_moves_nothing(seconds: float) -> None:
    kept: list[float] = []
    clock = Clock(on_move=kept.append)
    with pytest.raises(ValueError, match="from the year 2000 to 2999"):
        clock.move(seconds)
    assert (clock.offset, kept) == (0, [])
    assert abs(clock.now().timestamp() - time.time()) < 5


def test_keys_are_found_by_id_also_by_a_later_process(store: Store) -> None:
    key = KeyRing(store, Clock()).create(Principal("1", "user", "lin"))
    found = KeyRing(store, Clock()).find(key.id)
    assert found == key
    assert found.principal.arn == "acs:ram::1:user/lin"


def test_a_keys_text_shows_no_secret(store: Store) -> None:
    key = KeyRing(store, Clock()).create_temporary(Principal("1", "assumed-role", "r", "s"), 900)
    assert key.secret not in repr(key)
    assert key.token not in repr(key)


@pytest.mark.parametrize(
    ("token", "move", "reason"),
    [("", 0, Disbelief.WRONG_TOKEN), ("other", 0, Disbelief.WRONG_TOKEN), (None, 901, Disbelief.EXPIRED)],
)
def test_temporary_keys_need_their_token_and_expire(
    store: Store, token: str | None, move: float, reason: Disbelief
) -> None:
    clock = Clock()
    ring = KeyRing(store, clock)
    key = ring.create_temporary(Principal("1", "assumed-role", "r", "s"), 900)
    assert ring.find(key.id, key.token) == key
    clock.move(move)
    with pytest.raises(AuthenticationError) as caught:
        ring.find(key.id, key.token if token is None else token)
    assert caught.value.reason is reason


def test_an_unknown_key_is_unknown(store: Store) -> None:
    with pytest.raises(AuthenticationError) as caught:
        KeyRing(store, Clock()).find("LTAIreal")
    assert caught.value.reason is Disbelief.UNKNOWN_KEY


def test_the_clouds_do_not_know_each_others_keys(store: Store) -> None:
    alibaba, tencent = KeyRing(store, Clock()), KeyRing(store, Clock(), TENCENT)
    theirs = tencent.create(Principal("100000000001", "root", cloud=TENCENT))
    ours = alibaba.create(Principal("1234567890123456", "root"))
    assert tencent.find(theirs.id).principal.arn == "qcs::cam::uin/100000000001:uin/100000000001"
    for ring, key in ((alibaba, theirs), (tencent, ours)):
        with pytest.raises(AuthenticationError) as caught:
            ring.find(key.id)
        assert caught.value.reason is Disbelief.UNKNOWN_KEY
