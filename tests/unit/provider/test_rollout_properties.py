"""The rollout that an alias declares: its check, what a preview foretells, and credentials that end too soon."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from yunfn.exceptions import EndingCredentialsError, ValidationError
from yunfn.provider import credentials_end
from yunfn.provider.properties import UNKNOWN, Properties, decode, encode
from yunfn.provider.rollout_properties import bucket_of, foretold, rollout_failures, specification_of
from yunfn.provider.rollout_told import last_rollout, settled
from yunfn.provider.session import Sessions
from yunfn.rollout.event import AliasPlace, Began, Command, Commanded, Ended, Shifted
from yunfn.rollout.hook import FunctionCall, Gate, HttpCall, Moment
from yunfn.rollout.metric import Comparison, Conditions, Measure, Metric, Probes, RequestMetrics
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import canary, linear, steps
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import begin, fold

PLACE = AliasPlace("alibaba", "1", "cn-shanghai", "", "f", "live")
CANARY = Specification(bucket="b", steps=canary(Decimal(10), 1))

FULL = Specification(
    bucket="b",
    steps=steps([Decimal(1), Decimal("12.5")], 90.0),
    metrics=(
        Metric(name="errors", measure=Measure.ERRORS, source=Probes(events=("{}",)), rule=Comparison(missed=0.002)),
        Metric(
            name="slow",
            measure=Measure.P95,
            source=RequestMetrics(project="p", logstore="l"),
            rule=Conditions(success="<= 300"),
            window=300.0,
        ),
    ),
    hooks=(
        FunctionCall(name="smoke", moment=Moment.BEFORE, event="{}"),
        HttpCall(name="told", moment=Moment.AFTER, url="https://x.example", statuses=(200, 204)),
    ),
    gates=(Gate(Decimal("0.5")),),
    wait=30.0,
    logs=("p", "l"),
)


def written(specification: Specification) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(specification))
    return made


def wired(values: dict[str, Any], secrets: tuple[str, ...] = ()) -> Properties:
    """As the values arrive at the plugin: every number is a float."""
    return decode(encode(values, secrets))


def failures(rollout: Any, **more: Any) -> dict[str, str]:
    inputs = wired({"versionId": "3", "rollout": rollout, **more})
    return {each.property: each.reason for each in rollout_failures(inputs, "versionId", "additionalVersionWeight")}


def changed(path: str, value: Any) -> dict[str, Any]:
    """FULL with another value at ``path``."""
    made = copy.deepcopy(written(FULL))
    *folders, name = path.split(".")
    at: Any = made
    for each in folders:
        at = at[int(each)] if each.isdigit() else at[each]
    at[name] = value
    return made


def test_every_part_arrives_as_it_was_declared() -> None:
    assert specification_of(wired({"rollout": written(FULL)})) == FULL
    assert specification_of(wired({})) is None
    assert failures(written(FULL)) == {}


@pytest.mark.parametrize(
    ("path", "value", "property", "said"),
    [
        ("steps.0.seconds", "long", "rollout.steps[0].seconds", "expected `float`, got `str`"),
        ("steps.0.weight", "0", "rollout.steps[0].weight", "must be above 0 and below 1, not 0"),
        ("steps.1.weight", "1", "rollout.steps[1].weight", "must be above 0 and below 1, not 1"),
        ("steps.1.seconds", -1, "rollout.steps[1].seconds", "must not be negative, not -1"),
        ("steps.1.weight", "0.01", "rollout.steps", "must have growing weights"),
        ("metrics.1.name", "errors", "rollout.metrics", "must have different names"),
        ("metrics.0.source.calls", 1.5, "rollout.metrics[0].source.calls", "expected `int`, got `float`"),
        ("metrics.0.measure", "luck", "rollout.metrics[0].measure", "invalid enum value 'luck'"),
        ("bucket", "", "rollout.bucket", "must not be empty"),
        ("stepz", [], "rollout", "object contains unknown field `stepz`"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(path: str, value: Any, property: str, said: str) -> None:
    assert failures(changed(path, value)) == {property: said}


def test_what_is_not_known_yet_is_no_fault() -> None:
    assert failures(changed("bucket", UNKNOWN)) == {}
    assert failures(UNKNOWN) == {}
    assert failures(written(FULL), versionId=UNKNOWN) == {}


def test_a_secret_a_second_version_or_one_that_changes_by_itself_is_refused() -> None:
    inputs = wired({"versionId": "3", "rollout": written(FULL)}, ("rollout",))
    (refused,) = rollout_failures(inputs, "versionId")
    assert (refused.property, "environment variables" in refused.reason) == ("rollout", True)
    weights = failures(written(FULL), additionalVersionWeight={"2": 0.5})
    assert weights == {
        "additionalVersionWeight": "does not go with a rollout, which makes the second version serve itself"
    }
    assert failures(written(FULL), additionalVersionWeight={}) == {}
    for latest in ("LATEST", "$LATEST"):
        said = f"{latest} changes by itself: only a published version is rolled out in steps"
        assert failures(written(FULL), versionId=latest) == {"versionId": said}
        assert failures(written(Specification(bucket="b")), versionId=latest) == {}


@pytest.mark.parametrize(
    ("plan", "version", "said"),
    [
        (canary(Decimal(10), 600), "4", "will shift 3 → 4: 10 % for 10 min, then all: 10 min at least"),
        (
            linear(Decimal(25), 60),
            UNKNOWN,
            "will shift 3 → a new version: 25, 50, 75 % for 1 min each, then all: 3 min at least",
        ),
        ((), "4", "will shift 3 → 4: all at once"),
    ],
)
def test_a_preview_tells_steps_and_length(plan: Any, version: Any, said: str) -> None:
    rollout = wired({"rollout": written(Specification(bucket="b", steps=plan))})["rollout"]
    assert foretold(rollout, "3", version) == [said]
    for later in ({"bucket": UNKNOWN}, {"logs": [UNKNOWN]}, {"hooks": [{"type": "function", "event": UNKNOWN}]}):
        assert foretold({**rollout, **later}, "3", version) == [said]
    assert foretold({**rollout, "steps": UNKNOWN}, "3", "4") == ["will shift 3 → 4"]
    assert foretold(rollout, "4", "4") == []
    assert foretold(None, "3", "4") == []


@pytest.mark.parametrize(
    ("before", "version", "said"),
    [
        (
            "3",
            "4",
            "will go on with rollout 7 of 4, which is at 10 %, by the steps it began with: 10 % for 1 s, then all",
        ),
        (
            "4",
            "4",
            "will go on with rollout 7 of 4, which is at 10 %, by the steps it began with: 10 % for 1 s, then all",
        ),
        ("3", "3", "will end rollout 7 of 4, which is at 10 %: all to 3"),
        ("3", "5", "will end rollout 7 of 4, which is at 10 %, and shift 3 → 5 from the first step"),
        ("3", UNKNOWN, "will end rollout 7 of 4, which is at 10 %, and shift 3 → a new version from the first step"),
    ],
)
def test_a_preview_tells_what_becomes_of_one_that_has_not_ended(before: str, version: Any, said: str) -> None:
    rollout = wired({"rollout": written(Specification(bucket="b", steps=canary(Decimal(50), 9)))})["rollout"]
    state = begin(7, Began(at=1.0, alias=PLACE, stable="3", candidate="4", specification=CANARY))
    shifted = Shifted(at=2.0, step=0, routing=Routing("3", "4", Decimal("0.1")))
    last = last_rollout(fold(state, [shifted]))
    assert foretold(rollout, before, version, last) == [said]
    to = "a new version" if version is UNKNOWN else version
    at_once = f"will end rollout 7 of 4, which is at 10 %: all to {to} at once, judged by nothing"
    assert foretold(None, before, version, last) == [at_once]


def test_a_preview_tells_of_a_rejected_candidate_until_somebody_says_retry() -> None:
    rollout = written(CANARY)
    state = begin(7, Began(at=1.0, alias=PLACE, stable="3", candidate="4", specification=CANARY))
    ended = fold(state, [Ended(at=2.0, phase=Phase.FAILED, reason="errors: 20 %")])
    told = last_rollout(ended)
    said = "will fail: 4 was rejected by rollout 7: errors: 20 %. Change it, or say yunfn rollout retry"
    assert foretold(rollout, "3", "4", told) == [said]
    assert foretold(rollout, "3", "5", told) == ["will shift 3 → 5: 10 % for 1 s, then all: 1 s at least"]
    assert not settled(told)
    again = last_rollout(fold(ended, [Commanded(at=3.0, command=Command.RETRY)]))
    assert settled(again)
    assert foretold(rollout, "3", "4", again) == ["will shift 3 → 4: 10 % for 1 s, then all: 1 s at least"]


def test_the_bucket_of_any_state() -> None:
    assert bucket_of({"rollout": {"bucket": "b"}}) == "b"
    assert [bucket_of(each) for each in ({}, {"rollout": None}, {"rollout": {"bucket": UNKNOWN}})] == ["", "", ""]


NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def test_credentials_must_see_the_end_of_a_rollout_and_of_its_restoration() -> None:
    end = credentials_end.end_of("2026-11-22T04:10:00Z", "X")
    credentials_end.refuse_ending("live", end, 480.0, NOW.timestamp())
    credentials_end.refuse_ending("live", None, 1e9, NOW.timestamp())
    with pytest.raises(EndingCredentialsError) as refused:
        credentials_end.refuse_ending("live", end, 481.0, NOW.timestamp())
    assert str(refused.value).startswith(
        "live: the credentials end at 2026-11-22T04:10:00Z, in 10 min, but the rollout takes 10 min 1 s with what "
        "putting stable back may take. Nothing was shifted."
    )


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-22T04:10:00", "1700000000"])
def test_an_end_that_is_none_is_told_by_its_name(text: str) -> None:
    with pytest.raises(ValidationError, match="YUNFN_CREDENTIALS_EXPIRATION='"):
        credentials_end.end_of(text, credentials_end.VARIABLE)


def test_the_end_is_that_of_the_key_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(credentials_end.VARIABLE, "2026-11-22T04:00:00+00:00")
    environments, own = Sessions(Properties({})), Sessions(Properties({"accessKey": "a", "secretKey": "s"}))
    assert [environments.expiration(cloud) for cloud in ("alibaba", "tencent")] == [NOW, NOW]
    assert [own.expiration(cloud) for cloud in ("alibaba", "tencent")] == [None, NOW]
    given = {"secretId": "a", "secretKey": "s", "expiration": "2026-11-22T05:00:00+01:00"}
    assert Sessions(Properties(given)).expiration("tencent") == NOW
