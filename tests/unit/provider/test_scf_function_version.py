"""``yunfn:scf:FunctionVersion`` at the provider's interface, over a local cloud."""

from __future__ import annotations

import time
from typing import Any

import pytest

from support.scf_function import LiveFunction
from support.scf_plugin import INTERNAL, LOST, THROTTLED, Failure, ScfPlugin, urn_of
from yunfn.exceptions import CloudAnswerError
from yunfn.provider.mark import mark_of
from yunfn.provider.properties import UNKNOWN

TOKEN = "yunfn:scf:FunctionVersion"
pytestmark = pytest.mark.usefixtures("quick_retries")
DENIED = CloudAnswerError("UnauthorizedOperation.CAM: no", code="UnauthorizedOperation.CAM", status=200)


@pytest.fixture
def function(scf: ScfPlugin) -> LiveFunction:
    return LiveFunction(scf)


def inputs(function: LiveFunction, fingerprint: str = "abc", **more: Any) -> dict[str, Any]:
    return {**function.place, "fingerprint": fingerprint, **more}


def settled(scf: ScfPlugin, id: str, outputs: Any, wanted: dict[str, Any]) -> bool:
    """Whether a refresh and the next run see no change."""
    found = scf.read(TOKEN, id, outputs, wanted)
    assert found is not None
    assert dict(found[1]) == dict(outputs)
    return not scf.diff(TOKEN, found[0], wanted)


def test_a_version_is_published_read_found_unchanged_and_deleted(scf: ScfPlugin, function: LiveFunction) -> None:
    wanted = inputs(function)
    id, made = scf.create(TOKEN, wanted)
    assert (id, made["versionId"], made["description"]) == (f"default/{function.name}:1", "1", "yunfn:abc")
    assert function.ask("GetFunction", Qualifier="1")["Description"] == f"yunfn:abc [yunfn:{mark_of(urn_of(TOKEN))}]"
    found = scf.read(TOKEN, id, made, wanted)
    assert found is not None
    assert (dict(found[0]), dict(found[1])) == (wanted, dict(made))
    assert not scf.diff(TOKEN, found[0], wanted)
    scf.delete(TOKEN, id, made)
    assert function.versions() == []
    assert scf.read(TOKEN, id, made, wanted) is None
    scf.delete(TOKEN, id, made)


def test_a_version_is_there_once_it_is_active(scf: ScfPlugin, function: LiveFunction) -> None:
    scf.transitions(0.3)
    begun = time.monotonic()
    _, made = scf.create(TOKEN, inputs(function))
    assert time.monotonic() - begun >= 0.3
    assert function.ask("GetFunction", Qualifier=made["versionId"])["Status"] == "Active"


def test_a_function_that_is_changing_is_waited_for(scf: ScfPlugin, function: LiveFunction) -> None:
    scf.transitions(0.15)
    function.ask("UpdateFunctionConfiguration", MemorySize=256)
    _, made = scf.create(TOKEN, inputs(function))
    assert function.ask("GetFunction", Qualifier=made["versionId"])["MemorySize"] == 256


@pytest.mark.parametrize("name", ["account", "region", "namespace", "functionName", "fingerprint"])
def test_what_makes_another_version(scf: ScfPlugin, name: str) -> None:
    old = {"account": "1", "region": "ap-shanghai", "functionName": "f", "fingerprint": "a", "namespace": "n"}
    changes = scf.diff(TOKEN, old, old | {name: "other"})
    assert (changes.kinds, changes.replaces, changes.delete_first) == ({name: "update_replace"}, [name], False)
    assert scf.diff(TOKEN, old, old | {name: UNKNOWN}).replaces == [name]
    assert not scf.diff(TOKEN, old, old | {"description": "release yunfn:a"})


def test_what_an_interrupted_run_left_is_adopted(scf: ScfPlugin, function: LiveFunction) -> None:
    wanted = inputs(function)
    first, _ = scf.create(TOKEN, wanted)
    assert scf.create(TOKEN, wanted)[0] == first
    # The same by another resource is its own, and what is not the newest may be about to go.
    assert scf.create(TOKEN, wanted, name="other")[0] == f"default/{function.name}:2"
    assert scf.create(TOKEN, wanted)[0] == f"default/{function.name}:3"
    assert scf.create(TOKEN, inputs(function, "xyz"))[0] == f"default/{function.name}:4"
    assert function.versions() == ["1", "2", "3", "4"]


@pytest.mark.parametrize("error", [INTERNAL, LOST], ids=["500", "lost"])
def test_an_answer_that_is_lost_publishes_nothing_twice(
    scf: ScfPlugin, function: LiveFunction, error: CloudAnswerError
) -> None:
    scf.fail("PublishVersion", error, arrived=True)
    scf.fail("GetFunction", THROTTLED)
    scf.fail("ListVersionByFunction", INTERNAL)
    assert scf.create(TOKEN, inputs(function))[0] == f"default/{function.name}:1"
    assert function.versions() == ["1"]


def test_any_error_of_a_read_is_one(scf: ScfPlugin, function: LiveFunction) -> None:
    id, made = scf.create(TOKEN, inputs(function))
    scf.fail("GetFunction", DENIED)
    with pytest.raises(Failure, match=r"UnauthorizedOperation\.CAM"):
        scf.read(TOKEN, id, made, inputs(function))


