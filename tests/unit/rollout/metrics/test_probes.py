"""Probes: counts, windows and ends by a caller in memory, and both clouds' versions by calls that are really made."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from support.fc_versions import VersionedFcFunction
from support.scf_versions import VersionedFunction, inside_of_a_cloud
from yunfn.exceptions import CloudAnswerError, RolloutError
from yunfn.localcloud.connection import Connection
from yunfn.rollout.callers.fc import FcCaller
from yunfn.rollout.callers.scf import ScfCaller
from yunfn.rollout.calling import CallAnswer, Ending
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import Measure, Probes, Reading
from yunfn.rollout.metrics import probes
from yunfn.rollout.metrics.probes import ProbesBackend

PLACE = AliasPlace("tencent", "1", "ap-shanghai", "team", "f", "live")
Answering = Callable[[str, str], CallAnswer]


class Caller:
    """A caller in memory: what ``answering`` says of version and event; takes down what was asked."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.asked: list[tuple[str, str, str, str, float]] = []
        self._lock = threading.Lock()

    def call(
        self, function: str, qualifier: str, event: str, *, namespace: str = "", timeout: float = 60.0
    ) -> CallAnswer:
        with self._lock:
            self.asked.append((namespace, function, qualifier, event, timeout))
        return self.answering(qualifier, event)


def answered(_version: str, event: str) -> CallAnswer:
    """Events say how the call ends and how many milliseconds it takes: ``failed 12``."""
    ending, _, milliseconds = event.partition(" ")
    return CallAnswer(Ending(ending), f"the answer is {milliseconds}", float(milliseconds or 0))


def backend(*events: str, calls: int = 0, expect: str = "", answering: Answering = answered) -> ProbesBackend:
    return ProbesBackend(PLACE, Probes(events=events, calls=calls or len(events), expect=expect), Caller(answering))


def test_events_are_sent_in_turn_to_the_version_by_its_number() -> None:
    caller = Caller(answered)
    made = ProbesBackend(PLACE, Probes(events=("answered 1", "answered 2"), calls=5), caller)
    assert made.measure(Measure.ERRORS, "7", 0, 100) == Reading(5, 0)
    assert sorted(caller.asked) == [
        ("team", "f", "7", event, 60.0) for event in ["answered 1"] * 3 + ["answered 2"] * 2
    ]


def test_failures_and_throttles_are_counted_apart() -> None:
    events = ("answered", "failed", "refused", "answered", "failed", "answered")
    assert backend(*events).measure(Measure.ERRORS, "1", 0, 9) == Reading(5, 2)
    assert backend(*events).measure(Measure.THROTTLES, "1", 0, 9) == Reading(6, 1)
    assert backend("refused").measure(Measure.ERRORS, "1", 0, 9) is None
    assert backend("refused").measure(Measure.P95, "1", 0, 9) is None


@pytest.mark.parametrize(("measure", "expected"), [(Measure.P50, 50), (Measure.P95, 95), (Measure.P99, 99)])
def test_percentiles_are_nearest_ranks_of_all_that_ran(measure: Measure, expected: float) -> None:
    events = [f"{'failed' if number % 2 else 'answered'} {number}" for number in range(100, 0, -1)]
    assert backend(*events, "refused 5000").measure(measure, "1", 0, 9) == Reading(100, value=expected)
    assert backend("answered 3").measure(measure, "1", 0, 9) == Reading(1, value=3)


def test_an_answer_must_hold_what_is_expected() -> None:
    made = backend("answered 12", "answered 13", "answered 34", "failed 12", "refused", expect=r"is 1\d$")
    assert made.measure(Measure.ERRORS, "1", 0, 9) == Reading(4, 2)


def test_windows_hold_the_calls_of_earlier_measurements() -> None:
    made = backend("answered 1", "failed 2")
    assert made.measure(Measure.ERRORS, "1", 0, 0) == Reading(2, 1)
    assert made.measure(Measure.ERRORS, "1", 0, 60) == Reading(2, 1)
    assert made.measure(Measure.ERRORS, "1", 0, 120) == Reading(4, 2)
    # Sixty seconds, sixty seconds apart: no call twice.
    assert made.measure(Measure.ERRORS, "1", 120, 180) == Reading(2, 1)
    assert made.measure(Measure.ERRORS, "2", 120, 180) == Reading(2, 1)
    assert made.measure(Measure.ERRORS, "1", 0, 240) == Reading(8, 4)


def test_several_measures_share_a_round_of_calls() -> None:
    caller = Caller(answered)
    made = ProbesBackend(PLACE, Probes(events=("answered 1", "failed 5"), calls=4), caller)
    assert made.measure(Measure.ERRORS, "1", 0, 60) == Reading(4, 2)
    assert made.measure(Measure.P99, "1", 0, 61) == Reading(4, value=5)
    assert made.measure(Measure.THROTTLES, "1", 0, 62) == Reading(4, 0)
    assert len(caller.asked) == 4
    # The first that is asked for again begins the next round, and so does a window that the last one is not in.
    assert made.measure(Measure.P99, "1", 0, 120) == Reading(8, value=5)
    assert made.measure(Measure.ERRORS, "1", 0, 121) == Reading(8, 4)
    assert len(caller.asked) == 8
    assert made.measure(Measure.THROTTLES, "1", 120, 180) == Reading(4, 0)
    assert len(caller.asked) == 12


