"""Functions and their states by the official client."""

from __future__ import annotations

import base64
import hashlib
import time
from types import SimpleNamespace
from typing import Any

import pytest

from unit.localcloud.tencent.scf.conftest import Scf, inline, make_zip
from yunfn.localcloud.tencent.scf import transitions


def test_a_function_has_everything_that_clients_look_at(scf: Scf) -> None:
    name = scf.function(Description="first", Tags=[{"Key": "team", "Value": "a"}])
    answer = scf.raw("GetFunction", FunctionName=name)
    defaults: dict[str, Any] = {
        "AccessInfo": {"Host": "", "Vip": ""},
        "AsyncRunEnable": "FALSE",
        "AvailableStatus": "Available",
        "CfsConfig": {"CfsInsList": []},
        "ClsLogsetId": "",
        "ClsTopicId": "",
        "CodeError": "",
        "CodeInfo": "",
        "CodeResult": "success",
        "CodeSize": len(make_zip()),
        "DeadLetterConfig": {"Type": "", "Name": "", "FilterType": ""},
        "Description": "first",
        "DnsCache": "FALSE",
        "EipConfig": {"EipFixed": "FALSE", "Eips": []},
        "Environment": {"Variables": []},
        "ErrNo": 0,
        "FunctionName": name,
        "FunctionVersion": "$LATEST",
        "Handler": "index.main",
        "ImageConfig": None,
        "InitTimeout": 65,
        "InstallDependency": "FALSE",
        "InstanceConcurrencyConfig": None,
        "IntranetConfig": {"IpFixed": "DISABLE", "IpAddress": []},
        "L5Enable": "FALSE",
        "Layers": [],
        "MemorySize": 128,
        "Namespace": "default",
        "OnsEnable": "FALSE",
        "ProtocolParams": None,
        "ProtocolType": "",
        "PublicNetConfig": {"PublicNetStatus": "ENABLE", "EipConfig": {"EipStatus": "DISABLE", "EipAddress": []}},
        "Qualifier": "$LATEST",
        "Role": "",
        "Runtime": "Python3.6",
        "Status": "Active",
        "StatusDesc": "",
        "StatusReasons": [],
        "Tags": [{"Key": "team", "Value": "a"}],
        "Timeout": 3,
        "TraceEnable": "FALSE",
        "Triggers": [],
        "Type": "Event",
        "UseGpu": "FALSE",
        "VpcConfig": {"VpcId": "", "SubnetId": ""},
    }
    assert answer.pop("FunctionId").startswith("lam-")
    assert len(answer.pop("AddTime")) == len(answer.pop("ModTime")) == len("2026-01-31 08:00:00")
    answer.pop("RequestId")
    assert answer == defaults