def test_a_version_is_gone_with_its_function(scf: ScfPlugin, function: LiveFunction) -> None:
    id, made = scf.create(TOKEN, inputs(function))
    function.ask("DeleteFunction")
    assert scf.read(TOKEN, id, made, inputs(function)) is None
    scf.delete(TOKEN, id, made)


def test_a_version_is_imported_by_its_fingerprint(scf: ScfPlugin, function: LiveFunction) -> None:
    id, made = scf.create(TOKEN, inputs(function))
    found = scf.read(TOKEN, id)
    assert found is not None
    assert dict(found[1]) == dict(made)
    assert not scf.diff(TOKEN, found[0], inputs(function))
    other = function.publish("by hand")
    with pytest.raises(Failure, match="no version that yunfn published: its description is 'by hand'"):
        scf.read(TOKEN, f"default/{function.name}:{other}")
    with pytest.raises(Failure, match="cannot be imported: the id is <namespace>/<function>:<version>"):
        scf.read(TOKEN, function.name)


def test_a_publish_that_failed_leaves_nothing(scf: ScfPlugin, function: LiveFunction) -> None:
    # The cloud has no way to let a publish fail; what it answers then is told once.
    failed = {"Status": "PublishFailed", "StatusReasons": [{"ErrorCode": "InternalError", "ErrorMessage": "no disk"}]}
    answers = iter([None, failed])
    ask = scf.take_down

    def answered(client: Any, action: str, parameters: Any = None) -> Any:
        found = ask(client, action, parameters)
        return (action == "GetFunction" and next(answers, None)) or found

    scf.take_down = answered  # type: ignore[method-assign]
    try:
        with pytest.raises(Failure, match="is PublishFailed: InternalError: no disk") as told:
            scf.create(TOKEN, inputs(function))
    finally:
        scf.take_down = ask  # type: ignore[method-assign]
    assert told.value.id == ""
    function.wait_active()
    assert function.versions() == []


def test_what_is_provisioned_is_put_changed_seen_and_taken_away(scf: ScfPlugin, function: LiveFunction) -> None:
    old = inputs(function, provisionedConcurrency={"versionProvisionedConcurrencyNum": 1.0})
    id, made = scf.create(TOKEN, old, timeout=20)
    assert settled(scf, id, made, old)
    # Of another hand.
    function.ask("DeleteProvisionedConcurrencyConfig", Qualifier="1")
    found = scf.read(TOKEN, id, made, old)
    assert found is not None
    assert scf.diff(TOKEN, found[0], old).kinds == {"provisionedConcurrency": "add"}
    made = scf.update(TOKEN, id, found[1], old)
    assert settled(scf, id, made, old)
    actions = [{"triggerName": "n", "triggerProvisionedConcurrencyNum": 2.0, "triggerCronConfig": "0 0 9 * * * *"}]
    tracking = {"provisionedType": "ConcurrencyUtilizationTracking", "trackingTarget": 0.5, "minCapacity": 1.0}
    for settings in (
        {"versionProvisionedConcurrencyNum": 2.0},
        {"versionProvisionedConcurrencyNum": 1.0, "triggerActions": actions},
        {**tracking, "maxCapacity": 2.0},
    ):
        new = old | {"provisionedConcurrency": settings}
        changes = scf.diff(TOKEN, old, new)
        assert changes.kinds and not changes.replaces
        made = scf.update(TOKEN, id, made, new)
        assert settled(scf, id, made, new)
        old = new
    made = scf.update(TOKEN, id, made, inputs(function))
    assert settled(scf, id, made, inputs(function))
    assert function.ask("GetProvisionedConcurrencyConfig")["Allocated"] == []
    scf.delete(TOKEN, id, made)


def test_a_version_whose_instances_are_refused_is_recorded_and_gets_them_the_next_time(
    scf: ScfPlugin, function: LiveFunction
) -> None:
    wanted = inputs(function, provisionedConcurrency={"versionProvisionedConcurrencyNum": 1.0})
    scf.fail("PutProvisionedConcurrencyConfig", DENIED)
    with pytest.raises(Failure, match=r"UnauthorizedOperation\.CAM") as told:
        scf.create(TOKEN, wanted)
    assert (told.value.id, told.value.outputs["versionId"]) == (f"default/{function.name}:1", "1")
    made = scf.update(TOKEN, told.value.id, told.value.outputs, wanted)
    assert settled(scf, told.value.id, made, wanted)
    assert function.versions() == ["1"]


def test_a_stop_ends_the_waiting(scf: ScfPlugin, function: LiveFunction) -> None:
    scf.transitions(600)
    scf.stop_after("PublishVersion")
    with pytest.raises(Failure, match="was stopped: the update was cancelled"):
        scf.create(TOKEN, inputs(function))
    assert function.ask("GetFunction", Qualifier="1")["Status"] == "Publishing"


def test_wrong_inputs_are_named(scf: ScfPlugin) -> None:
    good = {"account": "1", "region": "r", "functionName": "f", "fingerprint": "a"}
    assert scf.check(TOKEN, good) == {}
    provisioned = {"provisionedType": "ConcurrencyUtilizationTracking", "versionProvisionedConcurrencyNum": 1.0}
    wrong = scf.check(TOKEN, {**good, "description": "x", "provisionedConcurrency": provisioned, "more": "x"})
    assert set(wrong) == {
        "description",
        "more",
        *(f"provisionedConcurrency.{name}" for name in ("trackingTarget", "minCapacity", "maxCapacity")),
        "provisionedConcurrency.versionProvisionedConcurrencyNum",
    }
