"""``yunfn:fc:Alias`` at the provider's interface, over a local cloud."""

from __future__ import annotations

from typing import Any

import pytest

from support.fc_function import FcFunction
from support.local_account import account_of, writes
from support.scf_plugin import Failure, ScfPlugin, urn_of
from yunfn.localcloud.connection import Connection
from yunfn.provider.mark import mark_of
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.resources.fc_alias import Alias
from yunfn.provider.session import Sessions

TOKEN = "yunfn:fc:Alias"
MARK = f"[yunfn:{mark_of(urn_of(TOKEN))}]"
SPLIT = {"additionalVersionWeight": {"2": 0.25}}
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")
#: As pulumi-alicloud 4.0.0 leaves one.
UPSTREAM = {"functionName": "f", "aliasName": "live", "versionId": "1", "description": "text", "__defaults": []}
alias = Alias(Sessions(Properties({})))


@pytest.fixture(scope="module")
def function(scf_cloud: Connection) -> FcFunction:
    """A function with the versions 1 and 2."""
    made = FcFunction(scf_cloud)
    made.publish("one")
    made.publish("two")
    return made


def inputs(function: FcFunction, name: str, version: str = "1", **more: Any) -> dict[str, Any]:
    return {**function.place, "aliasName": name, "versionId": version, **more}


def told(function: FcFunction, name: str) -> tuple[str, dict[str, float], str]:
    found = function.alias(name)
    return found.version_id, found.additional_version_weight, found.description


@pytest.mark.parametrize("more", [{}, {"description": "text"}, SPLIT], ids=["plain", "described", "split"])
def test_an_alias_is_made_found_unchanged_imported_and_deleted(
    scf: ScfPlugin, function: FcFunction, more: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    name = f"live-{len(more)}-{request.node.callspec.id}"
    wanted = inputs(function, name, **more)
    id, made = scf.create(TOKEN, wanted)
    assert id == f"{function.name}:{name}"
    assert told(function, name) == (
        "1",
        more.get("additionalVersionWeight", {}),
        f"{more.get('description', '')} {MARK}".strip(),
    )
    found = scf.read(TOKEN, id, made, wanted)
    assert found is not None
    assert dict(found[1]) == dict(made)
    assert not scf.diff(TOKEN, found[0], wanted)
    imported = scf.read(TOKEN, id)
    assert imported is not None
    assert dict(imported[1]) == dict(made)
    assert not scf.diff(TOKEN, imported[0], wanted)
    scf.delete(TOKEN, id, made)
    assert scf.read(TOKEN, id, made, wanted) is None
    scf.delete(TOKEN, id, made)


def test_it_is_moved_in_place_and_drift_is_found(scf: ScfPlugin, function: FcFunction) -> None:
    old = inputs(function, "moved")
    id, made = scf.create(TOKEN, old)
    new = old | SPLIT | {"description": "other"}
    changes = scf.diff(TOKEN, old, new)
    assert set(changes.kinds) >= {"description", "additionalVersionWeight"}
    assert changes.replaces == []
    outputs = scf.update(TOKEN, id, made, new)
    assert told(function, "moved") == ("1", {"2": 0.25}, f"other {MARK}")
    # The weights of before go with the version they belonged to.
    last = {**old, "versionId": "2"}
    scf.update(TOKEN, id, outputs, last)
    assert told(function, "moved") == ("2", {}, MARK)
    function.point("moved", "1", {"2": 0.5})
    found = scf.read(TOKEN, id, outputs, last)
    assert found is not None
    assert set(scf.diff(TOKEN, found[0], last).kinds) >= {"versionId", "additionalVersionWeight"}


def test_what_is_as_wanted_is_not_written_and_upstreams_needs_no_mark(scf: ScfPlugin, function: FcFunction) -> None:
    function.make_alias("upstream", "1", "text")
    account, wanted = account_of(scf.cloud), inputs(function, "upstream", description="text")
    before = len(account.journal())
    outputs = scf.update(TOKEN, f"{function.name}:upstream", {**UPSTREAM, "functionName": function.name}, wanted)
    assert dict(outputs) == wanted
    asked = account.journal()[before:]
    assert (len(asked), writes(asked)) == (1, [])


def test_upstreams_alias_is_taken_over_by_an_update() -> None:
    news = {**UPSTREAM, "account": "1", "region": "r"}
    found = alias.diff(Properties(UPSTREAM), Properties(UPSTREAM), Properties(news))
    assert {(each.property, each.kind, each.replaces) for each in found} == {
        ("account", "add", False),
        ("region", "add", False),
    }


def test_what_an_interrupted_run_made_is_adopted_and_somebody_elses_is_not(
    scf: ScfPlugin, function: FcFunction
) -> None:
    function.make_alias("own", "1", f"older {MARK}")
    scf.create(TOKEN, inputs(function, "own", "2"))
    assert told(function, "own") == ("2", {}, MARK)
    for description in ("", "text", "text [yunfn:000000000000]"):
        name = f"foreign-{len(description)}"
        function.make_alias(name, "1", description)
        with pytest.raises(Failure, match=f"the alias {name} of {function.name} is there already") as refused:
            scf.create(TOKEN, inputs(function, name, "2"))
        assert f"pulumi import {TOKEN} x '{function.name}:{name}'" in str(refused.value)
        assert told(function, name) == ("1", {}, description)


def test_a_long_description_leaves_the_mark_out(scf: ScfPlugin, function: FcFunction) -> None:
    text = "x" * 250
    id, made = scf.create(TOKEN, inputs(function, "long", description=text))
    assert told(function, "long")[2] == text
    scf.update(TOKEN, id, made, inputs(function, "long", "2", description=text))
    assert told(function, "long") == ("2", {}, text)


@pytest.mark.parametrize(
    ("more", "property", "said"),
    [
        ({"additionalVersionWeight": {"1": 0.5}}, 'additionalVersionWeight["1"]', "is the main version already"),
        ({"additionalVersionWeight": {"2": 0.5, "3": 0.1}}, "additionalVersionWeight", "one version may serve beside"),
        ({"additionalVersionWeight": {"2": 1.5}}, 'additionalVersionWeight["2"]', "must be from 0 to 1"),
        ({"versionId": ""}, "versionId", "must not be empty"),
        ({"function": "f"}, "function", "there is no such property"),
    ],
)
def test_what_the_cloud_would_refuse(scf: ScfPlugin, more: dict[str, Any], property: str, said: str) -> None:
    place = {"account": "1", "region": "r", "functionName": "f", "aliasName": "live", "versionId": "1"}
    failures = scf.check(TOKEN, place | more)
    assert said in failures[property]
    assert scf.check(TOKEN, place | {"versionId": UNKNOWN}) == {}


def test_the_clouds_refusal_is_told_and_a_gone_alias_too(scf: ScfPlugin, function: FcFunction) -> None:
    with pytest.raises(Failure, match=r"FC CreateAlias: VersionNotFound: .*\(request "):
        scf.create(TOKEN, inputs(function, "nowhere", "99"))
    wanted = inputs(function, "gone")
    with pytest.raises(Failure, match=f"x: the alias {function.name}:gone is gone; pulumi refresh takes note"):
        scf.update(TOKEN, f"{function.name}:gone", wanted, wanted)
    with pytest.raises(Failure, match="belongs to account 9999999999999999"):
        scf.create(TOKEN, wanted | {"account": "9999999999999999"})
