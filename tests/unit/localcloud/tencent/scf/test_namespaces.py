"""Namespaces, lists, and what the account may have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from unit.localcloud.tencent.scf.conftest import Scf, document


@pytest.fixture
def far(scf_cloud: ServedCloud) -> Iterator[Scf]:
    """A region of this module's own, empty before and after each test: limits count in one."""
    made = Scf(scf_cloud, "ap-beijing")
    yield made
    for each in made.call("ListNamespaces").Namespaces:
        for function in made.call("ListFunctions", Namespace=each.Name, Limit=100).Functions:
            made.call("DeleteFunction", FunctionName=function.FunctionName, Namespace=each.Name)
        if each.Name != "default":
            made.call("DeleteNamespace", Namespace=each.Name)


def test_namespaces_come_change_and_go(far: Scf) -> None:
    far.call("CreateNamespace", Namespace="blue", Description="first")
    far.refused("ResourceInUse.Namespace", "CreateNamespace", Namespace="blue")
    far.refused("ResourceInUse.Namespace", "CreateNamespace", Namespace="default")
    far.refused("InvalidParameterValue.Namespace", "CreateNamespace", Namespace="1st")
    far.call("UpdateNamespace", Namespace="blue", Description="second")
    listed = far.call("ListNamespaces")
    assert [(each.Name, each.Description, each.Type) for each in listed.Namespaces] == [
        ("blue", "second", "default"),
        ("default", "", "default"),
    ]
    assert listed.TotalCount == 2
    assert [each.Name for each in far.call("ListNamespaces", Offset=1, Limit=20).Namespaces] == ["default"]
    search = [{"Key": "Namespace", "Value": "lu"}, {"Key": "Description", "Value": "sec"}]
    assert [each.Name for each in far.call("ListNamespaces", SearchKey=search).Namespaces] == ["blue"]
    far.function("inside", Namespace="blue")
    assert "inside" in far.refused("ResourceInUse.Namespace", "DeleteNamespace", Namespace="blue")
    far.call("DeleteFunction", FunctionName="inside", Namespace="blue")
    far.call("DeleteNamespace", Namespace="blue")
    far.refused("ResourceNotFound.Namespace", "DeleteNamespace", Namespace="blue")
    far.refused("ResourceNotFound.Namespace", "UpdateNamespace", Namespace="blue", Description="")
    far.refused("InvalidParameterValue.DefaultNamespace", "DeleteNamespace", Namespace="default")


def test_a_region_has_five_namespaces(far: Scf) -> None:
    for number in range(4):
        far.call("CreateNamespace", Namespace=f"one{number}")
    far.refused("LimitExceeded.Namespace", "CreateNamespace", Namespace="sixth")


def test_functions_are_listed_by_page_order_and_filter(far: Scf) -> None:
    far.call("CreateNamespace", Namespace="listed")
    for name in ("alpha", "beta", "gamma"):
        tags = [{"Key": "kind", "Value": name}]
        far.function(name, Namespace="listed", Tags=tags, Description=f"the {name}", MemorySize=256)
    page = far.call("ListFunctions", Namespace="listed", Orderby="FunctionName", Order="ASC", Offset=1, Limit=1)
    assert ([each.FunctionName for each in page.Functions], page.TotalCount) == (["beta"], 3)
    (beta,) = page.Functions
    assert document(beta)["Tags"] == [{"Key": "kind", "Value": "beta"}]
    assert (beta.Status, beta.Type, beta.TotalProvisionedConcurrencyMem) == ("Active", "Event", 0)
    for filters, found in (
        ([{"Name": "tag-kind", "Values": ["alpha", "gamma"]}], ["alpha", "gamma"]),
        ([{"Name": "Status", "Values": ["Updating"]}], []),
        ([{"Name": "Runtime", "Values": ["Python3.6"]}, {"Name": "tag-kind", "Values": ["beta"]}], ["beta"]),
    ):
        answer = far.call("ListFunctions", Namespace="listed", Filters=filters, Orderby="FunctionName", Order="ASC")
        assert [each.FunctionName for each in answer.Functions] == found
    assert far.call("ListFunctions", Namespace="listed", Description="the be").TotalCount == 1
    far.refused("ResourceNotFound.Namespace", "ListFunctions", Namespace="nowhere")
    far.refused("InvalidParameterValue", "ListFunctions", Orderby="Size")
    account = document(far.call("GetAccount"))
    (usage,) = [each for each in account["AccountUsage"]["Namespace"] if each["Namespace"] == "listed"]
    assert (usage["Functions"], usage["FunctionsCount"]) == (["alpha", "beta", "gamma"], 3)
    limit = account["AccountLimit"]["Namespace"][0]
    assert (account["AccountLimit"]["NamespacesCount"], limit["FunctionsCount"], limit["TimeoutLimit"]) == (5, 50, 900)


def test_a_namespace_has_fifty_functions(far: Scf) -> None:
    for number in range(50):
        far.function(f"many{number}x")
    assert "50" in far.refused(
        "LimitExceeded.Function", "CreateFunction", FunctionName="more", Handler="a.b", Runtime="Python3.6",
        Code={"ZipFile": "eA=="},
    )  # fmt: skip
    assert len(far.call("ListFunctions").Functions) == 20
    assert len(far.call("ListFunctions", Limit=100).Functions) == 50
