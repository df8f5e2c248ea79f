"""Asking API 3.0: what is tried again and what is not, how often, and how it stops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from yunfn.exceptions import CloudAnswerError, OperationStoppedError
from yunfn.provider import rate_limit, repeating
from yunfn.provider.mark import described, mark_of, split_mark
from yunfn.provider.operations import Operation, Operations
from yunfn.provider.pace import watched
from yunfn.provider.rate_limit import RateLimits
from yunfn.provider.tencent_api import TencentApi

URN = "urn:pulumi:s::p::yunfn:scf:Function::f"


def refused(code: str, status: int = 200) -> CloudAnswerError:
    return CloudAnswerError(f"SCF GetFunction: {code or 'no answer'}: no (request R)", code=code, status=status)


class Client:
    """Stands for TencentClient: raises what is queued, then answers."""

    def __init__(self, *failures: CloudAnswerError) -> None:
        self.failures = list(failures)
        self.asked: list[float] = []

    def ask(self, action: str, parameters: Any = None) -> dict[str, Any]:
        self.asked.append(time.monotonic())
        if self.failures:
            raise self.failures.pop(0)
        return {"Status": "Active"}


def api(client: Any) -> TencentApi:
    return TencentApi(client, "scf", "1250000000", "ap-shanghai")


async def perform(
    body: Callable[[Operation], Awaitable[Any]], operations: Operations | None = None, seconds: float | None = None
) -> Any:
    return await (operations or Operations()).perform(URN, "read", seconds, body)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(repeating, "_LONGEST_WAIT", 0.02)


@pytest.mark.parametrize(
    "failure",
    [
        refused("", 0),
        refused("", 502),
        refused("InternalError"),
        refused("InternalError.System"),
        refused("RequestLimitExceeded"),
        refused("RequestLimitExceeded.UinLimitExceeded"),
    ],
    ids=lambda error: error.code or str(error.status),
)
async def test_what_passes_is_tried_again(failure: CloudAnswerError) -> None:
    client = Client(failure, failure, failure)
    assert await perform(lambda operation: api(client).call(operation, "GetFunction", {})) == {"Status": "Active"}
    assert len(client.asked) == 4


@pytest.mark.parametrize(
    "code", ["UnauthorizedOperation.CAM", "ResourceInUse.Function", "ResourceInsufficient", "FailedOperation"]
)
async def test_what_stays_is_told_at_once(code: str) -> None:
    client = Client(refused(code))
    with pytest.raises(CloudAnswerError, match=code):
        await perform(lambda operation: api(client).call(operation, "GetFunction", {}))
    assert len(client.asked) == 1


async def test_only_the_named_codes_mean_that_it_is_gone() -> None:
    def find(code: str) -> Awaitable[Any]:
        return perform(
            lambda operation: api(Client(refused(code))).find(
                operation, "GetFunction", {}, {"ResourceNotFound.Function"}
            )
        )

    assert await find("ResourceNotFound.Function") is None
    for code in ("ResourceNotFound", "ResourceNotFound.Alias", "UnauthorizedOperation.CAM"):
        with pytest.raises(CloudAnswerError, match=code):
            await find(code)


async def test_trying_ends_with_the_operations_time_and_says_what_was_answered() -> None:
    client = Client(*[refused("InternalError")] * 1000)
    begun = time.monotonic()
    with pytest.raises(OperationStoppedError, match=r"did not end within 1 s .*\(SCF GetFunction: InternalError"):
        await perform(lambda operation: api(client).call(operation, "GetFunction", {}), seconds=1)
    assert time.monotonic() - begun < 10
    assert len(client.asked) > 5


async def test_what_may_have_arrived_is_looked_for_before_it_is_asked_again() -> None:
    looked = []

    async def landed() -> dict[str, Any] | None:
        looked.append(1)
        return {"LayerVersion": 7} if len(looked) == 2 else None

    def publish(client: Client) -> Awaitable[Any]:
        return perform(lambda operation: api(client).call(operation, "PublishLayerVersion", {}, landed=landed))

    client = Client(refused("", 0), refused("InternalError"), refused("InternalError"))
    assert await publish(client) == {"LayerVersion": 7}
    assert len(client.asked) == 2
    # A throttled one did not arrive.
    looked.clear()
    assert await publish(Client(refused("RequestLimitExceeded"))) == {"Status": "Active"}
    assert looked == []


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What turns are given by, here: when a thread gets to ask is up to the machine."""
    told = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(rate_limit, "time", SimpleNamespace(monotonic=lambda: told.now))
    return told


