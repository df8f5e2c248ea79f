"""Layers, and functions that use them."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from unit.localcloud.tencent.scf.conftest import Scf, document, inline, make_zip


@pytest.fixture(scope="module")
def near(scf_cloud: ServedCloud) -> Scf:
    """A region of this module's own: limits count in one."""
    return Scf(scf_cloud, "ap-nanjing")


def publish(scf: Scf, name: str, **changes: Any) -> int:
    wanted = {"CompatibleRuntimes": ["Python3.6"], "Content": inline(), **changes}
    return int(scf.call("PublishLayerVersion", LayerName=name, **wanted).LayerVersion)


def test_versions_of_a_layer(near: Scf) -> None:
    data = make_zip(a__py="a = 1")
    with near.transitions(600):
        assert publish(near, "libs", Content=inline(a__py="a = 1"), Description="d", LicenseInfo="MIT") == 1
        assert near.call("GetLayerVersion", LayerName="libs", LayerVersion=1).Status == "Publishing"
        using = {"Layers": [{"LayerName": "libs", "LayerVersion": 1}], "Handler": "a.b", "Runtime": "Python3.6"}
        near.refused("InvalidParameterValue.Layers", "CreateFunction", FunctionName="early", Code=inline(), **using)
    assert publish(near, "libs", Tags=[{"Key": "k", "Value": "v"}]) == 2
    found = document(near.call("GetLayerVersion", LayerName="libs", LayerVersion=1))
    assert near.cloud.session().get(found.pop("Location")).content == data
    assert found.pop("AddTime") and found.pop("RequestId")
    assert found == {
        "LayerName": "libs",
        "LayerVersion": 1,
        "CompatibleRuntimes": ["Python3.6"],
        "Description": "d",
        "LicenseInfo": "MIT",
        "CodeSha256": hashlib.sha256(data).hexdigest(),
        "Status": "Publishing",
    }
    listed = near.raw("ListLayerVersions", LayerName="libs")["LayerVersions"]
    assert [each["LayerVersion"] for each in listed] == [2, 1]
    assert listed[0]["Tags"] == [{"Key": "k", "Value": "v"}]
    assert near.raw("ListLayerVersions", LayerName="libs", CompatibleRuntime=["Python3.9"])["LayerVersions"] == []
    (newest,) = near.call("ListLayers", SearchKey="lib").Layers
    assert (newest.LayerName, newest.LayerVersion) == ("libs", 2)
    before = near.blobs()
    near.call("DeleteLayerVersion", LayerName="libs", LayerVersion=2)
    assert near.blobs() == before - 1
    near.refused("ResourceNotFound.LayerVersion", "GetLayerVersion", LayerName="libs", LayerVersion=2)
    near.refused("ResourceNotFound.LayerVersion", "DeleteLayerVersion", LayerName="libs", LayerVersion=2)
    assert publish(near, "libs") == 3


def test_a_layer_without_its_zip_fails_afterwards(near: Scf) -> None:
    number = publish(near, "broken", Content={"CosBucketName": "none", "CosObjectName": "/a.zip"})
    found = near.call("GetLayerVersion", LayerName="broken", LayerVersion=number)
    assert (found.Status, found.Location) == ("PublishFailed", "")
    for code, changes in (
        ("InvalidParameterValue.LayerName", {"LayerName": "1st"}),
        ("InvalidParameterValue.CompatibleRuntimes", {"CompatibleRuntimes": []}),
        ("InvalidParameterValue.CompatibleRuntimes", {"CompatibleRuntimes": ["Python3.8"]}),
        ("InvalidParameterValue.Content", {"Content": {}}),
        ("InvalidParameterValue.ZipFileBase64BinasciiError", {"Content": {"ZipFile": "?"}}),
    ):
        wanted = {"LayerName": "refused", "CompatibleRuntimes": ["Python3.6"], "Content": inline(), **changes}
        near.refused(code, "PublishLayerVersion", **wanted)


def test_a_function_takes_layers_in_order_and_drops_them(near: Scf) -> None:
    one, two = publish(near, "one", Content=inline(a__py="1")), publish(near, "two", Content=inline(a__py="2"))
    both = [{"LayerName": "two", "LayerVersion": two}, {"LayerName": "one", "LayerVersion": one}]
    name = near.function(Layers=both)
    layers = near.get(name)["Layers"]
    assert [(each["LayerName"], each["LayerVersion"], each["Status"]) for each in layers] == [
        ("two", 1, "Active"),
        ("one", 1, "Active"),
    ]

    def resolved() -> list[bytes]:
        from yunfn.localcloud.tencent.scf import ScfService

        return near.cloud.run(
            lambda cloud: [
                path.read_bytes()
                for path in cloud.find(ScfService).directory.resolve(near.region, "default", name).layers
            ]
        )

    assert resolved() == [make_zip(a__py="2"), make_zip(a__py="1")]
    near.raw("UpdateFunctionConfiguration", FunctionName=name, Layers=[])
    assert len(near.get(name)["Layers"]) == 2
    near.call("DeleteLayerVersion", LayerName="one", LayerVersion=one)
    assert resolved() == [make_zip(a__py="2"), make_zip(a__py="1")]
    assert [each["LayerName"] for each in near.get(name)["Layers"]] == ["two", "one"]
    near.refused("ResourceNotFound.Layer", "UpdateFunctionConfiguration", FunctionName=name, Layers=both)
    near.call("UpdateFunctionConfiguration", FunctionName=name, Layers=both[:1])
    assert resolved() == [make_zip(a__py="2")]
    near.call("UpdateFunctionConfiguration", FunctionName=name, Layers=[{"LayerName": "", "LayerVersion": 0}])
    assert (near.get(name)["Layers"], resolved()) == ([], [])
    near.refused("ResourceNotFound.LayerVersion", "UpdateFunctionConfiguration", FunctionName=name, Layers=[
        {"LayerName": "two", "LayerVersion": 9}
    ])  # fmt: skip
    other = publish(near, "other", CompatibleRuntimes=["Python3.9"])
    assert "Python3.6" in near.refused(
        "InvalidParameterValue.Layers", "UpdateFunctionConfiguration", FunctionName=name,
        Layers=[{"LayerName": "other", "LayerVersion": other}],
    )  # fmt: skip
