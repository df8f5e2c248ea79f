"""Which instances stay, decided on the event loop that the server runs on."""

from __future__ import annotations

import asyncio

import uvloop

from yunfn.localcloud.runner.pool import Pool


def test_what_is_kept_may_change_again_at_once() -> None:
    """uvloop's handle of what is due at once tells no time (0.22), and asyncio's does."""
    started: list[str] = []

    async def start() -> None:
        started.append("one")

    async def keep_twice() -> None:
        pool = Pool()
        pool.keep("a", 1, start)
        pool.keep("b", 1, start)
        await pool.fill("a")
        await pool.fill("b")
        pool.close()

    for run in (asyncio.run, uvloop.run):
        started.clear()
        run(keep_twice())
        assert started == ["one", "one"]
