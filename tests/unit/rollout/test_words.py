"""What a rollout says of itself, event by event."""

from __future__ import annotations

from decimal import Decimal

import pytest

from unit.rollout.records_of_rollouts import ERRORS, P95, PLACE, QUEUE, SPECIFICATION, promoted, rejected
from yunfn.rollout.event import Began, Ended, Hooked, Shifted
from yunfn.rollout.hook import Moment
from yunfn.rollout.metric import Measurement, Metric, Outcome, Reading
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import Step, canary, linear, steps
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import begin
from yunfn.rollout.words import amount, duration, measured, plan, told

STATE = begin(7, Began(at=0.0, alias=PLACE, stable="3", candidate="4", specification=SPECIFICATION))


def test_a_whole_rollout_in_sentences() -> None:
    said = [said for state, event in rejected().told() if (said := told(state, event))]
    assert said == [
        "rollout 2 of 4 over 3: 1, 5, 20, 50 % for 5 min each, then all: 20 min at least",
        "step 1 of 4: 99 % to 3, 1 % to 4",
        *["errors: success, 0.5 % of 400 against 0.5 % of 8000 calls; p95: success, 4 190 ms of 400; "
          "queue <depth> (dry run): no data"] * 5,
        "step 2 of 4: 95 % to 3, 5 % to 4",
        "errors: failure, 20 % of 400 against 0.5 % of 8000 calls; p95: success, 4 260 ms of 400; "
        "queue <depth> (dry run): no data",
        "4 is rejected, 3 is put back: errors: 20 % of 400 against 0.5 % of 8000 calls <script>alert(1)</script>",
        "all to 3",
        "Failed",
    ]  # fmt: skip


def test_hooks_gates_pauses_and_orders() -> None:
    said = [said for state, event in promoted().told() if (said := told(state, event))]
    for each in (
        'hook smoke before the first weight passed after 0.4 s: {"ok": true}',
        "ann@laptop ordered a pause: lunch",
        "paused (command): ann@laptop: lunch",
        "ann@laptop ordered to resume",
        "resumed by pulumi@builder",
        "waits before promotion for a person: yunfn rollout promote or abort",
        "ann@laptop ordered to go on: seen the figures",
        "3 is promoted: every step passed",
    ):
        assert each in said
    assert said[-1] == "Succeeded"


@pytest.mark.parametrize(
    ("plan_of", "expected"),
    [
        ((), "all at once"),
        (canary(Decimal(10), 600), "10 % for 10 min, then all"),
        (linear(Decimal("33.3"), 60), "33.3, 66.6, 99.9 % for 1 min each, then all: 3 min at least"),
        (steps([Decimal(1), Decimal("2.5")], 5400), "1, 2.5 % for 1 h 30 min each, then all: 3 h at least"),
        ((Step(Decimal("0.1"), 60), Step(Decimal("0.5"), 90)), "10 % for 1 min, 50 % for 1 min 30 s, then all"),
    ],
)
def test_a_plan_in_words(plan_of: tuple[Step, ...], expected: str) -> None:
    assert plan(Specification(bucket="b", steps=plan_of)) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0 s"), (59.6, "1 min"), (45, "45 s"), (3600, "1 h"), (3661, "1 h 1 min 1 s")]
)
def test_durations_in_words(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        (ERRORS, 0.0123, "1.23 %"),
        (ERRORS, 1.0, "100 %"),
        (P95, 187.25, "187.2 ms"),
        (P95, 12_500.0, "12.5 s"),
        (QUEUE, 3.0, "3"),
        (None, 0.5, "0.5"),
    ],
)
def test_values_have_units(metric: Metric | None, value: float, expected: str) -> None:
    assert amount(metric, value) == expected


def test_a_measurement_without_words_of_its_own_shows_both_versions() -> None:
    both = Measurement(
        metric="errors", outcome=Outcome.UNDECIDED, at=1, since=0, until=1,
        candidate=Reading(100, failures=1), stable=Reading(900, failures=0),
    )  # fmt: skip
    assert measured(STATE, both) == "errors: undecided so far, 4 1 % of 100, 3 0 % of 900"
    silent = Measurement(metric="gone", outcome=Outcome.ERROR, at=1, since=0, until=1, text="line\none", dry_run=True)
    assert measured(STATE, silent) == "gone (dry run): the source did not answer, line one"


def test_an_end_that_nobody_decided_tells_why() -> None:
    ended = Ended(at=1, phase=Phase.SUPERSEDED, reason="5 took its place")
    assert told(STATE, ended) == "Superseded: 5 took its place"


def test_what_was_put_back_is_no_step() -> None:
    assert told(STATE, Shifted(at=1, step=-1, routing=Routing("3"))) == "all to 3"


def test_what_a_function_answers_cannot_steer_a_terminal() -> None:
    answer = "fine\n\x1b[2J\x1b]0;title\x07 \u202e ok"
    hooked = Hooked(at=1, moment=Moment.STEP, step=0, name="smoke", passed=True, answer=answer, seconds=1)
    said = told(STATE, hooked)
    assert said.isprintable() and said.endswith(": fine [2J ]0;title ok")
