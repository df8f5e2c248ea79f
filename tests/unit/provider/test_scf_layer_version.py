"""``yunfn:scf:LayerVersion`` at the provider's interface, over a local cloud."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

import pytest

from support.cos_bucket import CosBucket
from support.scf_plugin import INTERNAL, LOST, REGION, THROTTLED, Failure, ScfPlugin, urn_of, zipped
from yunfn.exceptions import CloudAnswerError
from yunfn.provider.mark import TAG, mark_of
from yunfn.provider.properties import UNKNOWN

TOKEN = "yunfn:scf:LayerVersion"
_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def bucket(scf_of_module: ScfPlugin) -> CosBucket:
    return scf_of_module.bucket()


@pytest.fixture
def wanted(scf: ScfPlugin, bucket: CosBucket) -> dict[str, Any]:
    number = next(_NUMBERS)
    # A region has 20 layers at most.
    return layer(scf, bucket, f"layer{number % 15}", f"one{number}")


def layer(scf: ScfPlugin, bucket: CosBucket, name: str, word: str) -> dict[str, Any]:
    content = zipped({f"{word}.py": ""})
    digest = hashlib.sha256(content).hexdigest()
    bucket.put(f"{digest}.zip", content)
    return {
        "account": scf.account, "region": REGION, "layerName": name, "sha256": digest,
        "compatibleRuntimes": ["Python3.6", "Python3.10"],
        "content": {"cosBucketName": bucket.name, "cosObjectName": f"{digest}.zip"},
    }  # fmt: skip


def versions(scf: ScfPlugin, wanted: dict[str, Any]) -> list[int]:
    found = scf.ask("ListLayerVersions", LayerName=wanted["layerName"])["LayerVersions"]
    return [each["LayerVersion"] for each in found]


def test_a_layer_is_published_found_unchanged_imported_and_deleted(scf: ScfPlugin, wanted: dict[str, Any]) -> None:
    wanted |= {"description": "text", "licenseInfo": "MIT", "tags": {"team": "x"}}
    with scf.counted() as asked:
        id, made = scf.create(TOKEN, wanted)
    assert id == f"{wanted['layerName']}:{made['layerVersion']:g}"
    assert set(asked) == {"ListLayerVersions", "PublishLayerVersion", "GetLayerVersion"}
    assert (made["status"], made["codeSha256"]) == ("Active", wanted["sha256"])
    there = scf.ask("ListLayerVersions", LayerName=wanted["layerName"])["LayerVersions"][0]
    assert {each["Key"]: each["Value"] for each in there["Tags"]} == {"team": "x", TAG: mark_of(urn_of(TOKEN))}
    found = scf.read(TOKEN, id, made, wanted)
    assert found is not None
    assert dict(found[1]) == dict(made)
    assert not scf.diff(TOKEN, found[0], wanted)
    imported = scf.read(TOKEN, id)
    assert imported is not None
    assert scf.check(TOKEN, imported[0]) == {}
    assert not scf.diff(TOKEN, imported[0], wanted)
    scf.delete(TOKEN, id, made)
    assert versions(scf, wanted) == []
    assert scf.read(TOKEN, id, made, wanted) is None
    scf.delete(TOKEN, id, made)


def test_a_refresh_is_one_call(scf: ScfPlugin, wanted: dict[str, Any]) -> None:
    id, made = scf.create(TOKEN, wanted)
    with scf.counted() as asked:
        scf.read(TOKEN, id, made, wanted)
    assert asked == ["GetLayerVersion"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account", "1250000001"), ("region", "ap-beijing"), ("layerName", "l"), ("sha256", "0" * 64),
        ("sha256", UNKNOWN), ("compatibleRuntimes", ["Python3.6"]), ("description", "x"), ("licenseInfo", "x"),
    ],
)  # fmt: skip
def test_what_makes_another_version_says_so(scf: ScfPlugin, wanted: dict[str, Any], name: str, value: Any) -> None:
    found = scf.diff(TOKEN, wanted, wanted | {name: value})
    assert (found.replaces, found.delete_first) == ([name], False)


def test_order_and_place_are_no_change_and_tags_change_in_place(scf: ScfPlugin, wanted: dict[str, Any]) -> None:
    moved = wanted | {"content": {"cosBucketName": "b", "cosObjectName": "elsewhere"}}
    assert not scf.diff(TOKEN, wanted, moved | {"compatibleRuntimes": wanted["compatibleRuntimes"][::-1]})
    id, made = scf.create(TOKEN, wanted)
    tagged = wanted | {"tags": {"a": "1", "b": ""}}
    assert scf.diff(TOKEN, wanted, tagged).kinds == {"tags": "add"}
    there = scf.update(TOKEN, id, made, tagged)
    found = scf.read(TOKEN, id, there, tagged)
    assert found is not None
    assert dict(found[1]) == dict(there)
    assert not scf.diff(TOKEN, found[0], tagged)
    # Somebody else takes them away.
    scf.update(TOKEN, id, there, wanted)
    drifted = scf.read(TOKEN, id, there, tagged)
    assert drifted is not None
    assert scf.diff(TOKEN, drifted[0], tagged).kinds == {"tags": "add"}


def test_other_content_is_another_version_and_known_content_the_known_one(
    scf: ScfPlugin, bucket: CosBucket, wanted: dict[str, Any]
) -> None:
    other = layer(scf, bucket, wanted["layerName"], "two")
    one, _ = scf.create(TOKEN, wanted)
    two, _ = scf.create(TOKEN, other)
    assert one != two
    # Back again, or after a kill between the publish and its record: nothing is published twice.
    assert scf.create(TOKEN, wanted)[0] == one
    assert len(versions(scf, wanted)) == 2
    # Another resource has a version of its own.
    assert scf.create(TOKEN, wanted, name="y")[0] not in (one, two)


@pytest.mark.parametrize(("error", "arrived"), [(LOST, True), (INTERNAL, False), (INTERNAL, True), (THROTTLED, False)])
def test_faults_on_the_way_publish_one_version(
    scf: ScfPlugin, wanted: dict[str, Any], error: CloudAnswerError, arrived: bool
) -> None:
    before = len(versions(scf, wanted))
    scf.fail("PublishLayerVersion", error, arrived=arrived)
    for action in ("ListLayerVersions", "GetLayerVersion"):
        scf.fail(action, error)
    id, made = scf.create(TOKEN, wanted)
    assert made["status"] == "Active"
    assert len(versions(scf, wanted)) == before + 1
    scf.fail("DeleteLayerVersion", error, arrived=arrived)
    scf.delete(TOKEN, id, made)
    assert len(versions(scf, wanted)) == before


def test_one_that_fails_leaves_nothing_and_says_what_it_can(scf: ScfPlugin, wanted: dict[str, Any]) -> None:
    before = versions(scf, wanted)
    broken = wanted | {"content": {**wanted["content"], "cosObjectName": "missing.zip"}, "sha256": "0" * 64}
    with pytest.raises(Failure, match=r"is PublishFailed\. SCF gives no reason") as told:
        scf.create(TOKEN, broken)
    assert told.value.id == ""
    assert versions(scf, wanted) == before


def test_what_a_stop_interrupts_is_recorded_and_waited_for_the_next_time(
    scf: ScfPlugin, wanted: dict[str, Any]
) -> None:
    # What it would take if the stop ended nothing; and so long that some is left for the next time.
    for seconds, name in ((600, "stopped"), (1, wanted["layerName"])):
        scf.transitions(seconds)
        inputs = wanted | {"layerName": name}
        before = len(versions(scf, inputs))
        scf.stop_after("PublishLayerVersion")
        with pytest.raises(Failure, match="was stopped") as told:
            scf.create(TOKEN, inputs)
        assert seconds < 600 or told.value.outputs["status"] == "Publishing"
    there = scf.update(TOKEN, told.value.id, told.value.outputs, wanted)
    assert there["status"] == "Active"
    assert len(versions(scf, wanted)) == before + 1


def test_wrong_inputs_are_named(scf: ScfPlugin, wanted: dict[str, Any]) -> None:
    wrong = wanted | {"sha256": "latest", "compatibleRuntimes": ["Python3.6"] * 6, "tags": {"yunfn:resource": "mine"}}
    assert set(scf.check(TOKEN, wrong)) == {"sha256", "compatibleRuntimes", 'tags["yunfn:resource"]'}
    assert scf.check(TOKEN, wanted | {"sha256": UNKNOWN, "compatibleRuntimes": [UNKNOWN]}) == {}
