"""The control plane by the API's generic client: instances come, are told, changed and gone."""

from __future__ import annotations

from typing import Any

import pytest

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from yunfn.localcloud.alibaba.tablestore import control as control_plane
from yunfn.localcloud.alibaba.tablestore.exceptions import InvalidParameter
from yunfn.localcloud.call import Call

from .conftest import REGION, Control, Tables


@pytest.fixture
def rows(control: Control) -> Any:
    """An instance with a word on everything."""
    tags = [{"Key": "app", "Value": "x"}, {"Key": "team", "Value": ""}]
    control.ask(
        "CreateInstance", InstanceName="Rows", ClusterType="HYBRID", InstanceDescription="rows of a test",
        NetworkTypeACL=["VPC"], NetworkSourceACL=[], ResourceGroupId="rg-1", Tags=tags,
    )  # fmt: skip
    yield "Rows"
    if "Rows" in control.names():
        control.ask("DeleteInstance", InstanceName="Rows")


def test_an_instance_is_told_as_it_was_made(control: Control, rows: str, tables_cloud: ServedCloud) -> None:
    found = control.ask("GetInstance", InstanceName="rows")
    created = found.pop("CreateTime")
    assert (len(created), created[-1]) == (20, "Z")
    assert found.pop("RequestId")
    assert found == {
        "InstanceName": "Rows", "AliasName": "Rows", "RegionId": REGION, "UserId": tables_cloud.account,
        "InstanceStatus": "normal", "InstanceSpecification": "HYBRID", "StorageType": "HYBRID",
        "PaymentType": "PayAsYouGo", "InstanceDescription": "rows of a test", "ResourceGroupId": "rg-1",
        "Network": "NORMAL", "NetworkTypeACL": ["VPC"], "NetworkSourceACL": [], "Policy": "", "PolicyVersion": 0,
        "TableQuota": 64, "Quota": {"TableQuota": 64},
        "Tags": [{"Key": "app", "Value": "x"}, {"Key": "team", "Value": ""}],
    }  # fmt: skip


def test_what_may_be_changed_is(control: Control, rows: str) -> None:
    control.ask(
        "UpdateInstance", InstanceName=rows, InstanceDescription="other",
        NetworkTypeACL=["CLASSIC", "INTERNET"], NetworkSourceACL=["TRUST_PROXY"],
    )  # fmt: skip
    control.ask("ChangeResourceGroup", ResourceId=rows, NewResourceGroupId="rg-2")
    control.ask("TagResources", ResourceType="INSTANCE", ResourceIds=[rows], Tags=[{"Key": "new", "Value": "1"}])
    control.ask("UntagResources", ResourceType="INSTANCE", ResourceIds=[rows], TagKeys=["team"])
    found = control.ask("GetInstance", InstanceName=rows)
    assert (found["InstanceDescription"], found["ResourceGroupId"]) == ("other", "rg-2")
    assert (found["NetworkTypeACL"], found["NetworkSourceACL"]) == (["CLASSIC", "INTERNET"], ["TRUST_PROXY"])
    assert found["Tags"] == [{"Key": "app", "Value": "x"}, {"Key": "new", "Value": "1"}]
    told = control.ask("ListTagResources", ResourceType="INSTANCE", ResourceIds=rows)["TagResources"]
    assert [(each["ResourceId"], each["TagKey"], each["TagValue"]) for each in told] == [
        ("Rows", "app", "x"), ("Rows", "new", "1"),
    ]  # fmt: skip
    control.ask("UntagResources", ResourceType="INSTANCE", ResourceIds=[rows], All=True)
    assert control.ask("GetInstance", InstanceName=rows)["Tags"] == []


def test_the_older_network_setting_stands_for_lists(control: Control, rows: str) -> None:
    control.ask("UpdateInstance", InstanceName=rows, Network="VPC_CONSOLE")
    found = control.ask("GetInstance", InstanceName=rows)
    assert (found["Network"], found["NetworkTypeACL"], found["NetworkSourceACL"]) == (
        "VPC_CONSOLE", ["VPC"], ["TRUST_PROXY"],
    )  # fmt: skip


def test_instances_are_listed_by_region_and_page_by_page(control: Control, tables_cloud: ServedCloud) -> None:
    names = ["list-c", "list-a", "list-b"]
    for name in names:
        control.ask("CreateInstance", InstanceName=name, ClusterType="SSD", Tags=[{"Key": "of", "Value": name}])
    try:
        assert control.names(InstanceName="LIST-") == sorted(names)
        first = control.ask("ListInstances", InstanceName="list-", MaxResults=2)
        assert ([each["InstanceName"] for each in first["Instances"]], first["TotalCount"]) == (["list-a", "list-b"], 3)
        more = control.ask("ListInstances", InstanceName="list-", MaxResults=2, NextToken=first["NextToken"])
        assert ([each["InstanceName"] for each in more["Instances"]], more["NextToken"]) == (["list-c"], "")
        assert control.names(InstanceNameList="list-a,list-c") == ["list-a", "list-c"]
        assert control.names(Tag='[{"Key":"of","Value":"list-b"}]') == ["list-b"]
        assert control.names(InstanceName="list-", Status="forbidden") == []
        assert Control(tables_cloud, region="cn-beijing").names(InstanceName="list-") == []
        control.refused(400, "InvalidParameter", "ListInstances", NextToken="*")
        control.refused(400, "InvalidParameter", "ListInstances", MaxResults=201)
    finally:
        for name in names:
            control.ask("DeleteInstance", InstanceName=name)
    assert control.names(InstanceName="list-") == []


