"""A metric measured in both versions: the window, what the source does not tell, stable beside a failure."""

from __future__ import annotations

from decimal import Decimal

import pytest

from support.rollout_memory import ScriptedBackend
from support.rollout_runs import PLACE, errors, plan
from yunfn.exceptions import CloudAnswerError
from yunfn.rollout.event import Began, Measured, Resumed, Shifted
from yunfn.rollout.measuring import measure
from yunfn.rollout.metric import Conditions, Measure, Measurement, Metric, Outcome, Probes, Reading
from yunfn.rollout.routing import Routing
from yunfn.rollout.state import RolloutState, begin, fold

TENTH, HALF = (Routing("1", "2", Decimal(each)) for each in ("0.1", "0.5"))


def _state(*more: object) -> RolloutState:
    began = Began(at=0, alias=PLACE, stable="1", candidate="2", specification=plan(10, 50))
    return fold(begin(1, began), [Shifted(at=100, step=0, routing=TENTH), *more])  # type: ignore[list-item]


def _measure(state: RolloutState, metric: Metric, backend: ScriptedBackend, now: float = 200.0) -> Measurement:
    return measure(state, metric, backend, lambda: now)


@pytest.mark.parametrize(
    ("window", "late", "now", "want"),
    [
        (None, 0.0, 200.0, (100.0, 200.0)),
        (None, 30.0, 200.0, (100.0, 170.0)),
        (40.0, 30.0, 200.0, (130.0, 170.0)),
        (400.0, 0.0, 200.0, (100.0, 200.0)),
    ],
)
def test_the_window_is_of_the_candidates_time_and_ends_where_figures_do(
    window: float | None, late: float, now: float, want: tuple[float, float]
) -> None:
    asked: list[tuple[str, float, float]] = []

    def answer(version: str, since: float, until: float) -> Reading:
        asked.append((version, since, until))
        return Reading(100, 1)

    found = _measure(_state(), errors(window=window), ScriptedBackend(answer, late), now)
    assert asked == [("2", *want), ("1", *want)]
    assert (found.since, found.until) == want and found.at == now


def test_after_a_resume_windows_begin_anew() -> None:
    backend = ScriptedBackend(lambda version, since, until: Reading(int(until - since), 0))
    found = _measure(_state(Resumed(at=150)), errors(), backend)
    assert (found.since, found.candidate) == (150, Reading(50, 0))
    assert _measure(_state(Resumed(at=150, kept=True)), errors(), backend).since == 100


def test_before_figures_can_be_there_there_is_no_data_and_nobody_is_asked() -> None:
    backend = ScriptedBackend(lambda *asked: Reading(100, 0), late=120.0)
    found = _measure(_state(), errors(), backend)
    assert found.outcome is Outcome.NO_DATA and "120 s late" in found.text and not backend.asked


def test_a_source_that_does_not_answer_is_an_error_and_no_failure() -> None:
    def refuse(*asked: object) -> Reading:
        raise CloudAnswerError("CMS DescribeMetricList: Throttling, request id R-1")

    found = _measure(_state(), errors(), ScriptedBackend(refuse))
    assert found.outcome is Outcome.ERROR and "R-1" in found.text


def test_both_versions_silent_is_no_data() -> None:
    assert _measure(_state(), errors(), ScriptedBackend(lambda *asked: None)).outcome is Outcome.NO_DATA


def _latency(success: str = "", failure: str = "") -> Metric:
    rule = Conditions(success=success, failure=failure)
    return Metric(name="p95", measure=Measure.P95, source=Probes(events=()), rule=rule, minimum=1)


@pytest.mark.parametrize(
    ("metric", "candidate", "stable", "too"),
    [
        (_latency("<= 300"), 500.0, 500.0, True),
        (_latency("<= 300"), 500.0, 499.0, False),
        (_latency("<= 300"), 500.0, 200.0, False),
        (_latency(failure="> 300"), 500.0, 900.0, True),
        (_latency(failure="< 300"), 200.0, 100.0, True),
        (_latency(failure="< 300"), 200.0, 250.0, False),
    ],
)
def test_stable_is_looked_at_beside_a_failure(metric: Metric, candidate: float, stable: float, too: bool) -> None:
    values = {"2": candidate, "1": stable}
    found = _measure(_state(), metric, ScriptedBackend(lambda version, *window: Reading(10, value=values[version])))
    assert found.outcome is Outcome.FAILURE and found.stable_fails is too
    assert found.stable == Reading(10, value=stable)


def test_where_stable_is_not_told_the_failure_stands() -> None:
    def answer(version: str, since: float, until: float) -> Reading:
        if version == "1":
            raise CloudAnswerError("no")
        return Reading(10, value=500.0)

    found = _measure(_state(), _latency("<= 300"), ScriptedBackend(answer))
    assert found.outcome is Outcome.FAILURE and not found.stable_fails and found.stable is None


def test_a_comparison_is_told_the_readings_at_each_change_of_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    from yunfn.rollout import measuring
    from yunfn.rollout.analysis import Earlier

    told: list[list[Earlier]] = []
    usual = measuring.judge

    def judge(*given: object, earlier: list[Earlier], **named: object) -> Measurement:
        told.append(earlier)
        return usual(*given, earlier=earlier, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(measuring, "judge", judge)
    backend = ScriptedBackend(lambda version, since, until: Reading(int(until - since), 0))
    state = _state()
    for at in (120.0, 159.0):
        state = fold(state, [Measured(at=at, step=0, measurements=(_measure(state, errors(), backend, at),))])
    state = fold(state, [Shifted(at=160, step=1, routing=HALF)])
    _measure(state, errors(), backend, 200.0)
    assert told == [[], [], [Earlier(Reading(59, 0), Reading(59, 0))]]
