"""``yunfn:scf:Alias`` at the provider's interface, over a local cloud."""

from __future__ import annotations

from typing import Any

import pytest

from support.scf_function import LiveFunction
from support.scf_plugin import INTERNAL, LOST, THROTTLED, Failure, ScfPlugin, urn_of
from yunfn.exceptions import CloudAnswerError
from yunfn.provider.mark import mark_of
from yunfn.provider.properties import UNKNOWN

TOKEN = "yunfn:scf:Alias"
pytestmark = pytest.mark.usefixtures("quick_retries")
DENIED = CloudAnswerError("UnauthorizedOperation.CAM: no", code="UnauthorizedOperation.CAM", status=200)
MATCH = {"version": "2", "header": "User", "method": "exact", "expression": "me"}
SPLIT = {"additionalVersionWeight": {"2": 0.25}, "headerMatches": [MATCH]}


@pytest.fixture(scope="module")
def function(scf_of_module: ScfPlugin) -> LiveFunction:
    """A function with the versions 1 and 2."""
    made = LiveFunction(scf_of_module)
    made.publish("one")
    made.publish("two")
    return made


def inputs(function: LiveFunction, name: str, version: str = "1", **more: Any) -> dict[str, Any]:
    return {**function.place, "aliasName": name, "functionVersion": version, **more}


def settled(scf: ScfPlugin, id: str, outputs: Any, wanted: dict[str, Any]) -> bool:
    """Whether a refresh and the next run see no change."""
    found = scf.read(TOKEN, id, outputs, wanted)
    assert found is not None
    assert dict(found[1]) == dict(outputs)
    return not scf.diff(TOKEN, found[0], wanted)


@pytest.mark.parametrize("more", [{}, {"description": "text"}, SPLIT], ids=["plain", "described", "split"])
def test_an_alias_is_made_found_unchanged_imported_and_deleted(
    scf: ScfPlugin, function: LiveFunction, more: dict[str, Any]
) -> None:
    wanted = inputs(function, "live", **more)
    id, made = scf.create(TOKEN, wanted)
    assert id == f"default/{function.name}:live"
    there = function.ask("GetAlias", Name="live")
    assert (there["RoutingConfig"] is None) == (more is not SPLIT)
    assert there["Description"].endswith(f"[yunfn:{mark_of(urn_of(TOKEN))}]")
    assert settled(scf, id, made, wanted)
    imported = scf.read(TOKEN, id)
    assert imported is not None
    assert dict(imported[1]) == dict(made)
    assert not scf.diff(TOKEN, imported[0], wanted)
    scf.delete(TOKEN, id, made)
    assert scf.read(TOKEN, id, made, wanted) is None
    scf.delete(TOKEN, id, made)


@pytest.mark.parametrize("old", [{}, SPLIT], ids=["plain", "split"])
@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"functionVersion": "$LATEST"}, {"functionVersion"}),
        ({"description": "other"}, {"description"}),
        ({"additionalVersionWeight": {"2": 0.5}}, {"additionalVersionWeight", 'additionalVersionWeight["2"]'}),
        ({"headerMatches": [MATCH | {"method": "range", "expression": "[1,5)"}]}, None),
        ({"additionalVersionWeight": None, "headerMatches": None}, None),
    ],
    ids=["version-alone", "description", "weight", "matches", "nothing-else"],
)
def test_every_part_of_an_alias_is_changed(
    scf: ScfPlugin, function: LiveFunction, old: dict[str, Any], change: dict[str, Any], paths: set[str] | None
) -> None:
    before = inputs(function, "moved", **old)
    id, made = scf.create(TOKEN, before)
    wanted = {name: value for name, value in (before | change).items() if value is not None}
    changes = scf.diff(TOKEN, before, wanted)
    assert not changes.replaces
    assert paths is None or set(changes.kinds) <= paths
    with scf.counted() as actions:
        now = scf.update(TOKEN, id, made, wanted)
    assert actions == ["UpdateAlias"]
    assert settled(scf, id, now, wanted)
    assert function.ask("GetAlias", Name="moved")["FunctionVersion"] == wanted["functionVersion"]
    scf.delete(TOKEN, id, now)