def test_an_instance_with_tables_stays(control: Control, tables: Tables) -> None:
    tables.create("t")
    told = control.refused(409, "OTSConflict", "DeleteInstance", InstanceName=tables.instance)
    assert "1 table" in told
    tables.client.delete_table("t")


def test_an_instance_that_is_not_there_is_404(control: Control) -> None:
    for operation in ("GetInstance", "DeleteInstance", "UpdateInstance"):
        told = control.refused(404, "OTSObjectNotExist", operation, InstanceName="none")
        assert "none" in told


def test_a_name_is_taken_once_whatever_its_case(control: Control, rows: str) -> None:
    control.refused(409, "OTSObjectAlreadyExist", "CreateInstance", InstanceName="ROWS", ClusterType="SSD")


INVALID: list[tuple[str, dict[str, Any]]] = [
    ("3 to 16 letters", {"InstanceName": "ab"}),
    ("3 to 16 letters", {"InstanceName": "a" * 17}),
    ("3 to 16 letters", {"InstanceName": "1rows"}),
    ("3 to 16 letters", {"InstanceName": "rows-"}),
    ("must not contain the word admin", {"InstanceName": "rowsAdmin"}),
    ("SSD or HYBRID", {"ClusterType": "FAST"}),
    ("NORMAL", {"Network": "CLASSIC"}),
    ("VPC, CLASSIC, INTERNET", {"NetworkTypeACL": ["LAN"]}),
    ("no policies of their own", {"Policy": "{}"}),
    ("Key and Value", {"Tags": ["x"]}),
    ("a text", {"InstanceDescription": 3}),
]


@pytest.mark.parametrize(("words", "fields"), INVALID, ids=lambda value: str(value)[:40])
def test_what_no_instance_may_be_is_refused(control: Control, words: str, fields: dict[str, Any]) -> None:
    before = control.names()
    asks = {"InstanceName": "fine", "ClusterType": "SSD", **fields}
    assert words in control.refused(400, "InvalidParameter", "CreateInstance", **asks)
    assert control.names() == before


def test_what_must_be_there_is_named(control: Control) -> None:
    assert "ClusterType" in control.refused(400, "MissingParameter", "CreateInstance", InstanceName="fine")
    assert "InstanceName" in control.refused(400, "MissingParameter", "GetInstance")
    told = control.refused(400, "InvalidParameter", "TagResources", ResourceType="TABLE", ResourceIds=["a"], Tags=[])
    assert "Tags" in told
    tags = [{"Key": "k", "Value": "v"}]
    told = control.refused(400, "InvalidParameter", "TagResources", ResourceType="TABLE", ResourceIds=["a"], Tags=tags)
    assert "INSTANCE" in told


def test_an_account_has_ten_instances(control: Control) -> None:
    made = [f"many-{number}" for number in range(10 - len(control.names()))]
    for name in made:
        control.ask("CreateInstance", InstanceName=name, ClusterType="SSD")
    control.refused(403, "OTSQuotaExhausted", "CreateInstance", InstanceName="many-more", ClusterType="SSD")
    for name in made:
        control.ask("DeleteInstance", InstanceName=name)


def test_an_operation_that_is_not_there_is_refused_by_name(control: Control, tables_cloud: ServedCloud) -> None:
    told = control.refused(400, "YunfnLocalUnknownOperation", "BindInstance2Vpc", InstanceName="x")
    assert "/v2/openapi/bindinstance2vpc" in told
    line = tables_cloud.run(lambda one: list(one.journal.lines())[-1])
    assert (line["unknown"], line["service"]) == (True, "ots")


@pytest.mark.parametrize(
    "body", [b"[]", b"\xff", b"[" * 100_000, b'{"a":' * 100_000, b'{"a": "\\ud800"}', b'{"\\udfff": 1}']
)
async def test_a_body_that_is_no_json_object_of_texts_is_refused(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """No client writes such a body, but a signature is made of anything."""

    async def sent(call: Call) -> bytes:
        return body

    monkeypatch.setattr(Call, "body", sent)
    with pytest.raises(InvalidParameter, match="a JSON object"):
        await control_plane._read_body(object.__new__(Call))
