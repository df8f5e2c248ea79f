"""Who may do what with which table: RAM's policies, a role's session, and what the journal tells of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from unit.localcloud.alibaba.signatures.rpc_client import ram, sts
from yunfn.localcloud.keys import AccessKey

from .conftest import REGION, Control, Tables

User = Callable[..., AccessKey]


def named(tables: Tables, table: str = "") -> str:
    name = f"acs:ots:{REGION}:{tables.cloud.account}:instance/{tables.instance}"
    return f"{name}/table/{table}" if table else name


def test_a_right_to_one_table_is_that_and_no_more(tables: Tables, user: User) -> None:
    tables.create("mine")
    tables.create("other")
    reader = tables.by(user({"Action": "ots:Describe*", "Resource": named(tables, "mine")}))
    assert reader.client.describe_table("mine").table_meta.table_name == "mine"
    line = tables.journal()
    assert (line["resource"], line["principal"].split(":")[-1][:11]) == (f"{tables.instance}/mine", "user/reader")
    assert [(right["action"], right["resource"], right["allowed"]) for right in line["rights"]] == [
        ("ots:DescribeTable", named(tables, "mine"), True)
    ]
    denied: list[tuple[str, dict[str, Any], str]] = [
        ("DescribeTable", {"table_name": "other"}, "other"),
        ("DescribeTable", {"table_name": "none"}, "none"),
        ("DeleteTable", {"table_name": "mine"}, "mine"),
        ("UpdateTable", {"table_name": "mine"}, "mine"),
        ("ListTable", {}, ""),
        ("AddDefinedColumn", {"table_name": "mine"}, "mine"),
    ]
    for operation, fields, table in denied:
        told = reader.refused(403, "OTSNoPermissionAccess", operation, **fields)
        assert told.startswith("You have no permission to access the requested resource")
        assert f"Missing: ots:{operation} on {named(tables, table)}." in told
        assert tables.journal()["denied"] == f"ots:{operation} {named(tables, table)}"
    assert sorted(tables.client.list_table()) == ["mine", "other"]


def test_a_denial_of_one_table_goes_before_a_right_to_all(tables: Tables, user: User) -> None:
    key = user(
        {"Action": "ots:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "ots:*", "Resource": named(tables, "secret*")},
    )
    tables.by(key).create("open")
    meta = {"table_name": "secrets", "primary_key": [{"name": "id", "type": "STRING"}]}
    asks = {"table_meta": meta, "reserved_throughput": {"capacity_unit": {}}}
    assert "ots:CreateTable" in tables.by(key).refused(403, "OTSNoPermissionAccess", "CreateTable", **asks)
    assert tables.client.list_table() == ("open",)


def test_names_of_instances_are_in_lower_case_in_policies(tables: Tables, control: Control, user: User) -> None:
    control.ask("CreateInstance", InstanceName="MiXed", ClusterType="SSD")
    at = f"acs:ots:{REGION}:{tables.cloud.account}:instance/mixed"
    mine = Tables(tables.cloud, "MIXED", user({"Action": "ots:ListTable", "Resource": at}))
    assert mine.client.list_table() == ()
    control.ask("DeleteInstance", InstanceName="mixed")


def test_a_session_may_what_its_role_and_its_own_policy_allow(tables: Tables, user: User) -> None:
    tables.create("a")
    tables.create("b")
    cloud = tables.cloud
    roles = ram(cloud)
    name = f"role-{tables.instance}"
    trust = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"RAM": [f"acs:ram::{cloud.account}:root"]}}
    roles.do("CreateRole", RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "1", "Statement": [trust]}))
    allowed = {"Effect": "Allow", "Action": "ots:Describe*", "Resource": named(tables, "*")}
    roles.do("CreatePolicy", PolicyName=name, PolicyDocument=json.dumps({"Version": "1", "Statement": [allowed]}))
    roles.do("AttachPolicyToRole", RoleName=name, PolicyName=name, PolicyType="Custom")
    may = {"Action": "sts:AssumeRole", "Resource": f"acs:ram::{cloud.account}:role/{name}"}
    asker = sts(cloud, user(may))
    narrower = {"Effect": "Allow", "Action": "ots:*", "Resource": named(tables, "a")}
    given = asker.do(
        "AssumeRole", RoleArn=f"acs:ram::{cloud.account}:role/{name}", RoleSessionName="reader", DurationSeconds="900",
        Policy=json.dumps({"Version": "1", "Statement": [narrower]}),
    )["Credentials"]  # fmt: skip
    key = cloud.run(lambda one: one.keys.find(given["AccessKeyId"], given["SecurityToken"]))
    session = tables.by(key)
    assert session.client.describe_table("a").table_meta.table_name == "a"
    for operation, table in (("DescribeTable", "b"), ("DeleteTable", "a")):
        told = session.refused(403, "OTSNoPermissionAccess", operation, table_name=table)
        assert f"ots:{operation} on {named(tables, table)}" in told
    asker.close()
    roles.close()


def test_the_control_plane_asks_too(tables: Tables, user: User) -> None:
    key = user({"Action": "ots:GetInstance", "Resource": named(tables)})
    mine = Control(tables.cloud, key)
    assert mine.ask("GetInstance", InstanceName=tables.instance)["InstanceName"] == tables.instance
    told = mine.refused(403, "OTSNoPermissionAccess", "DeleteInstance", InstanceName=tables.instance)
    assert f"ots:DeleteInstance on {named(tables)}" in told
    told = mine.refused(403, "OTSNoPermissionAccess", "ListInstances")
    assert f"ots:ListInstance on acs:ots:{REGION}:{tables.cloud.account}:instance/*" in told