@pytest.mark.parametrize("name", ["account", "region", "namespace", "functionName", "aliasName"])
def test_another_place_or_name_is_another_alias(scf: ScfPlugin, name: str) -> None:
    old = {"account": "1", "region": "r", "functionName": "f", "aliasName": "a", "functionVersion": "1"}
    old["namespace"] = "n"
    changes = scf.diff(TOKEN, old, old | {name: "other"})
    assert (changes.kinds, changes.replaces, changes.delete_first) == ({name: "update_replace"}, [name], False)
    assert set(scf.diff(TOKEN, old, old | {"functionVersion": UNKNOWN}).kinds) == {"functionVersion"}


def test_what_a_user_replaces_by_itself_is_taken_over_and_stays(scf: ScfPlugin, function: LiveFunction) -> None:
    # pulumi up --replace: the engine makes the new one first, whatever Diff says of it.
    wanted = inputs(function, "again")
    id, old = scf.create(TOKEN, wanted)
    scf.cancel()
    same, made = scf.create(TOKEN, wanted)
    scf.delete(TOKEN, same, old, same_run=True)
    assert same == id and settled(scf, id, made, wanted)
    # The same name in another place is another thing.
    scf.delete(TOKEN, id, {**old, "namespace": "other"}, same_run=True)
    assert ("DeleteAlias", "other") in [(action, asked.get("Namespace")) for action, asked in scf.asked]
    scf.delete(TOKEN, id, made)
    assert scf.read(TOKEN, id, made, wanted) is None


def test_the_default_alias_is_taken_over_and_given_back(scf: ScfPlugin) -> None:
    function = LiveFunction(scf)
    function.publish()
    function.publish()
    wanted = inputs(function, "$DEFAULT", **SPLIT)
    with scf.counted() as actions:
        id, made = scf.create(TOKEN, wanted)
    assert "CreateAlias" not in actions
    assert settled(scf, id, made, wanted)
    again, _ = scf.create(TOKEN, wanted)
    assert again == id
    with pytest.raises(Failure, match=r"the alias \$DEFAULT of .* does not belong to this resource"):
        scf.create(TOKEN, wanted, name="other")
    scf.delete(TOKEN, id, made)
    there = function.ask("GetAlias", Name="$DEFAULT")
    assert (there["FunctionVersion"], there["Description"], there["RoutingConfig"]) == ("$LATEST", "", None)
    scf.delete(TOKEN, id, made)
    # Then it is anybody's.
    scf.create(TOKEN, wanted, name="other")
    function.ask("DeleteFunction")
    scf.delete(TOKEN, id, made)
    assert scf.read(TOKEN, id, made, wanted) is None


def test_a_change_by_another_hand_is_seen_and_put_right(scf: ScfPlugin, function: LiveFunction) -> None:
    wanted = inputs(function, "watched", description="mine")
    id, made = scf.create(TOKEN, wanted)
    routing = {"AdditionalVersionWeights": [{"Version": "1", "Weight": 0.5}]}
    function.ask("UpdateAlias", Name="watched", FunctionVersion="2", Description="theirs", RoutingConfig=routing)
    found = scf.read(TOKEN, id, made, wanted)
    assert found is not None
    assert set(scf.diff(TOKEN, found[0], wanted).kinds) == {"functionVersion", "description", "additionalVersionWeight"}
    assert settled(scf, id, scf.update(TOKEN, id, found[1], wanted), wanted)


