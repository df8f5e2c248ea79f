"""Operations while they run: cancelled, timed out, beside each other, heard of, and orphaned."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2

from unit.provider.plugin import URN, Plugin
from unit.provider.test_servicer import create, refused
from yunfn.exceptions import ArtifactError
from yunfn.provider import liveness
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties


class Uploading:
    """A body that blocks a thread until it is cancelled, as an upload does, or for ever if it is stubborn."""

    def __init__(self, stubborn: bool = False) -> None:
        self.started = asyncio.Event()
        self.release = threading.Event()
        self.ended = threading.Event()
        self._stubborn = stubborn

    async def __call__(self, operation: Operation, inputs: Properties) -> None:
        self.started.set()
        await operation.run(self._block, operation)

    def _block(self, operation: Operation) -> None:
        if self._stubborn:
            self.release.wait(30)
            return
        assert operation.cancelled.wait(30)
        self.ended.set()
        raise ArtifactError("the upload was cancelled; run again to go on with it")


async def until(what: Callable[[], object]) -> None:
    """Return once ``what`` is so."""
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.fixture
async def uploading(plugin: Plugin) -> Uploading:
    plugin.thing.body = body = Uploading()
    return body


async def test_cancel_stops_it_at_once(plugin: Plugin, uploading: Uploading) -> None:
    call = asyncio.ensure_future(create(plugin))
    await uploading.started.wait()
    begun = time.monotonic()
    await plugin.call.Cancel(empty_pb2.Empty())
    told = await refused(call)
    assert time.monotonic() - begun < 10
    assert told.code() is grpc.StatusCode.CANCELLED
    assert told.details() == (
        "thing: create was stopped: the update was cancelled (the upload was cancelled; run again to go on with it)"
    )


async def test_cancel_at_the_end_of_a_run_stops_nothing(plugin: Plugin) -> None:
    await plugin.call.Cancel(empty_pb2.Empty())
    assert (await create(plugin)).id == "id"


async def test_a_call_that_does_not_look_is_left_behind(plugin: Plugin) -> None:
    plugin.thing.body = body = Uploading(stubborn=True)
    call = asyncio.ensure_future(create(plugin))
    await body.started.wait()
    begun = time.monotonic()
    await plugin.call.Cancel(empty_pb2.Empty())
    assert "was cancelled" in (await refused(call)).details()
    assert 1.5 < time.monotonic() - begun < 20
    body.release.set()


async def test_a_call_that_ends_in_time_counts(plugin: Plugin) -> None:
    """A publish that is answered while the update is cancelled: it is there, so it is recorded."""
    plugin.thing.body = body = Uploading(stubborn=True)
    call = asyncio.ensure_future(create(plugin))
    await body.started.wait()
    await plugin.call.Cancel(empty_pb2.Empty())
    await asyncio.sleep(0.2)
    body.release.set()
    assert (await call).id == "id"


async def test_custom_timeouts_are_enforced(plugin: Plugin, uploading: Uploading) -> None:
    begun = time.monotonic()
    told = await refused(create(plugin, timeout=0.3))
    assert time.monotonic() - begun < 10
    assert told.details().startswith("thing: create did not end within 0.3 s and was stopped (the upload")


async def test_an_engine_that_waits_no_more_stops_it(plugin: Plugin, uploading: Uploading) -> None:
    call = asyncio.ensure_future(create(plugin))
    await uploading.started.wait()
    call.cancel()
    assert await asyncio.to_thread(uploading.ended.wait, 60)


async def test_blocking_calls_run_beside_each_other(plugin: Plugin) -> None:
    async def body(operation: Operation, inputs: Properties) -> None:
        await operation.run(time.sleep, 0.4)

    plugin.thing.body = body
    begun = time.monotonic()
    await asyncio.gather(*(create(plugin) for _ in range(30)))
    assert time.monotonic() - begun < 8, "30 x 0.4 s must not add up"


async def test_sleeping_ends_with_the_operation(plugin: Plugin) -> None:
    async def body(operation: Operation, inputs: Properties) -> None:
        await operation.sleep(0.01)
        await operation.sleep(30)

    plugin.thing.body = body
    told = await refused(create(plugin, timeout=0.2))
    assert told.details().startswith("thing: create did not end within 0.2 s and was stopped. The next run")
    assert "custom_timeouts" in str(told.details())


async def test_progress_is_ephemeral_limited_and_there_before_the_answer(plugin: Plugin) -> None:
    async def body(operation: Operation, inputs: Properties) -> None:
        def work() -> None:
            for part in range(100):
                operation.progress(f"{part} %")
            operation.warn("kept")

        await operation.run(work)

    plugin.thing.body = body
    await create(plugin)
    assert [(line.message, line.ephemeral, line.urn) for line in plugin.engine.lines] == [
        ("0 %", True, URN),
        ("kept", False, URN),
    ]
    assert plugin.engine.lines[1].severity == engine_pb2.WARNING


async def test_the_plugin_ends_with_its_engine(
    plugin: Plugin, uploading: Uploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log does not answer any more: whoever waits for the operation is gone too."""
    call = asyncio.ensure_future(create(plugin))
    await uploading.started.wait()
    await plugin.engine_server.stop(0)
    assert plugin.left == []
    plugin.thing.body = _telling
    with pytest.raises(grpc.aio.AioRpcError, match="engine is gone"):
        await asyncio.gather(call, create(plugin))
    assert await asyncio.to_thread(uploading.ended.wait, 60)
    await until(lambda: plugin.left)
    assert plugin.left == [0]


async def _telling(operation: Operation, inputs: Properties) -> None:
    operation.progress("line")


async def test_a_parent_that_is_gone_ends_it(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = iter([41, 41, 1])
    monkeypatch.setattr(liveness.os, "getppid", lambda: next(looked))
    monkeypatch.setattr(liveness, "_LOOK", 0.01)
    left: list[int] = []
    watching = liveness.Liveness(plugin.servicer._operations, left.append)
    await watching.watch()
    await until(lambda: left)
    assert left == [0]


async def test_ending_waits_for_what_runs(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal comes while an operation puts things back: it may end, but not for ever."""
    order: list[str] = []
    begun = asyncio.Event()

    async def body(operation: Operation, inputs: Properties) -> None:
        begun.set()
        try:
            await operation.sleep(30)
        finally:
            await asyncio.sleep(0.3)
            order.append("put back")

    plugin.thing.body = body
    call: Any = asyncio.ensure_future(create(plugin))
    await begun.wait()
    ending = liveness.Liveness(plugin.servicer._operations, lambda code: order.append("left"))
    ending.end("was stopped: the engine ended")
    assert "the engine ended" in (await refused(call)).details()
    await until(lambda: "left" in order)
    assert order == ["put back", "left"]
