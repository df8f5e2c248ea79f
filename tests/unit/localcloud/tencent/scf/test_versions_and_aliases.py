"""Versions, aliases, and which version a call takes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from unit.localcloud.tencent.scf.conftest import Scf, document, inline, make_zip
from yunfn.localcloud.tencent.scf import ScfService
from yunfn.localcloud.tencent.scf.directory import ResolvedFunction
from yunfn.localcloud.tencent.scf.exceptions import FunctionStatusError


def weight(version: str, share: float) -> dict[str, Any]:
    return {"AdditionalVersionWeights": [{"Version": version, "Weight": share}]}


def test_a_version_is_frozen_under_its_own_description(scf: Scf) -> None:
    name = scf.function(Description="of latest", Environment={"Variables": [{"Key": "A", "Value": "1"}]})
    answer = document(scf.call("PublishVersion", FunctionName=name, Description="of one"))
    assert answer.pop("RequestId")
    assert answer == {
        "FunctionVersion": "1",
        "CodeSize": len(make_zip()),
        "MemorySize": 128,
        "Description": "of one",
        "Handler": "index.main",
        "Timeout": 3,
        "Runtime": "Python3.6",
        "Namespace": "default",
    }
    scf.call("UpdateFunctionConfiguration", FunctionName=name, Timeout=9)
    scf.call("UpdateFunctionCode", FunctionName=name, Handler="other.main", Code=inline(other__py="y"))
    assert scf.publish(name) == "2"
    one, latest = scf.get(name, Qualifier="1"), scf.get(name)
    assert (one["Description"], one["Timeout"], one["Handler"], one["FunctionVersion"]) == (
        "of one", 3, "index.main", "1",
    )  # fmt: skip
    assert (latest["Description"], latest["Timeout"], latest["Handler"]) == ("of latest", 9, "other.main")
    assert scf.get(name, Qualifier="2")["Description"] == ""
    listed = scf.call("ListVersionByFunction", FunctionName=name)
    assert listed.FunctionVersion == ["$LATEST", "1", "2"]
    assert [(each.Version, each.Description, each.Status) for each in listed.Versions] == [
        ("$LATEST", "of latest", "Active"),
        ("1", "of one", "Active"),
        ("2", "", "Active"),
    ]
    assert listed.TotalCount == 3
    addresses = [scf.call("GetFunctionAddress", FunctionName=name, Qualifier=each) for each in ("1", "2", "$LATEST")]
    digests = [each.CodeSha256 for each in addresses]
    assert digests[0] != digests[1] == digests[2]
    assert scf.cloud.session().get(addresses[0].Url).content == make_zip()


def test_publishing_takes_a_while_on_function_and_version(scf: Scf) -> None:
    name = scf.function()
    with scf.transitions(600):
        assert scf.publish(name) == "1"
        assert (scf.get(name)["Status"], scf.get(name, Qualifier="1")["Status"]) == ("Publishing", "Publishing")
        alias = {"FunctionName": name, "Name": "live", "FunctionVersion": "1"}
        scf.refused("FailedOperation.FunctionStatusError", "CreateAlias", **alias)
        scf.refused("FailedOperation.FunctionStatusError", "PublishVersion", FunctionName=name)
        assert resolved(scf, name, "$LATEST").version == "$LATEST"
        with pytest.raises(FunctionStatusError, match="1 is Publishing"):
            resolved(scf, name, "1")


def test_publish_with_an_update(scf: Scf) -> None:
    name = scf.function(Description="both")
    scf.call("UpdateFunctionConfiguration", FunctionName=name, MemorySize=256, Publish="TRUE")
    found = scf.get(name, Qualifier="1")
    assert (found["MemorySize"], found["Description"]) == (256, "both")
    scf.call(
        "UpdateFunctionCode", FunctionName=name, Code={"CosBucketName": "none", "CosObjectName": "/a"}, Publish="TRUE"
    )
    assert scf.get(name)["Status"] == "UpdateFailed"
    scf.refused("ResourceNotFound.Version", "GetFunction", FunctionName=name, Qualifier="2")
    scf.refused("FailedOperation.FunctionStatusError", "PublishVersion", FunctionName=name)


def test_an_alias_tells_null_where_it_routes_to_nothing_else(scf: Scf) -> None:
    name = scf.function()
    scf.publish(name)
    scf.publish(name)
    scf.call("CreateAlias", FunctionName=name, Name="live", FunctionVersion="1", Description="d")
    found = scf.raw("GetAlias", FunctionName=name, Name="live")
    assert found["AddTime"] and found["ModTime"]
    assert {key: found[key] for key in ("Name", "FunctionVersion", "Description", "RoutingConfig")} == {
        "Name": "live", "FunctionVersion": "1", "Description": "d", "RoutingConfig": None,
    }  # fmt: skip
    scf.call("UpdateAlias", FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig=weight("2", 0.25))
    found = scf.raw("GetAlias", FunctionName=name, Name="live")
    assert found["RoutingConfig"] == weight("2", 0.25) | {"AddtionVersionMatchs": []}
    scf.call("UpdateAlias", FunctionName=name, Name="live", FunctionVersion="2")
    found = scf.raw("GetAlias", FunctionName=name, Name="live")
    assert (found["FunctionVersion"], found["RoutingConfig"], found["Description"]) == ("2", None, "d")
    listed = scf.call("ListAliases", FunctionName=name, Limit="1", Offset="1")
    assert ([each.Name for each in listed.Aliases], listed.TotalCount) == (["live"], 2)
    assert [each.Name for each in scf.call("ListAliases", FunctionName=name, FunctionVersion="2").Aliases] == ["live"]
    assert scf.get(name, Qualifier="live")["FunctionVersion"] == "2"
    scf.call("DeleteAlias", FunctionName=name, Name="live")
    scf.refused("ResourceNotFound.Alias", "GetAlias", FunctionName=name, Name="live")


def test_default_is_there_and_stays(scf: Scf) -> None:
    name = scf.function()
    scf.publish(name)
    default = {"FunctionName": name, "Name": "$DEFAULT"}
    assert scf.raw("GetAlias", **default)["FunctionVersion"] == "$LATEST"
    scf.refused("ResourceInUse.Alias", "CreateAlias", **default, FunctionVersion="1")
    scf.refused("FailedOperation.DeleteAlias", "DeleteAlias", **default)
    scf.call("UpdateAlias", **default, FunctionVersion="1", RoutingConfig=weight("$LATEST", 0.5))
    assert scf.raw("GetAlias", **default)["FunctionVersion"] == "1"


def test_what_aliases_are_refused_for(scf: Scf) -> None:
    name = scf.function()
    for _ in range(3):
        scf.publish(name)
    two = weight("2", 0.1)["AdditionalVersionWeights"] + weight("3", 0.1)["AdditionalVersionWeights"]
    match = {"Version": "2", "Key": "invoke.headers.User", "Method": "range", "Expression": "1-3"}
    for code, changes in (
        ("InvalidParameterValue.Name", {"Name": "1st"}),
        ("ResourceNotFound.FunctionVersion", {"FunctionVersion": "9"}),
        ("ResourceNotFound.FunctionVersion", {"RoutingConfig": weight("9", 0.5)}),
        ("InvalidParameterValue.AdditionalVersionWeights", {"RoutingConfig": weight("1", 0.5)}),
        ("InvalidParameterValue.AdditionalVersionWeights", {"RoutingConfig": weight("2", 1.5)}),
        ("InvalidParameterValue.AdditionalVersionWeights", {"RoutingConfig": {"AdditionalVersionWeights": two}}),
        ("InvalidParameter.RoutingConfig", {"RoutingConfig": {"AddtionVersionMatchs": [match]}}),
        ("ResourceNotFound.Function", {"FunctionName": "nobody"}),
    ):
        wanted = {"FunctionName": name, "Name": "live", "FunctionVersion": "1", **changes}
        scf.refused(code, "CreateAlias", **wanted)
    scf.call("CreateAlias", FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig=weight("2", 0.5))
    scf.refused("ResourceInUse.Alias", "CreateAlias", FunctionName=name, Name="live", FunctionVersion="1")
    scf.refused("UnsupportedOperation.AliasBind", "DeleteFunction", FunctionName=name, Qualifier="2")
    scf.refused("ResourceNotFound.Qualifier", "DeleteFunction", FunctionName=name, Qualifier="live")
    scf.call("DeleteFunctionVersion", FunctionName=name, Qualifier="3")
    scf.refused("ResourceNotFound.Version", "GetFunction", FunctionName=name, Qualifier="3")
    assert scf.publish(name) == "4"


def test_calls_are_shared_by_weight_and_header(scf: Scf) -> None:
    name = scf.function()
    scf.publish(name)
    scf.publish(name)
    routing = weight("2", 0.25) | {
        "AddtionVersionMatchs": [
            {"Version": "2", "Key": "invoke.headers.User", "Method": "exact", "Expression": "bob"},
            {"Version": "2", "Key": "invoke.headers.Age", "Method": "range", "Expression": "(10,20]"},
        ]
    }
    scf.call("UpdateAlias", FunctionName=name, Name="$DEFAULT", FunctionVersion="1", RoutingConfig=routing)

    def versions(headers: dict[str, str], count: int) -> Counter[str]:
        return Counter(resolved(scf, name, "$DEFAULT", headers).version for _ in range(count))

    for headers in ({"User": "bob"}, {"user": "bob"}, {"Age": "11"}, {"age": "20"}):
        assert versions(headers, 20) == Counter({"2": 20})
    shared = versions({"User": "eve", "Age": "10"}, 400)
    assert 60 < shared["2"] < 140 and shared["1"] + shared["2"] == 400


def test_what_is_resolved(scf: Scf) -> None:
    name = scf.function(Code=inline(index__py="v = 1"))
    scf.publish(name)
    scf.call("UpdateFunctionCode", FunctionName=name, Code=inline(index__py="v = 2"))
    scf.call("PutReservedConcurrencyConfig", FunctionName=name, ReservedConcurrencyMem=1280)

    def resolve(qualifier: str) -> ResolvedFunction:
        return resolved(scf, name, qualifier)

    one, latest = resolve("1"), resolve("$LATEST")
    assert (one.code.read_bytes(), latest.code.read_bytes()) == (
        make_zip(index__py="v = 1"),
        make_zip(index__py="v = 2"),
    )
    assert (one.version, latest.version, one.reserved_mb) == ("1", "$LATEST", 1280)
    assert one.fingerprint != latest.fingerprint and one.function_id == latest.function_id
    assert one.event_invoke == {"RetryConfig": [{"RetryNum": 2}], "MsgTTL": 21600}
    scf.call("UpdateFunctionConfiguration", FunctionName=name, Description="says nothing to instances")
    assert resolve("$LATEST").fingerprint == latest.fingerprint
    scf.call("UpdateFunctionConfiguration", FunctionName=name, Timeout=4)
    assert resolve("$LATEST").fingerprint != latest.fingerprint
    with scf.transitions(600):
        scf.call("UpdateFunctionConfiguration", FunctionName=name, Timeout=5)
        assert resolve("$LATEST").configuration["Timeout"] == 5


def resolved(scf: Scf, name: str, qualifier: str, headers: dict[str, str] | None = None) -> ResolvedFunction:
    return scf.cloud.run(
        lambda cloud: cloud.find(ScfService).directory.resolve(scf.region, "default", name, qualifier, headers)
    )
