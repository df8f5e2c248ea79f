"""Resources whose changes are rolled out: read before each run, foretold, as long as it takes, put back at the end."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from unit.provider.plugin import URN, Plugin
from unit.provider.test_operations import until
from unit.provider.test_servicer import create, raising, refused
from yunfn.exceptions import CloudAnswerError, OperationStoppedError
from yunfn.provider import liveness
from yunfn.provider.failures import PartialFailureError
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties, encode
from yunfn.provider.resource import Timeouts

PLAIN: dict[str, Any] = {"name": "n"}
ROLLING: dict[str, Any] = {**PLAIN, "plan": {"steps": ["1 %", "50 %"], "weight": 0.01}}


class Serving:
    """A body that changes something in steps and puts it back when it is stopped; ``now`` is what is served."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.started = asyncio.Event()
        self.stopped = asyncio.Event()
        self.now = "stable"
        #: Set when putting back may go on.
        self.network = threading.Event()
        self.network.set()
        self._seconds = seconds

    async def __call__(self, operation: Operation, inputs: Properties) -> None:
        self.now = "half"
        self.started.set()
        try:
            await operation.sleep(30)
        except OperationStoppedError:
            self.stopped.set()
            await operation.finish(self._put_back)
            raise

    def _put_back(self) -> None:
        time.sleep(self._seconds)
        assert self.network.wait(30)
        self.now = "stable"


@pytest.fixture
def serving(plugin: Plugin) -> Iterator[Serving]:
    plugin.thing.body = body = Serving()
    yield body
    body.network.set()


def update(plugin: Plugin, values: dict[str, Any], **more: Any) -> Any:
    return plugin.call.Update(
        provider_pb2.UpdateRequest(urn=URN, id="id", olds=encode(PLAIN), news=encode(values), **more)
    )


async def test_it_is_read_before_each_run(plugin: Plugin) -> None:
    for values, expected in ((PLAIN, False), (ROLLING, True)):
        made = await create(plugin, properties=encode(values))
        read = provider_pb2.ReadRequest(urn=URN, id="id", properties=encode(PLAIN), inputs=encode(values))
        answers = [made, await update(plugin, values), await plugin.call.Read(read)]
        answers.append(await update(plugin, values, preview=True))
        assert [each.refresh_before_update for each in answers] == [expected] * 4
        plugin.thing.body = raising(PartialFailureError("id", {}, "half"))
        told = await refused(update(plugin, values))
        status = status_pb2.Status.FromString(dict(told.trailing_metadata())["grpc-status-details-bin"])
        detail = provider_pb2.ErrorResourceInitFailed()
        assert status.details[0].Unpack(detail)
        assert detail.refresh_before_update is expected
        plugin.thing.body = raising_nothing


async def raising_nothing(operation: Operation, inputs: Properties) -> None:
    """Nothing."""


async def test_a_preview_foretells_and_an_update_does_not(plugin: Plugin) -> None:
    await update(plugin, ROLLING, preview=True)
    await update(plugin, PLAIN, preview=True)
    await update(plugin, ROLLING)
    assert [(each.message, each.ephemeral, each.urn) for each in plugin.engine.lines] == [
        ("will do 1 %", False, URN),
        ("will do 50 %", False, URN),
    ]


async def test_it_takes_as_long_as_it_takes_unless_the_user_says_otherwise(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin.thing, "timeouts", Timeouts(create=0.05, update=0.05, delete=None))

    async def long(operation: Operation, inputs: Properties) -> None:
        await operation.sleep(0.3)

    plugin.thing.body = long
    assert (await refused(update(plugin, PLAIN))).code() is grpc.StatusCode.CANCELLED
    assert (await refused(update(plugin, ROLLING, timeout=0.05))).code() is grpc.StatusCode.CANCELLED
    await update(plugin, ROLLING)
    await create(plugin, properties=encode(ROLLING))


async def test_cancelled_it_puts_back_before_it_answers(plugin: Plugin, serving: Serving) -> None:
    serving.network.clear()
    call = asyncio.ensure_future(update(plugin, ROLLING))
    await serving.started.wait()
    await plugin.call.Cancel(empty_pb2.Empty())
    await serving.stopped.wait()
    await asyncio.sleep(0.1)
    assert not call.done()
    serving.network.set()
    assert (await refused(call)).code() is grpc.StatusCode.CANCELLED
    assert serving.now == "stable"


async def test_given_up_by_the_engine_it_puts_back_all_the_same(plugin: Plugin, serving: Serving) -> None:
    call = asyncio.ensure_future(update(plugin, ROLLING))
    await serving.started.wait()
    call.cancel()
    await until(lambda: serving.now == "stable")


async def test_what_ends_the_plugin_waits_for_it_but_not_for_ever(
    plugin: Plugin, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "_LAST_WORDS", 0.1)
    monkeypatch.setattr(liveness, "_PUT_BACK", 30.0)
    serving.network.clear()
    call = asyncio.ensure_future(update(plugin, ROLLING))
    await serving.started.wait()
    plugin.servicer._liveness.engine_lost()
    await asyncio.sleep(0.5)
    assert plugin.left == []
    serving.network.set()
    await until(lambda: plugin.left == [0])
    assert serving.now == "stable"
    await refused(call)


async def test_after_the_longest_time_it_ends_though_it_could_not_put_back(
    plugin: Plugin, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "_LAST_WORDS", 0.05)
    monkeypatch.setattr(liveness, "_PUT_BACK", 0.2)
    serving.network.clear()
    call = asyncio.ensure_future(update(plugin, ROLLING))
    await serving.started.wait()
    plugin.servicer._liveness.engine_lost()
    await until(lambda: plugin.left == [0])
    assert serving.now == "half"
    serving.network.set()
    await refused(call)


async def test_where_something_is_put_back_no_call_is_waited_for(plugin: Plugin) -> None:
    done: list[str] = []
    begun, slow = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def ask() -> None:
        loop.call_soon_threadsafe(begun.set)
        assert slow.wait(30)
        done.append("asked")

    async def body(operation: Operation, inputs: Properties) -> None:
        try:
            await operation.run_cut_short(ask)
        except OperationStoppedError:
            await operation.finish(done.append, "restored")
            raise

    plugin.thing.body = body
    call = asyncio.ensure_future(update(plugin, ROLLING))
    await begun.wait()
    await plugin.call.Cancel(empty_pb2.Empty())
    await refused(call)
    assert done == ["restored"]
    slow.set()


async def test_what_goes_wrong_with_it_is_told(plugin: Plugin) -> None:
    async def body(operation: Operation, inputs: Properties) -> None:
        def refuse() -> None:
            raise CloudAnswerError("FC UpdateAlias: AccessDenied")

        await operation.finish(refuse)

    plugin.thing.body = body
    assert (await refused(update(plugin, ROLLING))).details() == "FC UpdateAlias: AccessDenied"
