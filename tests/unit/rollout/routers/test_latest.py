"""Of several calls the latest counts: earlier ones are not tried again."""

from __future__ import annotations

import threading
import time

import pytest

from yunfn.rollout.routers import latest
from yunfn.rollout.routers.latest import LatestCall, looking


class PassingError(Exception):
    """May pass."""


def passing(error: BaseException) -> bool:
    return isinstance(error, PassingError)


def test_what_passes_is_tried_again_and_what_does_not_is_told_at_once() -> None:
    tries: list[int] = []

    def third() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise PassingError
        return "done"

    assert LatestCall(passing).send(third) == "done"
    tries.clear()
    assert looking(passing, third) == "done"
    for call in (LatestCall(passing).send, lambda wrong: looking(passing, wrong)):
        tries.clear()

        def wrong() -> str:
            tries.append(1)
            raise ValueError("no")

        with pytest.raises(ValueError, match="no"):
            call(wrong)
        assert len(tries) == 1


def test_one_that_waits_to_be_tried_again_gives_up() -> None:
    latest_call, tries = LatestCall(passing), list[float]()
    errors: list[BaseException] = []

    def never() -> str:
        tries.append(time.monotonic())
        raise PassingError("later")

    def shift() -> None:
        try:
            latest_call.send(never)
        except PassingError as error:
            errors.append(error)

    first = threading.Thread(target=shift)
    first.start()
    while len(tries) < 4:
        time.sleep(0.01)
    assert latest_call.send(lambda: "restore") == "restore"
    first.join(5)
    assert errors and not first.is_alive()
    count = len(tries)
    time.sleep(0.2)
    assert len(tries) == count


def test_it_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latest, "_SENDING", 0.3)
    monkeypatch.setattr(latest, "_LOOKING", 0.2)

    def never() -> str:
        raise PassingError

    for seconds, call in ((0.3, LatestCall(passing).send), (0.2, lambda never: looking(passing, never))):
        began = time.monotonic()
        with pytest.raises(PassingError):
            call(never)
        assert seconds <= time.monotonic() - began < seconds + latest._LONGEST_WAIT + 1
