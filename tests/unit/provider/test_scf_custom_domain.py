"""``yunfn:scf:CustomDomain`` at the provider's interface, over a local cloud."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from support.scf_function import LiveFunction
from support.scf_plugin import INTERNAL, LOST, REGION, THROTTLED, Failure, ScfPlugin, urn_of
from support.tls import issue
from yunfn.exceptions import CloudAnswerError
from yunfn.provider.mark import TAG, mark_of
from yunfn.provider.properties import UNKNOWN

TOKEN = "yunfn:scf:CustomDomain"
pytestmark = pytest.mark.usefixtures("quick_retries")
DENIED = CloudAnswerError("UnauthorizedOperation.CAM: no", code="UnauthorizedOperation.CAM", status=200)
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def function(scf_of_module: ScfPlugin) -> LiveFunction:
    """A function with a URL on $DEFAULT and one on the alias a."""
    made = LiveFunction(scf_of_module)
    made.ask("CreateAlias", Name="a", FunctionVersion="$LATEST")
    for qualifier in ("$DEFAULT", "a"):
        text = '{"AuthType":"NONE","NetConfig":{"EnableExtranet":true,"EnableIntranet":false}}'
        made.ask("CreateTrigger", TriggerName="url", Type="http", TriggerDesc=text, Qualifier=qualifier)
    return made


@pytest.fixture(scope="module")
def certificates(scf_of_module: ScfPlugin) -> list[str]:
    """The ids of two certificates."""
    found = []
    for _ in range(2):
        issued = issue("*.example.com")
        given = {"CertificatePublicKey": issued.chain, "CertificatePrivateKey": issued.key}
        found.append(scf_of_module.ask("UploadCertificate", "ssl", **given)["CertificateId"])
    return found


def inputs(function: LiveFunction, **more: Any) -> dict[str, Any]:
    return {
        "account": function.scf.account,
        "region": REGION,
        "domain": f"d{next(NUMBERS)}.example.com",
        "protocol": "HTTP",
        "endpoints": [{"functionName": function.name, "pathMatch": "/*"}],
        **more,
    }


def there(scf: ScfPlugin, domain: str) -> dict[str, Any]:
    return scf.ask("GetCustomDomain", Domain=domain)


def settled(scf: ScfPlugin, id: str, outputs: Any, wanted: dict[str, Any]) -> bool:
    """Whether a refresh and the next run see no change."""
    found = scf.read(TOKEN, id, outputs, wanted)
    assert found is not None
    assert dict(found[1]) == dict(outputs)
    return not scf.diff(TOKEN, found[0], wanted)


def test_a_domain_is_made_found_unchanged_imported_and_deleted(
    scf: ScfPlugin, function: LiveFunction, certificates: list[str]
) -> None:
    rewrite = [{"path": "/api/*", "type": "WildcardRules", "rewrite": "/$"}]
    endpoints = [
        {"functionName": function.name, "pathMatch": "/"},
        {"functionName": function.name, "pathMatch": "/api/*", "qualifier": "a", "pathRewrite": rewrite},
    ]
    more = {"endpoints": endpoints, "certificateId": certificates[0], "tags": {"team": "a"}}
    wanted = inputs(function, protocol="HTTP&HTTPS", **more)
    id, made = scf.create(TOKEN, wanted)
    assert id == wanted["domain"]
    assert {each["Key"]: each["Value"] for each in there(scf, id)["Tags"]} == {
        "team": "a",
        TAG: mark_of(urn_of(TOKEN)),
    }
    # Nobody means $LATEST by saying nothing.
    assert [each["Qualifier"] for each in there(scf, id)["EndpointsConfig"]] == ["$DEFAULT", "a"]
    assert settled(scf, id, made, wanted)
    assert not scf.diff(TOKEN, wanted, wanted | {"endpoints": endpoints[::-1]})
    imported = scf.read(TOKEN, id)
    assert imported is not None
    assert dict(imported[1]) == dict(made)
    assert not scf.diff(TOKEN, imported[0], wanted)
    scf.delete(TOKEN, id, made)
    assert scf.read(TOKEN, id, made, wanted) is None
    scf.delete(TOKEN, id, made)


def test_every_part_of_a_domain_is_changed(scf: ScfPlugin, function: LiveFunction, certificates: list[str]) -> None:
    wanted = inputs(function)
    id, made = scf.create(TOKEN, wanted)
    moved = [{"functionName": function.name, "pathMatch": "/x/*", "qualifier": "a"}]
    for change in (
        {"protocol": "HTTPS", "certificateId": certificates[0]},
        {"certificateId": certificates[1]},
        {"endpoints": moved},
        {"wafConfig": {"wafOpen": "OPEN", "wafInstanceId": "waf-1"}},
        {"wafConfig": {}},
        {"protocol": "HTTP", "certificateId": ""},
    ):
        new = wanted | change
        changes = scf.diff(TOKEN, wanted, new)
        assert changes.kinds and not changes.replaces
        with scf.counted() as actions:
            made = scf.update(TOKEN, id, made, new)
        assert actions == ["UpdateCustomDomain"]
        assert settled(scf, id, made, new)
        wanted = new
    assert there(scf, id)["Protocol"] == "HTTP"


@pytest.mark.parametrize(("name", "first"), [("account", False), ("region", False), ("domain", False), ("tags", True)])
def test_what_makes_another_domain(scf: ScfPlugin, function: LiveFunction, name: str, first: bool) -> None:
    old = inputs(function, tags={"team": "a"})
    changes = scf.diff(TOKEN, old, old | {name: {"team": "b"} if name == "tags" else "other"})
    assert (changes.replaces, changes.delete_first) == ([name], first)


def test_where_a_function_goes_first_its_domain_goes_before_it(scf: ScfPlugin, function: LiveFunction) -> None:
    """The engine asks with all endpoints unknown; in previews, what is unknown is within one."""
    old = inputs(function)
    assert scf.diff(TOKEN, old, old | {"endpoints": UNKNOWN}).replaces == ["endpoints"]
    to_come = {"functionName": UNKNOWN, "pathMatch": "/*"}
    found = scf.diff(TOKEN, old, old | {"endpoints": [to_come]})
    assert found.kinds and not found.replaces


def test_a_change_by_another_hand_is_seen_and_put_right(scf: ScfPlugin, function: LiveFunction) -> None:
    wanted = inputs(function)
    id, made = scf.create(TOKEN, wanted)
    ends = [{"Namespace": "default", "FunctionName": function.name, "Qualifier": "a", "PathMatch": "/*"}]
    scf.ask("UpdateCustomDomain", Domain=id, EndpointsConfig=ends, WafConfig={"WafOpen": "OPEN"})
    found = scf.read(TOKEN, id, made, wanted)
    assert found is not None
    seen = scf.diff(TOKEN, found[0], wanted).kinds
    assert {path.partition("[")[0].partition(".")[0] for path in seen} == {"endpoints", "wafConfig"}
    assert settled(scf, id, scf.update(TOKEN, id, found[1], wanted), wanted)
    scf.fail("GetCustomDomain", DENIED)
    with pytest.raises(Failure, match=r"UnauthorizedOperation\.CAM"):
        scf.read(TOKEN, id, made, wanted)


@pytest.mark.parametrize("error", [INTERNAL, LOST], ids=["500", "lost"])
@pytest.mark.parametrize("arrived", [True, False])
def test_an_error_in_the_middle_passes(
    scf: ScfPlugin, function: LiveFunction, error: CloudAnswerError, arrived: bool
) -> None:
    wanted = inputs(function)
    for action in ("CreateCustomDomain", "UpdateCustomDomain", "DeleteCustomDomain"):
        scf.fail(action, THROTTLED)
        scf.fail(action, error, arrived=arrived)
    id, made = scf.create(TOKEN, wanted)
    assert settled(scf, id, scf.update(TOKEN, id, made, wanted), wanted)
    scf.delete(TOKEN, id, made)
    assert scf.read(TOKEN, id, made, wanted) is None


def test_what_a_killed_run_left_is_adopted_and_what_others_made_is_not(
    scf: ScfPlugin, function: LiveFunction, certificates: list[str]
) -> None:
    first = inputs(function)
    id, _ = scf.create(TOKEN, first)
    wanted = first | {"protocol": "HTTPS", "certificateId": certificates[0]}
    again, made = scf.create(TOKEN, wanted)
    assert again == id and settled(scf, id, made, wanted)
    with pytest.raises(Failure, match=f"the custom domain {id} is there already and does not belong to this resource"):
        scf.create(TOKEN, first, name="other")
    assert settled(scf, id, made, wanted)


def test_a_refusal_is_told(scf: ScfPlugin, function: LiveFunction) -> None:
    with pytest.raises(Failure, match=r"ResourceNotFound\.Function"):
        scf.create(TOKEN, inputs(function, endpoints=[{"functionName": "nobody", "pathMatch": "/*"}]))


def test_wrong_inputs_are_named(scf: ScfPlugin, function: LiveFunction) -> None:
    good = inputs(function)
    assert scf.check(TOKEN, good) == {}
    assert scf.check(TOKEN, good | {"protocol": "HTTPS", "certificateId": UNKNOWN, "endpoints": UNKNOWN}) == {}
    assert set(scf.check(TOKEN, good | {"protocol": "HTTPS", "tags": {TAG: "x"}})) == {"certificateId", "tags"}
    wrong = good | {"endpoints": [{"pathMatch": "/", "pathRewrite": [{"path": "/", "type": "x", "rewrite": "/"}]}]}
    assert set(scf.check(TOKEN, wrong)) == {"endpoints[0].functionName", "endpoints[0].pathRewrite[0].type"}
