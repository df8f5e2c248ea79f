"""Moves of an alias in threads: what is under way when stable is put back does not have the last word."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from yunfn.exceptions import CloudAnswerError, OperationStoppedError
from yunfn.rollout.journal import OvertakenError
from yunfn.rollout.mover import Mover
from yunfn.rollout.routing import Routing

STABLE, SHARE = Routing("1"), Routing("1", "2", Decimal("0.1"))


class SlowRouter:
    """An alias whose shifts arrive when ``let`` is set."""

    def __init__(self) -> None:
        self.at = STABLE
        self.let = threading.Event()
        self.begun = threading.Event()
        self.restored = threading.Event()
        self.calls: list[Routing] = []

    def read(self) -> Routing:
        return self.at

    def route(self, routing: Routing) -> str:
        self.calls.append(routing)
        if routing == SHARE:
            self.begun.set()
            assert self.let.wait(20)
        self.at = routing
        if routing == STABLE:
            self.restored.set()
        return "R"

    def ready(self, version: str) -> bool:
        return True


def test_a_shift_under_way_is_not_waited_for_and_is_undone() -> None:
    router = SlowRouter()
    mover = Mover(router, lambda: 0.0)
    with ThreadPoolExecutor(2) as threads:
        shift = threads.submit(mover.shift, SHARE, 60.0)
        assert router.begun.wait(20)
        restore = threads.submit(mover.restore, STABLE)
        assert router.restored.wait(20), "the call that puts stable back waits for nothing"
        assert not restore.done()
        router.let.set()
        shift.result(20)
        restore.result(20)
    assert router.at == STABLE
    assert router.calls == [SHARE, STABLE, STABLE]


def test_nothing_is_shifted_after_stable_was_put_back() -> None:
    router = SlowRouter()
    mover = Mover(router, lambda: 0.0)
    mover.restore(STABLE)
    with pytest.raises(OperationStoppedError):
        mover.shift(SHARE, 60.0)
    assert router.calls == [STABLE] and mover.restored and not mover.moved


def test_nothing_is_shifted_after_the_lease() -> None:
    router = SlowRouter()
    mover = Mover(router, lambda: 60.0)
    with pytest.raises(OvertakenError):
        mover.shift(SHARE, 60.0)
    assert router.calls == [] and not mover.moved


def test_what_a_refused_shift_did_is_unknown_and_what_is_restored_is_not() -> None:
    class Refusing(SlowRouter):
        def route(self, routing: Routing) -> str:
            raise CloudAnswerError("no")

    mover = Mover(Refusing(), lambda: 0.0)
    with pytest.raises(CloudAnswerError):
        mover.shift(SHARE, 60.0)
    assert mover.moved
    with pytest.raises(CloudAnswerError):
        mover.restore(STABLE)
    assert mover.moved and not mover.restored
