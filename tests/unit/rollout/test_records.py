"""The record of rollouts, read and ordered into; what it must not be."""

from __future__ import annotations

import pytest

from support.rollout_memory import MemoryLog
from support.rollout_runs import PLACE, plan
from yunfn.exceptions import ObjectExistsError, RolloutError
from yunfn.rollout import records
from yunfn.rollout.event import (
    Began,
    Cause,
    Command,
    Commanded,
    Decided,
    Decision,
    Ended,
    Event,
    Leased,
    Paused,
    Shifted,
    encode,
)
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing


def _log(*rollouts: tuple[str, list[Event]]) -> MemoryLog:
    log = MemoryLog()
    for number, (candidate, events) in enumerate(rollouts, 1):
        began = Began(at=0, alias=PLACE, stable="1", candidate=candidate, specification=plan(10))
        for place, event in enumerate([began, *events], 1):
            log.append(number, place, encode(event))
    return log


FAILED: list[Event] = [Decided(at=1, decision=Decision.RESTORE, reason="bad"), Ended(at=2, phase=Phase.FAILED)]
ENDED: list[Event] = [Ended(at=2, phase=Phase.SUCCEEDED)]
RETRY: list[Event] = [Commanded(at=3, command=Command.RETRY)]


def test_the_last_rollout_and_all_of_them() -> None:
    log = _log(("2", FAILED), ("3", ENDED), ("4", []))
    last = records.last(log)
    assert last is not None and (last.number, last.candidate, last.phase) == (3, "4", Phase.INITIALIZED)
    assert [each.phase for each in records.states(log)] == [Phase.FAILED, Phase.SUCCEEDED, Phase.INITIALIZED]
    assert records.last(MemoryLog()) is None and records.read(log, 9) is None


@pytest.mark.parametrize(
    ("rollouts", "number"),
    [
        ([("2", FAILED)], 1),
        ([("2", FAILED), ("3", ENDED)], 1),
        ([("2", FAILED), ("2", FAILED)], 2),
        ([("2", [*FAILED, *RETRY])], None),
        ([("2", [*FAILED, *RETRY]), ("2", FAILED)], 2),
        # A retry is of what was rejected, not of what may be some day.
        ([("2", [*RETRY, *FAILED])], 1),
        ([("2", ENDED), ("3", FAILED)], None),
    ],
)
def test_a_rejected_candidate_is_remembered_until_somebody_says_retry(
    rollouts: list[tuple[str, list[Event]]], number: int | None
) -> None:
    found = records.rejected(_log(*rollouts), "2")
    assert (found.number if found else None) == number


def test_of_other_candidates_rollouts_one_event_is_read() -> None:
    log = _log(*[("9", [*ENDED, *RETRY])] * 5, ("2", FAILED))
    read: list[int | None] = []
    usual = log.read

    def watched(rollout: int, after: int = 0, most: int | None = None) -> list[bytes]:
        read.append(most)
        return usual(rollout, after, most)

    log.read = watched  # type: ignore[method-assign]
    assert records.rejected(log, "7") is None
    assert read == [1] * 6


def test_an_order_is_written_after_whatever_came_meanwhile() -> None:
    log = _log(("2", []))
    usual = log.append
    meanwhile = [Leased(at=1, until=60, host="h", process=1, holder="x")]

    def append(rollout: int, number: int, event: bytes) -> None:
        if meanwhile:
            usual(rollout, number, encode(meanwhile.pop()))
        usual(rollout, number, event)

    log.append = append  # type: ignore[method-assign]
    state = records.order(log, Command.ABORT, "ann@desk", "no more", now=lambda: 5.0)
    assert state.events == 3 and state.commands[0].reason == "no more" and state.lease is not None
    assert records.last(log) == state
    with pytest.raises(ObjectExistsError):
        usual(1, 3, b"{}")


PAUSED: list[Event] = [Paused(at=1, cause=Cause.NO_DATA, reason="none")]
PROMOTED: list[Event] = [
    Decided(at=1, decision=Decision.PROMOTE, reason="fine"),
    Shifted(at=2, step=1, routing=Routing("2")),
]


@pytest.mark.parametrize(
    ("events", "command", "why"),
    [
        (ENDED, Command.ABORT, "nothing to abort"),
        (ENDED, Command.RETRY, "only a rejected candidate"),
        ([], Command.RETRY, "only a rejected candidate"),
        ([], Command.PROMOTE, "waits for nobody"),
        ([], Command.RESUME, "not paused"),
        (PAUSED, Command.PAUSE, "cannot be paused now"),
        (PROMOTED, Command.ABORT, "serves all calls already"),
        (FAILED[:1], Command.ABORT, "being put back already"),
    ],
)
def test_orders_that_mean_nothing_are_refused_with_the_reason(events: list[Event], command: Command, why: str) -> None:
    log = _log(("2", events))
    written = dict(log.objects)
    with pytest.raises(RolloutError, match=why):
        records.order(log, command, "ann@desk")
    assert log.objects == written


def test_there_is_nothing_to_order_where_there_never_was_a_rollout() -> None:
    with pytest.raises(RolloutError, match="never was a rollout"):
        records.order(MemoryLog(), Command.ABORT, "ann@desk")


@pytest.mark.parametrize("document", [b"", b"{", b'{"event":"unheardOf"}', b"\xff\xfe"])
def test_what_is_no_event_is_told_with_the_rollouts_number(document: bytes) -> None:
    log = _log(("2", []))
    log.append(1, 2, document)
    with pytest.raises(RolloutError, match="rollout 1 holds what is no event"):
        records.last(log)


def test_a_record_without_its_beginning_is_told() -> None:
    log = MemoryLog()
    log.append(1, 1, encode(Ended(at=1, phase=Phase.FAILED)))
    with pytest.raises(RolloutError, match="rollout 1: its record begins with Ended"):
        records.last(log)
