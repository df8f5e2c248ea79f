"""Who sleeps by the cloud's clock wakes when it is moved, and ends when it is told to."""

from __future__ import annotations

import asyncio

import pytest

from yunfn.localcloud.clock import Clock


async def test_a_move_wakes_who_sleeps_longer() -> None:
    clock = Clock()
    sleeping = asyncio.ensure_future(clock.sleep_until(clock.time() + 1000))
    waiting = asyncio.ensure_future(clock.sleep_until_moved(clock.time() + 1000))
    await asyncio.sleep(0)
    clock.move(10)
    await asyncio.wait_for(waiting, 20)
    assert not sleeping.done()
    clock.move(1000)
    await asyncio.wait_for(sleeping, 20)
    assert clock.moves == 2


async def test_who_is_cancelled_just_as_the_clock_moves_ends() -> None:
    """Background work that sleeps in a loop would hold up the cloud's end for ever."""
    clock = Clock()

    async def work() -> None:
        while True:
            await clock.sleep_until_moved(clock.time() + 1000)

    working = asyncio.ensure_future(work())
    await asyncio.sleep(0.01)
    clock.move(1)
    await asyncio.sleep(0)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(working), 20)
