"""``yunfn:scf:Trigger`` at the provider's interface, over a local cloud."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.scf_function import LiveFunction
from support.scf_plugin import INTERNAL, LOST, REGION, THROTTLED, Failure, ScfPlugin, urn_of
from yunfn.exceptions import CloudAnswerError
from yunfn.provider.mark import mark_of
from yunfn.provider.properties import UNKNOWN

TOKEN = "yunfn:scf:Trigger"
pytestmark = pytest.mark.usefixtures("quick_retries")
DENIED = CloudAnswerError("UnauthorizedOperation.CAM: no", code="UnauthorizedOperation.CAM", status=200)
CRON = "0 0 9 * * * *"
KAFKA = {"instanceId": "ckafka-1a2b", "topicName": "a-topic"}
CORS = {"origins": ["https://a.b"], "methods": ["GET", "PUT"], "headers": ["x-a"], "exposeHeaders": ["x-b"]}
TYPES = ["timer", "cos", "ckafka", "cls", "http"]


@pytest.fixture(scope="module")
def function(scf_of_module: ScfPlugin) -> LiveFunction:
    """A function with the aliases a and b."""
    made = LiveFunction(scf_of_module)
    for alias in ("a", "b"):
        made.ask("CreateAlias", Name=alias, FunctionVersion="$LATEST")
    return made


@pytest.fixture(scope="module")
def bucket(scf_of_module: ScfPlugin) -> str:
    return scf_of_module.bucket().name


@pytest.fixture
def settings(bucket: str) -> dict[str, dict[str, Any]]:
    """What each type of trigger is told."""
    return {
        "timer": {"triggerName": "t", "timer": {"cron": CRON, "customArgument": "a b"}},
        "cos": {"cos": {"bucket": bucket, "event": "cos:ObjectCreated:*", "prefix": "a/"}},
        "ckafka": {"ckafka": KAFKA},
        "cls": {"cls": {"topicId": "1-2-3", "maxWait": 30.0}},
        "http": {"triggerName": "url", "http": {"authType": "NONE"}},
    }


def found_of(function: LiveFunction, kind: str) -> list[dict[str, Any]]:
    return [each for each in function.ask("ListTriggers", Limit=100)["Triggers"] if each["Type"] == kind]


def settled(scf: ScfPlugin, id: str, outputs: Any, wanted: dict[str, Any]) -> bool:
    """Whether a refresh and the next run see no change."""
    found = scf.read(TOKEN, id, outputs, wanted)
    assert found is not None
    assert dict(found[1]) == dict(outputs)
    return not scf.diff(TOKEN, found[0], wanted, outputs)


@pytest.mark.parametrize("kind", TYPES)
def test_a_trigger_is_made_found_unchanged_imported_and_deleted(
    scf: ScfPlugin, function: LiveFunction, settings: dict[str, dict[str, Any]], kind: str
) -> None:
    wanted = {**function.place, "qualifier": "a", "description": "mine", **settings[kind]}
    id, made = scf.create(TOKEN, wanted)
    assert id == f"default/{function.name}:a:{kind}:{made['triggerName']}"
    (there,) = found_of(function, kind)
    assert there["Description"] == f"mine [yunfn:{mark_of(urn_of(TOKEN))}]"
    assert (there["Qualifier"], there["Enable"]) == ("a", 1)
    assert settled(scf, id, made, wanted)
    assert (
        (made.get("url") == json.loads(there["TriggerDesc"])["NetConfig"]["ExtranetUrl"])
        if kind == "http"
        else ("url" not in made)
    )
    imported = scf.read(TOKEN, id)
    assert imported is not None
    assert dict(imported[1]) == dict(made)
    assert not scf.diff(TOKEN, imported[0], wanted)
    scf.delete(TOKEN, id, made)
    assert found_of(function, kind) == []
    assert scf.read(TOKEN, id, made, wanted) is None
    scf.delete(TOKEN, id, made)


def test_without_a_qualifier_it_goes_through_the_canary(scf: ScfPlugin, function: LiveFunction) -> None:
    wanted = {**function.place, "triggerName": "canary", "timer": {"cron": CRON}}
    id, made = scf.create(TOKEN, wanted)
    assert made["qualifier"] == "$DEFAULT"
    with scf.counted():
        scf.update(TOKEN, id, made, wanted | {"enabled": False})
        scf.delete(TOKEN, id, made)
    asked = [parameters for action, parameters in scf.asked if action.endswith("Trigger")]
    assert {each["Qualifier"] for each in asked} == {"$DEFAULT"}
    assert found_of(function, "timer") == []


CHANGES: list[tuple[str, dict[str, Any], str]] = [
    ("timer", {"timer": {"cron": "0 0 8 * * * *", "customArgument": "a b"}}, "UpdateTrigger"),
    ("timer", {"timer": {"cron": CRON}}, "UpdateTrigger"),
    ("timer", {"enabled": False}, "UpdateTrigger"),
    ("timer", {"description": "other"}, "UpdateTrigger"),
    ("ckafka", {"ckafka": {**KAFKA, "maxMsgNum": 7.0, "retry": 3.0, "timeOut": 9.0}}, "UpdateTrigger"),
    ("ckafka", {"ckafka": {**KAFKA, "offset": "earliest", "consumerGroupName": "g"}}, "UpdateTrigger"),
    ("ckafka", {"enabled": False}, "UpdateTrigger"),
    ("http", {"http": {"authType": "CAM"}}, "UpdateTrigger"),
    ("http", {"http": {"authType": "NONE", "netConfig": {"enableIntranet": True}}}, "UpdateTrigger"),
    (
        "http",
        {"http": {"authType": "NONE", "corsConfig": {**CORS, "credentials": True, "maxAge": 9.0}}},
        "UpdateTrigger",
    ),
    ("http", {"enabled": False}, "UpdateTrigger"),
    ("cos", {"enabled": False}, "UpdateTriggerStatus"),
]


@pytest.mark.parametrize(("kind", "change", "action"), CHANGES)
def test_what_can_change_is_changed_in_place_and_nothing_else_is_touched(
    scf: ScfPlugin,
    function: LiveFunction,
    settings: dict[str, dict[str, Any]],
    kind: str,
    change: dict[str, Any],
    action: str,
) -> None:
    old = {**function.place, "qualifier": "a", **settings[kind]}
    id, made = scf.create(TOKEN, old)
    wanted = old | change
    changes = scf.diff(TOKEN, old, wanted)
    assert {path.partition(".")[0] for path in changes.kinds} == set(change)
    assert not changes.replaces
    with scf.counted() as actions:
        now = scf.update(TOKEN, id, made, wanted)
    assert actions == [action, "ListTriggers"]
    assert settled(scf, id, now, wanted)
    assert now.get("url") == made.get("url")
    back = scf.update(TOKEN, id, now, old)
    assert settled(scf, id, back, old)
    scf.delete(TOKEN, id, back)


REPLACED: list[tuple[str, dict[str, Any], bool]] = [
    ("timer", {"triggerName": "u"}, True),
    ("timer", {"functionName": "g"}, False),
    ("timer", {"qualifier": "b"}, False),
    ("timer", {"namespace": "n"}, False),
    ("timer", {"region": "ap-beijing"}, False),
    ("timer", {"account": "1"}, False),
    ("timer", {"timer": None, "http": {"authType": "NONE"}}, True),
    ("cos", {"cos": {"bucket": "c-1", "event": "cos:ObjectCreated:*", "prefix": "a/"}}, True),
    ("cos", {"cos": {"bucket": "b-1", "event": "cos:ObjectRemove:*", "prefix": "a/"}}, True),
    ("cos", {"cos": {"bucket": "b-1", "event": "cos:ObjectCreated:*", "prefix": "b/"}}, True),
    ("cos", {"cos": {"bucket": "b-1", "event": "cos:ObjectCreated:*", "prefix": "a/", "suffix": "c"}}, True),
    ("cos", {"description": "other"}, True),
    # The bucket has one rule for it, whoever is called.
    ("cos", {"functionName": "g"}, True),
    ("cos", {"qualifier": "b"}, True),
    ("ckafka", {"ckafka": {**KAFKA, "topicName": "other"}}, True),
    ("ckafka", {"ckafka": {**KAFKA, "instanceId": "ckafka-9"}}, True),
    ("cls", {"cls": {"topicId": "9", "maxWait": 30.0}}, True),
    ("cls", {"cls": {"topicId": "1-2-3"}}, True),
    ("cls", {"enabled": False}, True),
    ("cls", {"description": "other"}, True),
    # A domain has to move to the new URL before the old one may go.
    ("http", {"functionName": "g"}, False),
    ("http", {"qualifier": "b"}, False),
    ("http", {"triggerName": "other"}, True),
]


@pytest.mark.parametrize(("kind", "change", "first"), REPLACED)
def test_what_cannot_change_makes_another(
    scf: ScfPlugin, settings: dict[str, dict[str, Any]], kind: str, change: dict[str, Any], first: bool
) -> None:
    place = {"account": "0", "region": REGION, "namespace": "default", "functionName": "f"}
    old = {**place, "qualifier": "a", **settings[kind]}
    if kind == "cos":
        old["cos"] = {**old["cos"], "bucket": "b-1"}
    new = {name: value for name, value in (old | change).items() if value is not None}
    changes = scf.diff(TOKEN, old, new)
    assert set(changes.replaces) == set(change)
    assert changes.delete_first == first


def test_several_triggers_of_one_bucket_are_told_apart(
    scf: ScfPlugin, function: LiveFunction, settings: dict[str, dict[str, Any]]
) -> None:
    one = {**function.place, **settings["cos"]}
    two = {**one, "cos": {**one["cos"], "prefix": "b c/"}}
    (id, first), (same, second) = scf.create(TOKEN, one), scf.create(TOKEN, two, name="two")
    assert id == same
    assert settled(scf, id, first, one) and settled(scf, id, second, two)
    with pytest.raises(Failure, match="there are 2 cos triggers"):
        scf.read(TOKEN, id)
    scf.delete(TOKEN, id, first)
    assert scf.read(TOKEN, id, first, one) is None
    assert settled(scf, id, second, two)
    scf.delete(TOKEN, id, second)


def test_a_change_by_another_hand_is_seen_and_put_right(scf: ScfPlugin, function: LiveFunction) -> None:
    wanted = {**function.place, "triggerName": "watched", "timer": {"cron": CRON}, "description": "mine"}
    id, made = scf.create(TOKEN, wanted)
    named = {"Type": "timer", "TriggerName": "watched", "Qualifier": "$DEFAULT"}
    function.ask("UpdateTrigger", **named, TriggerDesc="0 0 7 * * * *", Enable="CLOSE", Description="theirs")
    found = scf.read(TOKEN, id, made, wanted)
    assert found is not None
    assert set(scf.diff(TOKEN, found[0], wanted).kinds) == {"timer.cron", "enabled", "description"}
    assert settled(scf, id, scf.update(TOKEN, id, found[1], wanted), wanted)
    function.ask("DeleteTrigger", **named)
    assert scf.read(TOKEN, id, made, wanted) is None
    scf.fail("ListTriggers", DENIED)
    with pytest.raises(Failure, match=r"UnauthorizedOperation\.CAM"):
        scf.read(TOKEN, id, made, wanted)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("error", [INTERNAL, LOST], ids=["500", "lost"])
def test_an_answer_that_is_lost_makes_nothing_twice(
    scf: ScfPlugin, function: LiveFunction, settings: dict[str, dict[str, Any]], kind: str, error: CloudAnswerError
) -> None:
    wanted = {**function.place, "qualifier": "b", **settings[kind]}
    scf.fail("CreateTrigger", error, arrived=True)
    scf.fail("ListTriggers", THROTTLED)
    id, made = scf.create(TOKEN, wanted)
    assert len(found_of(function, kind)) == 1
    assert settled(scf, id, made, wanted)
    scf.fail("DeleteTrigger", error, arrived=True)
    scf.delete(TOKEN, id, made)
    assert found_of(function, kind) == []


@pytest.mark.parametrize(
    ("kind", "later"),
    [
        ("timer", {"timer": {"cron": "0 0 8 * * * *"}}),
        ("http", {"http": {"authType": "CAM"}}),
        ("cos", {"enabled": False}),
        ("cls", {"cls": {"topicId": "1-2-3", "maxWait": 60.0}}),
    ],
)
def test_what_a_killed_run_left_is_adopted_and_what_others_made_is_not(
    scf: ScfPlugin, function: LiveFunction, settings: dict[str, dict[str, Any]], kind: str, later: dict[str, Any]
) -> None:
    first = {**function.place, **settings[kind]}
    id, _ = scf.create(TOKEN, first)
    wanted = first | later
    again, made = scf.create(TOKEN, wanted)
    assert again == id and settled(scf, id, made, wanted)
    with pytest.raises(Failure, match="is there already and does not belong to this resource"):
        scf.create(TOKEN, first, name="other")
    assert settled(scf, id, made, wanted)
    scf.delete(TOKEN, id, made)


def test_a_second_url_of_an_alias_is_refused_in_words_that_help(scf: ScfPlugin, function: LiveFunction) -> None:
    wanted = {**function.place, "triggerName": "first", "http": {"authType": "NONE"}}
    id, made = scf.create(TOKEN, wanted)
    with pytest.raises(Failure, match=r"\$DEFAULT\) has a URL by another trigger.*bind this one to another"):
        scf.create(TOKEN, wanted | {"triggerName": "second"}, name="other")
    scf.delete(TOKEN, id, made)


def test_a_refusal_is_told_and_what_is_busy_waited_for(scf: ScfPlugin, function: LiveFunction) -> None:
    wanted = {**function.place, "triggerName": "refused", "timer": {"cron": "99 0 9 * * * *"}}
    with pytest.raises(Failure, match=r"InvalidParameterValue\.TriggerDesc"):
        scf.create(TOKEN, wanted)
    scf.transitions(0.15)
    function.ask("UpdateFunctionConfiguration", Timeout=9)
    id, made = scf.create(TOKEN, wanted | {"timer": {"cron": CRON}})
    function.ask("UpdateFunctionConfiguration", Timeout=10)
    scf.delete(TOKEN, id, made)
    assert found_of(function, "timer") == []


def test_wrong_inputs_are_named(scf: ScfPlugin, settings: dict[str, dict[str, Any]]) -> None:
    place = {"account": "1", "region": "r", "functionName": "f"}
    for each in settings.values():
        assert scf.check(TOKEN, place | each) == {}
    assert scf.check(TOKEN, {**place, "triggerName": "x", "timer": UNKNOWN}) == {}
    assert scf.check(TOKEN, place) == {"type": "exactly one of timer, cos, ckafka, cls, http must be given, not none"}
    both = place | settings["timer"] | settings["cls"]
    assert scf.check(TOKEN, both) == {
        "cls": "exactly one of timer, cos, ckafka, cls, http must be given, not timer, cls"
    }
    assert set(scf.check(TOKEN, {**place, "timer": {"cron": "* * * * *"}})) == {"triggerName", "timer.cron"}
    named = place | settings["cos"] | {"triggerName": "x"}
    assert set(scf.check(TOKEN, named | {"cos": {"bucket": "b", "event": "e"}})) == {"triggerName", "cos.bucket"}
    wrong = {"authType": "OPEN", "netConfig": {"more": True}, "corsConfig": {"maxAge": -1.0}}
    assert set(scf.check(TOKEN, {**place, "triggerName": "u", "http": wrong})) == {
        "http.authType",
        "http.netConfig.more",
        "http.corsConfig.maxAge",
    }
    with pytest.raises(Failure, match="the id is <namespace>/<function>:<qualifier>:<type>:<trigger>"):
        scf.read(TOKEN, "default/f:a:apigw:x")


def test_previews_ask_nothing(scf: ScfPlugin, settings: dict[str, dict[str, Any]]) -> None:
    place = {"account": "1", "region": REGION, "functionName": "f"}
    with scf.counted() as actions:
        cos = scf.create(TOKEN, place | settings["cos"], preview=True)[1]
        unknown = {**place, "cos": {**settings["cos"]["cos"], "bucket": UNKNOWN}}
        later = scf.create(TOKEN, unknown, preview=True)[1]
        http = scf.create(TOKEN, place | settings["http"], preview=True)[1]
        old = {**http, "url": "https://u"}
        moved = scf.update(TOKEN, "x", old, place | settings["http"] | {"enabled": False}, preview=True)
    assert (cos["triggerName"].endswith(f".cos.{REGION}.myqcloud.com"), "url" in cos) == (True, False)
    assert (later["triggerName"], http["url"], moved["url"], actions) == (UNKNOWN, UNKNOWN, "https://u", [])
