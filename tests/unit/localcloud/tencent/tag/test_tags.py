"""Tags by the official client and from inside the cloud: one store."""

from __future__ import annotations

from typing import Any

import pytest

from support.tencent_identity import Identity, policy
from yunfn.localcloud.tencent.tag import TagService
from yunfn.localcloud.tencent.tag.exceptions import TooMany

REGION = "ap-shanghai"


def of(identity: Identity, name: str, service: str = "scf", region: str = REGION) -> dict[str, str]:
    return identity.cloud.run(lambda cloud: cloud.find(TagService).of(service, region, name))


def modify(identity: Identity, resource: str, delete: tuple[str, ...] = (), **put: str) -> None:
    parameters: dict[str, Any] = {"Resource": resource}
    if put:
        parameters["ReplaceTags"] = [{"TagKey": key, "TagValue": value} for key, value in put.items()]
    if delete:
        parameters["DeleteTags"] = [{"TagKey": key} for key in delete]
    identity.ask("tag", "ModifyResourceTags", **parameters)


def test_what_the_provider_writes_is_what_the_service_shows(identity: Identity) -> None:
    name = f"namespace/default/function/{identity.name()}"
    # The account left out, as the tencentcloud provider does; the function need not exist yet.
    modify(identity, f"qcs::scf:{REGION}:uin/:{name}", team="a", stage="dev")
    assert of(identity, name) == {"stage": "dev", "team": "a"}
    modify(identity, f"qcs::scf:{REGION}:uin/{identity.uin}:{name}", ("stage",), team="b")
    assert of(identity, name) == {"team": "b"}
    assert of(identity, name, region="ap-guangzhou") == {}
    function = name.rpartition("/")[2]
    asked = identity.ask(
        "tag", "DescribeResourceTagsByResourceIds", ServiceType="scf", ResourcePrefix="namespace/default/function",
        ResourceRegion=REGION, ResourceIds=[function, "other"], Offset=0, Limit=20,
    )  # fmt: skip
    assert [(one.TagKey, one.TagValue, one.ResourceId, one.ServiceType) for one in asked.Tags] == [
        ("team", "b", function, "scf")
    ]
    assert (asked.TotalCount, asked.Offset, asked.Limit) == (1, 0, 20)
    identity.cloud.run(lambda cloud: cloud.find(TagService).forget("scf", REGION, name))
    assert of(identity, name) == {}


def test_what_the_service_writes_is_what_clients_see(identity: Identity) -> None:
    name = identity.name()

    def write(cloud: Any) -> None:
        cloud.find(TagService).replace("scf", REGION, f"function/{name}", {"yunfn:resource": "x", "标签": "值 1"})

    identity.cloud.run(write)
    rows = identity.ask("tag", "DescribeResourceTags", ServiceType="scf", ResourceId=name).Rows
    assert {(one.TagKey, one.TagValue, one.ResourceId) for one in rows} == {
        ("yunfn:resource", "x", name),
        ("标签", "值 1", name),
    }
    for other in ({"ResourceRegion": "ap-guangzhou"}, {"ResourcePrefix": "layer"}, {"ServiceType": "cls"}):
        assert identity.ask("tag", "DescribeResourceTags", **{"ResourceId": name, **other}).Rows == []