async def test_one_limit_for_all_operations_of_the_process(
    clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, passed = list[float](), asyncio.Event()

    async def sleep(operation: Operation, seconds: float) -> None:
        waits.append(seconds)
        await passed.wait()

    monkeypatch.setattr(Operation, "sleep", sleep)
    client, operations = Client(), Operations(RateLimits(3))
    asking = asyncio.gather(
        *[perform(lambda operation: api(client).call(operation, "GetFunction", {}), operations) for _ in range(8)]
    )
    while len(waits) < 5 or len(client.asked) < 3:
        await asyncio.sleep(0.01)
    # Three in any second, at once where nothing was asked before.
    assert len(client.asked) == 3
    assert all(1 < each < 1.5 for each in waits[:3]) and all(2 < each < 3 for each in waits[3:]) and len(waits) == 5
    passed.set()
    await asking
    assert len(client.asked) == 8
    # Another API and another account have limits of their own.
    waits.clear()
    other = TencentApi(client, "scf", "1250000001", "ap-shanghai")  # type: ignore[arg-type]
    await perform(lambda operation: api(client).call(operation, "ListFunctions", {}), operations)
    await perform(lambda operation: other.call(operation, "GetFunction", {}), operations)
    assert waits == []
    # And nobody waits for what is long past.
    clock.now += 10
    await perform(lambda operation: api(client).call(operation, "GetFunction", {}), operations)
    assert waits == []


async def test_waiting_for_a_turn_stops_at_once(clock: SimpleNamespace) -> None:
    client, operations = Client(), Operations(RateLimits(1))
    await perform(lambda operation: api(client).call(operation, "GetFunction", {}), operations)
    # It is its turn in ten minutes.
    clock.now -= 600
    begun = time.monotonic()
    with pytest.raises(OperationStoppedError):
        await perform(lambda operation: api(client).call(operation, "GetFunction", {}), operations, 0.1)
    assert time.monotonic() - begun < 60
    assert len(client.asked) == 1


def test_marks_are_found_again_and_only_whole_ones() -> None:
    mark = mark_of(URN)
    assert (mark, len(mark)) == (mark_of(URN), 12)
    assert mark != mark_of(URN + "2")
    for text in ("", "release 7", "a [yunfn:x] b", "two\nlines"):
        assert split_mark(described(text, mark)) == (text, mark)
    for text in ("", "release 7", "[yunfn:123]", f"[yunfn:{mark}] later"):
        assert split_mark(text) == (text, None)


async def test_one_is_looked_at_often_and_the_others_when_it_is_done() -> None:
    operations, taking, looks = Operations(), 0.4, list[int]()

    async def change() -> None:
        begun, looked = time.monotonic(), 0

        async def look() -> bool:
            nonlocal looked
            looked += 1
            return time.monotonic() - begun > taking

        def under_way(done: bool) -> str | None:
            return None if done else "under way"

        await perform(lambda operation: watched(operation, look, under_way, begun="thing"), operations)
        looks.append(looked)

    begun = time.monotonic()
    await asyncio.gather(*[change() for _ in range(16)])
    # One after the other they would take so long.
    assert time.monotonic() - begun < 16 * taking
    assert (max(looks) <= 8, sum(looks) <= 16 + 8) == (True, True)
    # Those that begin later are looked at once or twice.
    for _ in range(3):
        looks.clear()
        await asyncio.gather(*[change() for _ in range(4)])
        assert sum(looks) <= 9
