"""What is told of a rollout while it is driven."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from support.rollout_runs import PLACE, errors, plan
from yunfn.rollout.event import Began, Cause, Event, GateReached, Measured, Paused, Shifted
from yunfn.rollout.metric import Measurement, Outcome, Reading
from yunfn.rollout.routing import Routing
from yunfn.rollout.state import RolloutState, begin, fold
from yunfn.rollout.telling import row, standing

FIRST = Shifted(at=100, step=0, routing=Routing("1", "2", Decimal("0.1")))
TAKEN = Measurement(
    metric="errors", outcome=Outcome.UNDECIDED, at=110, since=100, until=110, candidate=Reading(100, 1), text="1 of 100"
)
SEEN = Measured(at=110, step=0, measurements=(TAKEN,))


def _state(*events: Event) -> RolloutState:
    specification = plan(10, 50, seconds=60, metrics=[errors()])
    began = Began(at=0, alias=PLACE, stable="1", candidate="2", specification=specification)
    return fold(begin(1, began), events)


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ([], "Initialized, 2 min left at least"),
        ([FIRST], "step 1 of 2: 10 %, 1 min 45 s left at least"),
        ([FIRST, SEEN], "step 1 of 2: 10 %, 1 min 45 s left at least; errors: undecided so far, 1 of 100"),
        (
            [FIRST, GateReached(at=1, step=0, weight=Decimal("0.5"))],
            "waits before 50 %: yunfn rollout promote, or abort",
        ),
        (
            [FIRST, Paused(at=1, cause=Cause.SOURCE, reason="no answer")],
            "paused: no answer (yunfn rollout resume, promote, or abort)",
        ),
    ],
)
def test_where_it_is_and_how_long_that_lasts(events: list[Event], line: str) -> None:
    assert standing(_state(*events), 160, 115) == line


def test_a_step_that_waits_for_samples_says_so() -> None:
    assert "1 min left at least (waits for samples)" in standing(_state(FIRST), 200, 170)


def test_a_row_has_what_it_is_searched_by_and_the_whole_event() -> None:
    told = row(PLACE, _state(FIRST, SEEN), SEEN, "so")
    assert told | {"event": ""} == {
        "rollout": "hello:live 1",
        "number": "3",
        "time": "1970-01-01T00:01:50Z",
        "phase": "Progressing",
        "stable": "1",
        "candidate": "2",
        "weight": "0.1",
        "kind": "Measured",
        "text": "so",
        "event": "",
    }
    assert json.loads(told["event"])["measurements"][0]["candidate"] == {"count": 100, "failures": 1, "value": None}