def test_a_version_that_is_asked_later_catches_up() -> None:
    caller = Caller(answered)
    made = ProbesBackend(PLACE, Probes(events=("answered 1",), calls=10), caller)
    for until in (60, 120, 180):
        made.measure(Measure.ERRORS, "2", 0, until)
    assert made.measure(Measure.ERRORS, "1", 60, 181) == Reading(20, 0)
    assert made.measure(Measure.ERRORS, "1", 0, 240) == Reading(30, 0)
    for until in range(300, 2100, 60):
        made.measure(Measure.ERRORS, "2", 0, until)
    # By so many at once at most.
    assert made.measure(Measure.ERRORS, "1", 0, 2100) == Reading(130, 0)


def test_no_more_than_five_calls_run_at_once() -> None:
    running, most, gate, lock = 0, 0, threading.Barrier(5, timeout=10), threading.Lock()

    def slow(_version: str, _event: str) -> CallAnswer:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        gate.wait()
        with lock:
            running -= 1
        return CallAnswer(Ending.ANSWERED, "", 1)

    assert backend("x", calls=20, answering=slow).measure(Measure.ERRORS, "1", 0, 9) == Reading(20, 0)
    assert most == 5


def test_a_cloud_that_refuses_is_no_failure_and_ends_the_round() -> None:
    caller = Caller(answered)
    refusal = CloudAnswerError("no right to call it")
    made = ProbesBackend(PLACE, Probes(events=("answered 1",), calls=100), caller)

    def refused(_version: str, event: str) -> CallAnswer:
        if len(caller.asked) > 3:
            raise refusal
        return answered("1", event)

    caller.answering = refused
    with pytest.raises(CloudAnswerError) as caught:
        made.measure(Measure.ERRORS, "1", 0, 1)
    assert caught.value is refusal
    assert len(caller.asked) < 20
    before = len(caller.asked)
    caller.answering = answered
    # What was answered meanwhile counts.
    found = made.measure(Measure.ERRORS, "1", 0, 2)
    assert found is not None
    assert found.failures == 0
    assert 100 <= found.count < 100 + before


def test_no_call_is_begun_once_the_cloud_refused_one() -> None:
    def refused(_version: str, event: str) -> CallAnswer:
        if event == "first":
            raise CloudAnswerError("no right to call it")
        time.sleep(0.01)
        return answered("1", event)

    caller = Caller(refused)
    made = ProbesBackend(PLACE, Probes(events=("first", *["answered"] * 99), calls=100), caller)
    with pytest.raises(CloudAnswerError):
        made.measure(Measure.ERRORS, "1", 0, 1)
    assert len(caller.asked) < 50


@pytest.mark.parametrize(
    ("source", "told"),
    [(Probes(events=()), "an event at least"), (Probes(events=("x",), expect="("), r"expect='\(' is no regular")],
)
def test_probes_that_cannot_be_are_refused(source: Probes, told: str) -> None:
    with pytest.raises(RolloutError, match=told):
        ProbesBackend(PLACE, source, Caller(answered))


def test_probes_run_no_query() -> None:
    with pytest.raises(RolloutError, match="probes tell no value"):
        backend("answered").measure(Measure.VALUE, "1", 0, 9)


# By calls that are really made.

EVENTS = tuple(json.dumps(event) for event in ({"say": "hello"}, {"say": "bye", "sleep": 0.2}, {"fail": True}))


@pytest.fixture(scope="module")
def cloud() -> Iterator[Connection]:
    with inside_of_a_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module", params=["fc", "scf"])
def called(request: pytest.FixtureRequest, cloud: Connection) -> ProbesBackend:
    source = Probes(events=EVENTS, calls=6, expect="hello|bye")
    if request.param == "scf":
        scf = VersionedFunction(cloud)
        cloud.ask("PUT", "/version-faults", json=fault("tencent", f"default/{scf.name}"))
        return ProbesBackend(scf.place, source, ScfCaller(scf.session))
    fc = VersionedFcFunction(cloud)
    cloud.ask("PUT", "/version-faults", json=fault("alibaba", fc.name))
    return ProbesBackend(fc.place, source, FcCaller(fc.session))


def fault(cloud: str, function: str) -> dict[str, object]:
    """Version 2 fails each call."""
    return {"cloud": cloud, "function": function, "version": "2", "errors": 1}


def test_versions_of_both_clouds_are_measured(called: ProbesBackend) -> None:
    assert called.measure(Measure.ERRORS, "1", 0, 1) == Reading(6, 2)
    assert called.measure(Measure.ERRORS, "2", 0, 1) == Reading(6, 6)
    slowest = called.measure(Measure.P99, "1", 1, 2)
    assert slowest is not None
    assert slowest.count == 6
    assert slowest.value is not None
    assert 200 <= slowest.value < 5000
    assert called.late == 0
    with pytest.raises(CloudAnswerError, match="InvokeFunction"):
        called.measure(Measure.ERRORS, "3", 0, 1)
    assert probes._TIMEOUT == 60
