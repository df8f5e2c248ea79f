"""One right each is enough for Tencent's backends and for probes, by temporary credentials, and none is not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest

from support.scf_logged import Logged
from support.scf_versions import inside_of_a_cloud
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.rollout.callers.scf import ScfCaller
from yunfn.rollout.metric import ClsLogs, Measure, MetricsBackend, Probes, Reading
from yunfn.rollout.metrics.cls import ClsBackend
from yunfn.rollout.metrics.probes import ProbesBackend
from yunfn.rollout.metrics.tencent_monitor import TencentMonitorBackend
from yunfn.storage.tencent_session import TencentSession

Make = Callable[[Logged, TencentSession], MetricsBackend]


@pytest.fixture(scope="module")
def cloud() -> Iterator[Connection]:
    with inside_of_a_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def function(cloud: Connection) -> Logged:
    return Logged(cloud)


def monitor(function: Logged, session: TencentSession) -> MetricsBackend:
    return TencentMonitorBackend(session, function.place)


def logs(function: Logged, session: TencentSession) -> MetricsBackend:
    return ClsBackend(session, function.place, ClsLogs(topic=function.topic))


def probes(function: Logged, session: TencentSession) -> MetricsBackend:
    return ProbesBackend(function.place, Probes(events=("{}",), calls=2), ScfCaller(session))


def allowed(function: Logged, action: str, resource: str) -> TencentSession:
    """Temporary credentials that may do one thing."""
    statement = {"effect": "allow", "action": [action], "resource": [resource]}
    policy = quote(json.dumps({"version": "2.0", "statement": [statement]}))
    given = function.ask("GetFederationToken", "sts", Name="watcher", Policy=policy, DurationSeconds=1800)
    key = given["Credentials"]
    return replace(function.session, secret_id=key["TmpSecretId"], secret_key=key["TmpSecretKey"], token=key["Token"])


def _minutes(function: Logged) -> tuple[float, float]:
    return function.since // 60 * 60, function.until // 60 * 60 + 60


CASES = [
    pytest.param(monitor, "monitor:GetMonitorData", lambda _: "*", Reading(4, 2), id="monitor"),
    pytest.param(
        logs, "cls:SearchLog",
        lambda one: f"qcs::cls:{one.session.region}:uin/{one.uin}:topic/{one.topic}", Reading(4, 2), id="logs",
    ),
    pytest.param(
        probes, "scf:InvokeFunction",
        lambda one: f"qcs::scf:{one.session.region}:uin/{one.uin}:namespace/default/function/{one.name}",
        Reading(2, 0), id="probes",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("make", "action", "resource", "expected"), CASES)
def test_one_right_is_enough_and_needed(
    function: Logged, make: Make, action: str, resource: Callable[[Logged], str], expected: Reading
) -> None:
    since, until = _minutes(function)
    found = make(function, allowed(function, action, resource(function))).measure(Measure.ERRORS, "4", since, until)
    assert found == expected
    nothing = make(function, allowed(function, "cos:GetObject", "*"))
    with pytest.raises(CloudAnswerError, match=rf"{action.split(':')[1]}: (UnauthorizedOperation|AuthFailure)"):
        nothing.measure(Measure.ERRORS, "4", since, until)