def test_states_last_a_while_and_refuse_what_would_write(scf: Scf, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = 0
    monkeypatch.setattr(transitions, "time", SimpleNamespace(time=lambda: time.time() + passed))
    with scf.transitions(600):
        name = scf.function()
        assert scf.get(name)["Status"] == "Creating"
        for action in ("UpdateFunctionConfiguration", "DeleteFunction", "PublishVersion"):
            assert "Creating" in scf.refused("FailedOperation.FunctionStatusError", action, FunctionName=name)
        scf.refused("FailedOperation.FunctionStatusError", "UpdateFunctionCode", FunctionName=name, Code=inline())
        scf.refused("ResourceInUse.Function", "CreateFunction", FunctionName=name, Code=inline(), Handler="a.b")
    other = scf.function()
    with scf.transitions(600):
        scf.call("UpdateFunctionConfiguration", FunctionName=other, MemorySize=256)
        assert scf.get(other)["Status"] == "Updating"
        passed += 601
        there = scf.get(other)
        assert (there["Status"], there["MemorySize"]) == ("Active", 256)
        scf.call("DeleteFunction", FunctionName=other)
        assert scf.get(other)["Status"] == "Deleting"
        scf.refused("FailedOperation.FunctionStatusError", "DeleteFunction", FunctionName=other)
        passed += 601
        scf.refused("ResourceNotFound.Function", "GetFunction", FunctionName=other)
    scf.function(other)


def test_creation_from_cos(scf: Scf) -> None:
    scf.bucket("artifacts")
    data = make_zip(index__py="y = 2")
    scf.put("artifacts", "code/a.zip", data)
    scf.put("artifacts", "code/broken.zip", data[:-4])
    name = scf.function(Code={"CosBucketName": "artifacts", "CosObjectName": "/code/a.zip"})
    assert scf.get(name)["Status"] == "Active"
    address = scf.call("GetFunctionAddress", FunctionName=name)
    assert address.CodeSha256 == hashlib.sha256(data).hexdigest()
    downloaded = scf.cloud.session().get(address.Url)
    assert (downloaded.content, downloaded.headers["content-type"]) == (data, "application/zip")
    assert scf.cloud.session().get(address.Url.replace("code-packages/", "code-packages/x")).status_code == 403
    account = scf.cloud.home.tencent.app_id
    missing = {"CosBucketName": "artifacts", "CosObjectName": "/code/none.zip"}
    suffixed = {"CosBucketName": f"artifacts-{account}", "CosObjectName": "/code/a.zip"}
    broken = {"CosBucketName": "artifacts", "CosObjectName": "/code/broken.zip"}
    for code, reason in (
        (missing, "ResourceNotFound.CosObject"),
        (suffixed, "ResourceNotFound.CosObject"),
        (broken, "InvalidParameterValue.ZipFile"),
        ({"ZipFile": base64.b64encode(data[:-4]).decode()}, "InvalidParameterValue.ZipFile"),
    ):
        failed = scf.function(Code=code)
        found = scf.get(failed)
        assert (found["Status"], found["CodeResult"]) == ("CreateFailed", "failed")
        assert [each["ErrorCode"] for each in found["StatusReasons"]] == [reason]
        assert found["StatusReasons"][0]["ErrorMessage"]
        scf.refused("FailedOperation.FunctionStatusError", "UpdateFunctionConfiguration", FunctionName=failed)
        scf.call("DeleteFunction", FunctionName=failed)
    with scf.transitions(600):
        creating = scf.get(scf.function(Code=missing))
        assert (creating["Status"], creating["StatusReasons"]) == ("Creating", [])


def test_code_in_another_regions_bucket(scf: Scf) -> None:
    far = Scf(scf.cloud, "ap-tokyo")
    far.bucket("faraway")
    far.put("faraway", "a.zip", make_zip())
    code = {"CosBucketName": "faraway", "CosObjectName": "/a.zip"}
    assert scf.get(scf.function(Code=code))["Status"] == "CreateFailed"
    assert scf.get(scf.function(Code={**code, "CosBucketRegion": "ap-tokyo"}))["Status"] == "Active"


def test_code_and_layers_have_a_size_unzipped(scf: Scf) -> None:
    data = bytearray(make_zip())
    # The size unpacked, in the archive's own table: 600 MB.
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (600 << 20).to_bytes(4, "little")
    code = {"ZipFile": base64.b64encode(data).decode()}
    wanted = {"FunctionName": "large", "Handler": "a.b", "Runtime": "Python3.6", "Code": code}
    before = scf.blobs()
    assert "500 MB" in scf.refused("InvalidParameterValue.Code", "CreateFunction", **wanted)
    assert scf.blobs() == before


def test_a_link_to_code_ends(scf: Scf) -> None:
    url = scf.call("GetFunctionAddress", FunctionName=scf.function()).Url
    assert scf.cloud.session().get(url).status_code == 200
    scf.cloud.run(lambda cloud: cloud.clock.move(3600))
    try:
        assert scf.cloud.session().get(url).status_code == 403
    finally:
        scf.cloud.run(lambda cloud: cloud.clock.move(-3600))


def test_a_role_must_be_there_and_trust_scf(scf: Scf) -> None:
    scf.role("runs")
    foreign = {"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"service": ["cvm.qcloud.com"]}}
    scf.role("stays", {"version": "2.0", "statement": [foreign]})
    assert scf.get(scf.function(Role="runs"))["Status"] == "Active"
    for role, reason in (("none", "FailedOperation.QcsRoleNotFound"), ("stays", "InvalidParameter.RoleCheck")):
        found = scf.get(scf.function(Role=role))
        assert (found["Status"], found["StatusReasons"][0]["ErrorCode"]) == ("CreateFailed", reason)
    name = scf.function()
    scf.call("UpdateFunctionConfiguration", FunctionName=name, Role="none", MemorySize=512)
    failed = scf.get(name)
    assert (failed["Status"], failed["MemorySize"], failed["Role"]) == ("UpdateFailed", 128, "")
    scf.call("UpdateFunctionConfiguration", FunctionName=name, Role="runs")
    assert (scf.get(name)["Status"], scf.get(name)["Role"]) == ("Active", "runs")


@pytest.mark.parametrize(
    ("code", "settings"),
    [
        ("ResourceNotFound.Namespace", {"Namespace": "nowhere"}),
        ("InvalidParameterValue.FunctionName", {"FunctionName": "1st"}),
        ("InvalidParameterValue.FunctionName", {"FunctionName": "ends-"}),
        ("InvalidParameterValue.Handler", {"Handler": "main"}),
        ("InvalidParameterValue.Runtime", {"Runtime": "Python3.8"}),
        ("InvalidParameterValue.MemorySize", {"MemorySize": 200}),
        ("LimitExceeded.Memory", {"MemorySize": 3200}),
        ("LimitExceeded.Timeout", {"Timeout": 901}),
        ("LimitExceeded.InitTimeout", {"InitTimeout": 301}),
        ("InvalidParameterValue.Environment", {"Environment": {"Variables": [{"Key": "1A", "Value": "x"}]}}),
        (
            "InvalidParameterValue.EnvironmentSystemProtect",
            {"Environment": {"Variables": [{"Key": "SCF_X", "Value": "x"}]}},
        ),
        (
            "InvalidParameterValue.EnvironmentExceededLimit",
            {"Environment": {"Variables": [{"Key": "A", "Value": "x" * 4096}]}},
        ),
        ("InvalidParameterValue.ZipFileBase64BinasciiError", {"Code": {"ZipFile": "?"}}),
        ("InvalidParameterValue.CosObjectName", {"Code": {"CosBucketName": "b", "CosObjectName": "a.zip"}}),
        ("InvalidParameterValue.CosBucketName", {"Code": {"CosObjectName": "/a.zip"}}),
        ("MissingParameter.Code", {"Code": {}}),
        ("ResourceNotFound.Layer", {"Layers": [{"LayerName": "none", "LayerVersion": 1}]}),
        ("InvalidParameterValue.Cls", {"ClsLogsetId": "a", "ClsTopicId": "b"}),
        ("InvalidParameterValue.DnsCache", {"DnsCache": "TRUE", "Type": "HTTP"}),
        ("InvalidParameterValue.InstanceConcurrencyConfig", {"InstanceConcurrencyConfig": {"MaxConcurrency": 2}}),
        ("InvalidParameterValue.PublicNetStatus", {"PublicNetConfig": {"PublicNetStatus": "ON"}}),
        ("InvalidParameter", {"MemorySize": "128"}),
        ("LimitExceeded.Layers", {"Layers": [{"LayerName": f"l{n}", "LayerVersion": 1} for n in range(6)]}),
    ],
)
def test_what_a_creation_is_refused_for(scf: Scf, code: str, settings: dict[str, Any]) -> None:
    name = settings.get("FunctionName") or "refused"
    wanted = {"Runtime": "Python3.6", "Handler": "index.main", "Code": inline(), **settings, "FunctionName": name}
    scf.refused(code, "CreateFunction", **wanted)
    assert [each.FunctionName for each in scf.call("ListFunctions", SearchKey=name).Functions] == []


def test_unknown_parameters_and_unknown_functions(scf: Scf) -> None:
    name = scf.function()
    with pytest.raises(Exception, match="UnknownParameter"):
        scf.raw("UpdateFunctionConfiguration", FunctionName=name, TraceEnable="TRUE")
    scf.refused("ResourceNotFound.Function", "GetFunction", FunctionName="nobody")
    scf.refused("ResourceNotFound.Namespace", "GetFunction", FunctionName=name, Namespace="nowhere")
    scf.refused("ResourceNotFound.Version", "GetFunction", FunctionName=name, Qualifier="7")
    scf.refused("ResourceNotFound.FunctionVersion", "GetFunctionAddress", FunctionName=name, Qualifier="7")
    scf.refused("MissingParameter", "GetFunction")


def test_a_request_over_ten_megabytes_is_refused(scf: Scf) -> None:
    text = "x" * (10 << 20)
    assert "COS" in scf.refused("RequestSizeLimitExceeded", "CreateNamespace", Namespace="large", Description=text)
    assert scf.call("ListNamespaces").TotalCount == 1