def test_many_at_once(identity: Identity) -> None:
    names = [identity.name() for _ in range(3)]
    resources = [f"qcs::cls:{REGION}:uin/{identity.uin}:topic/{name}" for name in names]
    tags = [{"TagKey": "suite", "TagValue": names[0]}, {"TagKey": "a", "TagValue": "1"}]
    assert identity.ask("tag", "TagResources", ResourceList=resources, Tags=tags).FailedResources == []
    wanted = [{"TagKey": "suite", "TagValue": [names[0], "other"]}, {"TagKey": "a", "TagValue": []}]
    first = identity.ask("tag", "GetResources", TagFilters=wanted, MaxResults=2)
    token = first.PaginationToken
    second = identity.ask("tag", "GetResources", TagFilters=wanted, MaxResults=2, PaginationToken=token)
    found = [one.Resource for one in (*first.ResourceTagMappingList, *second.ResourceTagMappingList)]
    assert (found, second.PaginationToken) == (resources, "")
    named = identity.ask("tag", "GetResources", ResourceList=resources[:2], MaxResults=1)
    assert [one.Resource for one in named.ResourceTagMappingList] == resources[:2]
    identity.ask("tag", "UnTagResources", ResourceList=resources[:1], TagKeys=["a", "absent"])
    assert of(identity, f"topic/{names[0]}", "cls") == {"suite": names[0]}
    left = identity.ask("tag", "GetResources", TagFilters=wanted).ResourceTagMappingList
    assert [one.Resource for one in left] == resources[1:]


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [("", "v", "TagKeyEmpty"), ("k" * 128, "v", "TagKeyLengthExceeded"), ("k", "v" * 256, "TagValueLengthExceeded"),
     ("k*", "v", "TagKeyCharacterIllegal"), ("k", "v&", "TagValueCharacterIllegal"), ("project", "v", "ReservedTagKey"),
     ("tencentX", "v", "ReservedTagKey"), ("qcloud:a", "v", "ReservedTagKey")],
)  # fmt: skip
def test_what_is_no_tag(identity: Identity, key: str, value: str, code: str) -> None:
    identity.refused(
        f"InvalidParameterValue.{code}", "tag", "ModifyResourceTags", Resource=f"qcs::scf:{REGION}:uin/:function/f",
        ReplaceTags=[{"TagKey": key, "TagValue": value}],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "code"),
    [("function/f", "InvalidParameterValue.ResourceDescriptionError"),
     ("qcs::scf:ap:uin/:", "InvalidParameterValue.ResourceDescriptionError"),
     ("qcs::scf:ap:arn/1:function/f", "InvalidParameterValue.ResourceDescriptionError"),
     ("qcs::scf:ap:uin/1:function/f", "FailedOperation.ResourceAppIdNotSame"),
     ("qcs::cos:ap:uid/1:bucket/x", "FailedOperation.ResourceAppIdNotSame")],
)  # fmt: skip
def test_what_is_no_resource_of_this_account(identity: Identity, resource: str, code: str) -> None:
    tags = [{"TagKey": "a", "TagValue": "b"}]
    identity.refused(code, "tag", "ModifyResourceTags", Resource=resource, ReplaceTags=tags)


def test_limits(identity: Identity) -> None:
    resource = f"qcs::scf:{REGION}:uin/:function/{identity.name()}"

    def tags(count: int, first: int = 0) -> list[dict[str, str]]:
        return [{"TagKey": f"k{first + n}", "TagValue": "v"} for n in range(count)]

    identity.refused(
        "LimitExceeded.TagNumPerRequest", "tag", "ModifyResourceTags", Resource=resource, ReplaceTags=tags(11)
    )
    identity.refused(
        "InvalidParameterValue.TagKeyDuplicate", "tag", "ModifyResourceTags", Resource=resource,
        ReplaceTags=tags(1), DeleteTags=[{"TagKey": "k0"}],
    )  # fmt: skip
    identity.refused("MissingParameter", "tag", "ModifyResourceTags", Resource=resource)
    for first in range(0, 50, 10):
        identity.ask("tag", "TagResources", ResourceList=[resource], Tags=tags(10, first))
    (failed,) = identity.ask("tag", "TagResources", ResourceList=[resource], Tags=tags(1, 50)).FailedResources
    assert (failed.Resource, failed.Code) == (resource, "LimitExceeded.ResourceAttachedTags")

    def inside(cloud: Any) -> None:
        cloud.find(TagService).replace("scf", REGION, resource.rpartition(":")[2], {"more": "x"})

    with pytest.raises(TooMany):
        identity.cloud.run(inside)
    name = resource.rpartition("/")[2]
    page = {"ServiceType": "scf", "ResourcePrefix": "function", "ResourceRegion": REGION, "ResourceIds": [name]}
    seen = [
        row.TagKey
        for offset in range(0, 60, 20)
        for row in identity.ask("tag", "DescribeResourceTagsByResourceIds", **page, Offset=offset, Limit=20).Tags
    ]
    assert len(seen) == len(set(seen)) == 50
    identity.refused("InvalidParameterValue", "tag", "DescribeResourceTagsByResourceIds", **page, Offset=7, Limit=20)


def test_rights(identity: Identity) -> None:
    own = f"qcs::scf:{REGION}:uin/{identity.uin}:function/mine"
    user = identity.user(policy("tag:ModifyResourceTags", resource=own))
    tags = [{"TagKey": "a", "TagValue": "b"}]
    identity.ask("tag", "ModifyResourceTags", user, Resource=own.replace(identity.uin, ""), ReplaceTags=tags)
    identity.refused(
        "UnauthorizedOperation.CAM", "tag", "ModifyResourceTags", user, Resource=own + "x", ReplaceTags=tags
    )
    identity.refused("UnauthorizedOperation.CAM", "tag", "TagResources", user, ResourceList=[own], Tags=tags)