@pytest.mark.parametrize("error", [INTERNAL, LOST], ids=["500", "lost"])
@pytest.mark.parametrize("arrived", [True, False])
def test_an_error_in_the_middle_passes(
    scf: ScfPlugin, function: LiveFunction, error: CloudAnswerError, arrived: bool
) -> None:
    wanted = inputs(function, f"again{arrived}")
    scf.fail("CreateAlias", error, arrived=arrived)
    id, made = scf.create(TOKEN, wanted)
    scf.fail("UpdateAlias", THROTTLED)
    scf.fail("UpdateAlias", error, arrived=arrived)
    later = wanted | {"functionVersion": "2"}
    assert settled(scf, id, scf.update(TOKEN, id, made, later), later)
    scf.fail("DeleteAlias", error, arrived=arrived)
    scf.delete(TOKEN, id, made)


def test_what_a_killed_run_left_is_adopted_and_what_others_made_is_not(scf: ScfPlugin, function: LiveFunction) -> None:
    id, _ = scf.create(TOKEN, inputs(function, "left"))
    later = inputs(function, "left", "2", description="later")
    again, made = scf.create(TOKEN, later)
    assert again == id and settled(scf, id, made, later)
    with pytest.raises(Failure, match=f"import yunfn:scf:Alias other '{id}'"):
        scf.create(TOKEN, inputs(function, "left"), name="other")
    assert function.ask("GetAlias", Name="left")["FunctionVersion"] == "2"


def test_a_function_that_is_changing_is_waited_for(scf: ScfPlugin, function: LiveFunction) -> None:
    scf.transitions(0.15)
    function.ask("UpdateFunctionConfiguration", Timeout=7)
    id, made = scf.create(TOKEN, inputs(function, "waiting"))
    function.ask("UpdateFunctionConfiguration", Timeout=8)
    scf.update(TOKEN, id, made, inputs(function, "waiting", "2"))
    function.wait_active()


def test_any_error_of_a_read_is_one_and_of_an_update_too(scf: ScfPlugin, function: LiveFunction) -> None:
    wanted = inputs(function, "refused")
    id, made = scf.create(TOKEN, wanted)
    scf.fail("GetAlias", DENIED)
    with pytest.raises(Failure, match=r"UnauthorizedOperation\.CAM"):
        scf.read(TOKEN, id, made, wanted)
    with pytest.raises(Failure, match=r"ResourceNotFound\.FunctionVersion"):
        scf.update(TOKEN, id, made, wanted | {"functionVersion": "77"})
    assert settled(scf, id, made, wanted)


def test_wrong_inputs_are_named(scf: ScfPlugin) -> None:
    good = {"account": "1", "region": "r", "functionName": "f", "aliasName": "a", "functionVersion": "1"}
    assert scf.check(TOKEN, good | SPLIT) == {}
    assert scf.check(TOKEN, good | {"functionVersion": UNKNOWN, "additionalVersionWeight": UNKNOWN}) == {}
    range_match = MATCH | {"version": "1", "method": "range", "expression": "1-5"}
    wrong = {"additionalVersionWeight": {"1": 1.5, "3": 0.1}, "headerMatches": [range_match, {"version": "2"}]}
    assert set(scf.check(TOKEN, good | wrong)) == {
        "additionalVersionWeight",
        'additionalVersionWeight["1"]',
        "headerMatches[0].version",
        "headerMatches[0].expression",
        *(f"headerMatches[1].{name}" for name in ("header", "method", "expression")),
    }
    told = scf.check(TOKEN, good | SPLIT | {"additionalVersionWeight": {"3": 0.1}})
    assert told == {"additionalVersionWeight": "one version may serve beside the main one, not 2, 3"}


def test_previews_ask_nothing(scf: ScfPlugin) -> None:
    wanted = {"account": "1", "region": "r", "functionName": "f", "aliasName": "a", "functionVersion": UNKNOWN}
    with scf.counted() as actions:
        planned = scf.create(TOKEN, wanted, preview=True)[1]
    assert (planned["functionVersion"], planned["namespace"], actions) == (UNKNOWN, "default", [])
