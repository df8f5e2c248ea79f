"""What strategies declare is what the plugin reads; what cannot be carried out is refused by its property."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pulumi
import pytest

from yunfn import alibaba, tencent
from yunfn.alibaba import (
    AllAtOnce,
    Canary,
    CloudMonitor,
    Duration,
    ErrorRate,
    FunctionHook,
    Gate,
    HttpHook,
    Linear,
    Probes,
    Prometheus,
    Query,
    RequestMetrics,
    Steps,
    Throttles,
)
from yunfn.exceptions import ValidationError
from yunfn.program.rollout.strategies import Strategy, as_strategy
from yunfn.program.rollout.wire import wire
from yunfn.rollout import hook, metric
from yunfn.rollout.plan import Step
from yunfn.rollout.specification import Specification

LOGS = ["project", "functions"]
DEFAULTS = {each: CloudMonitor() for each in (metric.Measure.ERRORS, metric.Measure.THROTTLES)} | {
    each: RequestMetrics() for each in (metric.Measure.P50, metric.Measure.P95, metric.Measure.P99)
}


def wired(strategy: Strategy, **changes: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {"bucket": "artifacts", "defaults": DEFAULTS, "logs": LOGS}
    return strategy.specification("live", **(settings | changes))


def specified(strategy: Strategy, **changes: Any) -> Specification:
    """As the plugin reads it."""
    return msgspec.convert(wired(strategy, **changes), Specification)


def weights(strategy: Strategy) -> list[str]:
    return [str(each.weight) for each in specified(strategy).steps]


FULL = Steps(
    [1, "12.5", Decimal(50)],
    "5m",
    analysis=[
        ErrorRate(),
        ErrorRate(name="strict", increase=1, false_rollback=0.05, missed=0.01,
                  source=Probes([{"ping": 1}, "x"], calls=3)),
        Throttles(success="<= 1 %", failure="> 2 %", of="difference", dry_run=True, failure_limit=2),
        Duration("p95", success="<= 300", window="5m", interval=30, minimum=5, inconclusive_limit=3, error_limit=1),
        Duration("p99", failure="> 1.5", of="ratio", source=RequestMetrics(alibaba.Logstore(
            project_name="other", logstore_name="lines"))),
        Query(name="queue", source=Prometheus("https://prometheus.example", "q", token_variable="TOKEN"),
              success="< 5"),
    ],
    hooks=[
        FunctionHook("before", event={"check": True}, expect="ok", timeout="30s"),
        FunctionHook("after", function="smoke", qualifier="live", name="smoke"),
        HttpHook("step", "https://ci.example/step", headers={"X-My_Team": "a"},
                 headers_from={"Authorization": "CI_TOKEN"}),
        HttpHook("rollback", "https://ci.example/back", method="PUT", body="b", statuses=[200, 204], name="back"),
    ],
    gates=[Gate(50), Gate.before_promotion()],
    wait="1h",
    pause_limit="2h",
    patience=60,
)  # fmt: skip


def test_all_of_it_reaches_the_plugin() -> None:
    source = metric.CloudMonitor()
    assert specified(FULL) == Specification(
        bucket="artifacts",
        steps=tuple(Step(Decimal(weight), 300.0) for weight in ("0.01", "0.125", "0.5")),
        metrics=(
            metric.Metric(name="errors", measure=metric.Measure.ERRORS, source=source),
            metric.Metric(
                name="strict",
                measure=metric.Measure.ERRORS,
                source=metric.Probes(events=('{"ping":1}', "x"), calls=3),
                rule=metric.Comparison(increase=Decimal("0.01"), false_rollback=0.05, missed=0.01),
            ),
            metric.Metric(
                name="throttles",
                measure=metric.Measure.THROTTLES,
                source=source,
                rule=metric.Conditions(success="<= 1 %", failure="> 2 %", of=metric.Relation.DIFFERENCE),
                dry_run=True,
                failure_limit=2,
            ),
            metric.Metric(
                name="p95",
                measure=metric.Measure.P95,
                source=metric.RequestMetrics(project="project", logstore="functions"),
                rule=metric.Conditions(success="<= 300"),
                window=300.0,
                interval=30.0,
                minimum=5,
                inconclusive_limit=3,
                error_limit=1,
            ),
            metric.Metric(
                name="p99",
                measure=metric.Measure.P99,
                source=metric.RequestMetrics(project="other", logstore="lines"),
                rule=metric.Conditions(failure="> 1.5", of=metric.Relation.RATIO),
            ),
            metric.Metric(
                name="queue",
                measure=metric.Measure.VALUE,
                source=metric.Prometheus(address="https://prometheus.example", query="q", token_variable="TOKEN"),
                rule=metric.Conditions(success="< 5"),
                minimum=1,
            ),
        ),
        hooks=(
            hook.FunctionCall(
                name="before-1", moment=hook.Moment.BEFORE, timeout=30.0, expect="ok", event='{"check":true}'
            ),
            hook.FunctionCall(name="smoke", moment=hook.Moment.AFTER, function="smoke", qualifier="live"),
            hook.HttpCall(
                name="step-3",
                moment=hook.Moment.STEP,
                url="https://ci.example/step",
                headers={"X-My_Team": "a"},
                headers_from={"Authorization": "CI_TOKEN"},
            ),
            hook.HttpCall(
                name="back",
                moment=hook.Moment.ROLLBACK,
                url="https://ci.example/back",
                method="PUT",
                body="b",
                statuses=(200, 204),
            ),
        ),
        gates=(hook.Gate(weight=Decimal("0.5")), hook.Gate(weight=Decimal(1))),
        wait=3600.0,
        pause_limit=7200.0,
        patience=60.0,
        logs=("project", "functions"),
    )


def test_the_wire_is_what_msgspec_writes() -> None:
    specification = specified(FULL)

    def without_none(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: without_none(each) for name, each in value.items() if each is not None}
        return [without_none(each) for each in value] if isinstance(value, list) else value

    assert wired(FULL) == wire(specification) == without_none(msgspec.json.decode(msgspec.json.encode(specification)))


async def test_the_address_of_a_prometheus_may_come_later_and_is_checked_then() -> None:
    def declared(address: str) -> Any:
        source = Prometheus(pulumi.Output.from_input(address), "q", token_variable="TOKEN")
        strategy = tencent.Canary(10, "10m", analysis=[tencent.Query(name="queue", source=source, success="< 3")])
        return strategy.specification("live", bucket="b", defaults={})["metrics"][0]["source"]["address"]

    assert await declared("https://prometheus.example").future() == "https://prometheus.example"
    with pytest.raises(ValidationError, match=r"https://prometheus\.example.*no user and password") as caught:
        await declared("https://me:hidden@prometheus.example").future()
    assert "hidden" not in str(caught.value)
    with pytest.raises(ValidationError, match="by https:// only"):
        await declared("http://prometheus.example").future()


async def test_an_output_stays_one_by_itself() -> None:
    topic = pulumi.Output.from_input("topic")
    strategy = tencent.Canary(10, "10m", analysis=[tencent.Duration("p50", success="< 9")])
    found = strategy.specification(
        "live", bucket="b", defaults={metric.Measure.P50: tencent.RequestLogs()}, logs=[topic]
    )
    assert (
        found["metrics"][0]["source"] == {"type": "cls", "topic": topic}
        or found["metrics"][0]["source"]["topic"] is topic
    )
    assert found["logs"][0] is topic
    assert found["steps"] == [{"weight": "0.1", "seconds": 600.0}]


async def test_an_event_may_have_outputs_in_it() -> None:
    late = pulumi.Output.from_input("a")
    probes = Probes([{"deep": [late, 1]}, "text", late])
    hooks = [FunctionHook("before", event={"table": late}), FunctionHook("step", event=[1])]
    found = wired(Canary(10, "10m", analysis=[ErrorRate(source=probes)], hooks=hooks))
    events = found["metrics"][0]["source"]["events"]
    assert [await each.future() for each in (events[0], events[2])] == ['{"deep":["a",1]}', "a"]
    assert events[1] == "text"
    assert await found["hooks"][0]["event"].future() == '{"table":"a"}'
    assert found["hooks"][1]["event"] == "[1]"


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (AllAtOnce(), []),
        (Canary(10, "10m"), ["0.1"]),
        (Canary("0.5", 1), ["0.005"]),
        (Linear(10, "1m"), [f"0.{each}" for each in range(1, 10)]),
        (Linear(30, "1m"), ["0.3", "0.6", "0.9"]),
        (Linear(33.4, "1m"), ["0.334", "0.668"]),
        (Steps([1, 5, 20, 50], "5m"), ["0.01", "0.05", "0.2", "0.5"]),
        (alibaba.Canary10Percent30Minutes(), ["0.1"]),
        (alibaba.Linear10PercentEvery10Minutes(wait=False), [f"0.{each}" for each in range(1, 10)]),
    ],
)
def test_weights_are_exact(strategy: Strategy, expected: list[str]) -> None:
    assert weights(strategy) == expected


@pytest.mark.parametrize("minutes", [5, 10, 15, 30])
def test_presets_are_what_they_are_called(minutes: int) -> None:
    strategy = getattr(alibaba, f"Canary10Percent{minutes}Minutes")()
    assert specified(strategy).steps == (Step(Decimal("0.1"), minutes * 60.0),)


@pytest.mark.parametrize("minutes", [1, 2, 3, 10])
def test_linear_presets_too(minutes: int) -> None:
    strategy = getattr(alibaba, f"Linear10PercentEvery{minutes}Minute{'s' if minutes > 1 else ''}")()
    assert [each.seconds for each in specified(strategy).steps] == [minutes * 60.0] * 9


def test_what_is_left_out_is_the_types_default() -> None:
    found = specified(Canary(10, "10m"))
    assert found == Specification(
        bucket="artifacts",
        steps=found.steps,
        metrics=(metric.Metric(name="errors", measure=metric.Measure.ERRORS, source=metric.CloudMonitor()),),
        logs=("project", "functions"),
    )
    assert specified(Canary(10, "10m", analysis=[])).metrics == ()
    assert specified(Canary(10, "10m", wait=False)).wait == 0.0
    assert specified(AllAtOnce()).metrics == ()


PROBES = Probes(["{}"])
WRONG: list[tuple[str, Callable[[], Strategy]]] = [
    ("weight", lambda: Canary(100, "10m")),
    ("bake", lambda: Canary(10, "soon")),
    ("step", lambda: Linear(0.5, "1m")),
    ("every", lambda: Linear(10, "-1m")),
    ("weights", lambda: Steps([], "1m")),
    ("weights", lambda: Steps([5, 5], "1m")),
    ("weights", lambda: Steps([50, 5], "1m")),
    ("weights", lambda: Steps("50", "1m")),
    ("analysis", lambda: AllAtOnce(analysis=[ErrorRate()])),
    ("analysis", lambda: Canary(10, 60, analysis=[ErrorRate(), ErrorRate()])),
    ("analysis", lambda: Canary(10, 60, analysis=[ErrorRate])),  # type: ignore[list-item]
    ("analysis", lambda: Canary(10, 60, analysis=ErrorRate())),  # type: ignore[arg-type]
    ("hooks", lambda: Canary(10, 60, hooks=[Gate(5)])),  # type: ignore[list-item]
    ("gates", lambda: Canary(10, 60, gates=[50])),  # type: ignore[list-item]
    ("wait", lambda: Canary(10, 60, wait="later")),
    ("pause_limit", lambda: Canary(10, 60, pause_limit=-1)),
    ("patience", lambda: Canary(10, 60, patience="")),
    ("hooks", lambda: Canary(10, 60, hooks=[FunctionHook("after", name="a"), FunctionHook("step", name="a")])),
    ("hooks", lambda: Canary(10, 60, hooks=[FunctionHook("after", namespace="prod")])),
    ("moment", lambda: Canary(10, 60, hooks=[FunctionHook("between")])),  # type: ignore[arg-type]
    ("expect", lambda: Canary(10, 60, hooks=[FunctionHook("after", expect="(")])),
    ("timeout", lambda: Canary(10, 60, hooks=[FunctionHook("after", timeout="2h")])),
    ("url", lambda: Canary(10, 60, hooks=[HttpHook("after", "ci.example/done")])),
    ("url", lambda: Canary(10, 60, hooks=[HttpHook("after", "https://ann:hunter2@ci.example/done")])),
    ("method", lambda: Canary(10, 60, hooks=[HttpHook("after", "https://ci.example", method="post")])),
    ("statuses", lambda: Canary(10, 60, hooks=[HttpHook("after", "https://ci.example", statuses=[20])])),
    ("headers", lambda: Canary(10, 60, hooks=[HttpHook("after", "https://c", headers={"authorization": "Bearer x"})])),
    ("headers_from", lambda: Canary(10, 60, hooks=[HttpHook("after", "https://c", headers_from={"A": "Bearer x"})])),
    ("headers_from",
     lambda: Canary(10, 60, hooks=[HttpHook("after", "https://c", headers={"a": "x"}, headers_from={"A": "X"})])),
    ("percent", lambda: Canary(10, 60, gates=[Gate(0)])),
    ("name", lambda: Canary(10, 60, analysis=[ErrorRate(name=" ")])),
    ("minimum", lambda: Canary(10, 60, analysis=[ErrorRate(minimum=0)])),
    ("failure_limit", lambda: Canary(10, 60, analysis=[ErrorRate(failure_limit=-1)])),
    ("interval", lambda: Canary(10, 60, analysis=[ErrorRate(interval=0)])),
    ("window", lambda: Canary(10, 60, analysis=[ErrorRate(window="0s")])),
    ("increase", lambda: Canary(10, 60, analysis=[ErrorRate(increase=0)])),
    ("missed", lambda: Canary(10, 60, analysis=[ErrorRate(missed=0)])),
    ("false_rollback", lambda: Canary(10, 60, analysis=[ErrorRate(false_rollback=0.5)])),
    ("of", lambda: Canary(10, 60, analysis=[ErrorRate(of="ratio")])),
    ("of", lambda: Canary(10, 60, analysis=[Duration("p95", success="< 3", of="sum")])),  # type: ignore[arg-type]
    ("success", lambda: Canary(10, 60, analysis=[Duration("p95")])),
    ("success", lambda: Canary(10, 60, analysis=[Duration("p95", success="300 ms")])),
    ("failure", lambda: Canary(10, 60, analysis=[Duration("p95", success="<= 300", failure="> 200")])),
    ("failure", lambda: Canary(10, 60, analysis=[Duration("p95", success="<= 300", failure=">= 300")])),
    ("percentile", lambda: Canary(10, 60, analysis=[Duration("p90", success="< 3")])),  # type: ignore[arg-type]
    ("measure", lambda: Canary(10, 60, analysis=[Throttles(source=RequestMetrics())])),
    ("source", lambda: Canary(10, 60, analysis=[Query(name="q", source=PROBES, success="< 3")])),
    ("samples", lambda: Canary(10, 60, analysis=[ErrorRate(source=Prometheus("https://p", "q"))])),
    ("address", lambda: Canary(10, 60, analysis=[Query(name="q", source=Prometheus("p", "q"), success="< 3")])),
    ("query", lambda: Canary(10, 60, analysis=[Query(name="q", source=Prometheus("https://p", " "), success="< 3")])),
    ("token_variable", lambda: Canary(10, 60, analysis=[Query(
        name="q", source=Prometheus("https://p", "q", token_variable="ey.J0"), success="< 3")])),
    ("events", lambda: Canary(10, 60, analysis=[ErrorRate(source=Probes([]))])),
    ("calls", lambda: Canary(10, 60, analysis=[ErrorRate(source=Probes(["x"], calls=0))])),
    ("calls", lambda: Canary(10, 60, analysis=[ErrorRate(source=Probes(["x"], calls=1001))])),
    ("calls", lambda: Canary(10, 60, analysis=[ErrorRate(source=Probes(["x"], calls=2.5))])),  # type: ignore[arg-type]
    ("expect", lambda: Canary(10, 60, analysis=[ErrorRate(source=Probes(["x"], expect="["))])),
]  # fmt: skip


@pytest.mark.parametrize(("property", "made"), WRONG, ids=[f"{number}-{each[0]}" for number, each in enumerate(WRONG)])
def test_what_cannot_be_is_refused_by_its_property(property: str, made: Callable[[], Strategy]) -> None:
    with pytest.raises(ValidationError) as raised:
        wired(made())
    assert raised.value.property == property
    assert "hunter2" not in str(raised.value)
    assert "ey.J0" not in str(raised.value)


def test_request_metrics_need_logs() -> None:
    with pytest.raises(ValidationError, match="log_project"):
        wired(Canary(10, 60, analysis=[Duration("p95", success="< 3")]), logs=[])
    with pytest.raises(ValidationError, match="log_project"):
        tencent.Canary(10, 60, analysis=[tencent.Duration("p95", success="< 3")]).specification(
            "live", bucket="b", defaults={metric.Measure.P95: tencent.RequestLogs()}
        )


def test_touching_conditions_are_fine() -> None:
    strategy = Canary(10, 60, analysis=[Duration("p95", success="<= 300", failure="> 300")])
    assert specified(strategy).metrics[0].rule == metric.Conditions(success="<= 300", failure="> 300")


@pytest.mark.parametrize("wrong", [alibaba.Canary10Percent5Minutes, Canary, "canary", {"steps": []}])
def test_what_is_no_strategy_is_told_so(wrong: object) -> None:
    with pytest.raises(ValidationError, match=r"Canary10Percent5Minutes\(\)"):
        as_strategy("live", wrong)


def test_hooks_of_scf_name_a_namespace() -> None:
    found = specified(Canary(10, 60, hooks=[FunctionHook("after", namespace="prod")]), namespaces=True)
    assert found.hooks == (hook.FunctionCall(name="after-1", moment=hook.Moment.AFTER, namespace="prod"),)
