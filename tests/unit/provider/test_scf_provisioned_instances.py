"""``yunfn:scf:ProvisionedInstances`` at the provider's interface, over a local cloud."""

from __future__ import annotations

from typing import Any

import pytest

from support.scf_function import LiveFunction
from support.scf_plugin import Failure, ScfPlugin
from yunfn.exceptions import CloudAnswerError
from yunfn.provider.properties import UNKNOWN

TOKEN = "yunfn:scf:ProvisionedInstances"
pytestmark = pytest.mark.usefixtures("quick_retries")


@pytest.fixture
def function(scf: ScfPlugin) -> LiveFunction:
    return LiveFunction(scf)


def inputs(function: LiveFunction, version: str, count: float = 1.0) -> dict[str, Any]:
    return {
        **function.place,
        "versionId": version,
        "provisionedConcurrency": {"versionProvisionedConcurrencyNum": count},
    }


def ready(function: LiveFunction) -> dict[str, int]:
    """Instances that stand ready, by version."""
    found = function.ask("GetProvisionedConcurrencyConfig")["Allocated"]
    return {each["Qualifier"]: each["AllocatedProvisionedConcurrencyNum"] for each in found}


def test_instances_are_made_ready_changed_seen_and_let_go(scf: ScfPlugin, function: LiveFunction) -> None:
    version = function.publish()
    wanted = inputs(function, version)
    id, made = scf.create(TOKEN, wanted)
    assert (id, ready(function)) == (f"default/{function.name}:{version}", {version: 1})
    found = scf.read(TOKEN, id, made, wanted)
    assert found is not None
    assert dict(found[1]) == dict(made)
    assert not scf.diff(TOKEN, found[0], wanted)

    more = inputs(function, version, 2.0)
    assert scf.diff(TOKEN, wanted, more).replaces == []
    made = scf.update(TOKEN, id, made, more)
    assert ready(function) == {version: 2}

    function.ask("PutProvisionedConcurrencyConfig", Qualifier=version, VersionProvisionedConcurrencyNum=3)
    drifted = scf.read(TOKEN, id, made, more)
    assert drifted is not None
    assert scf.diff(TOKEN, drifted[0], more)

    imported = scf.read(TOKEN, id, {}, {})
    assert imported is not None
    assert imported[0]["provisionedConcurrency"] == {"versionProvisionedConcurrencyNum": 3}

    scf.delete(TOKEN, id, made)
    assert ready(function) == {}
    assert scf.read(TOKEN, id, made, more) is None
    scf.delete(TOKEN, id, made)
    assert function.versions() == [version]


def test_of_a_version_that_is_gone_nothing_is_left_to_let_go(scf: ScfPlugin, function: LiveFunction) -> None:
    id, made = scf.create(TOKEN, inputs(function, function.publish()))
    function.ask("DeleteFunction")
    scf.delete(TOKEN, id, made)
    assert scf.read(TOKEN, id, made, {}) is None


def test_another_version_gets_its_instances_before_the_old_one_loses_them(
    scf: ScfPlugin, function: LiveFunction
) -> None:
    old = inputs(function, function.publish())
    changes = scf.diff(TOKEN, old, inputs(function, function.publish()))
    assert (changes.replaces, changes.delete_first) == (["versionId"], False)
    assert scf.diff(TOKEN, old, old | {"versionId": UNKNOWN}).replaces == ["versionId"]


def test_a_refusal_leaves_nothing_and_is_told(scf: ScfPlugin, function: LiveFunction) -> None:
    denied = CloudAnswerError("UnauthorizedOperation.CAM: no", code="UnauthorizedOperation.CAM", status=200)
    scf.fail("PutProvisionedConcurrencyConfig", denied)
    with pytest.raises(Failure, match=r"UnauthorizedOperation\.CAM") as told:
        scf.create(TOKEN, inputs(function, function.publish()))
    assert told.value.id == ""
    assert ready(function) == {}


def test_settings_are_checked(scf: ScfPlugin, function: LiveFunction) -> None:
    good = inputs(function, "1")
    assert scf.check(TOKEN, good) == {}
    assert "provisionedConcurrency" in scf.check(TOKEN, {**function.place, "versionId": "1"})
    tracked = {"provisionedType": "ConcurrencyUtilizationTracking", "trackingTarget": 0.5}
    assert scf.check(TOKEN, {**good, "provisionedConcurrency": tracked})
