"""Tags, resource groups and VPC bindings by the official client."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_fc20230330 import models as m
from alibabacloud_fc20230330.client import Client

from unit.localcloud.alibaba.fc.served_fc import REGION, Refused, ServedFc, create_function


def arn(served: ServedFc, name: str) -> str:
    return f"acs:fc:{REGION}:{served.account}:functions/{name}"


def tag(client: Client, arns: list[str], tags: dict[str, str]) -> None:
    body = m.TagResourcesInput(
        resource_id=arns, resource_type="function", tag=[m.Tag(key=key, value=value) for key, value in tags.items()]
    )
    client.tag_resources(m.TagResourcesRequest(body=body))


def untag(client: Client, arns: list[str], keys: list[str], **more: Any) -> None:
    client.untag_resources(m.UntagResourcesRequest(resource_id=arns, resource_type="function", tag_key=keys, **more))


def tags(client: Client, name: str) -> dict[str, str]:
    return {tag.key: tag.value for tag in client.get_function(name, m.GetFunctionRequest()).body.tags or []}


@pytest.fixture
def made(client: Client) -> Client:
    for name in ("f", "g"):
        create_function(client, name)
    return client


def test_tags_are_set_listed_and_taken_off(made: Client, served: ServedFc) -> None:
    f, g = arn(served, "f"), arn(served, "g")
    tag(made, [f, g], {"team": "a", "env": "dev"})
    tag(made, [f], {"env": "prod"})
    assert (tags(made, "f"), tags(made, "g")) == ({"team": "a", "env": "prod"}, {"team": "a", "env": "dev"})
    request = m.ListTagResourcesRequest(resource_type="function", resource_id=[f], limit=1)
    page = made.list_tag_resources(request).body
    assert [(t.resource_id, t.tag_key, t.tag_value) for t in page.tag_resources] == [(f, "team", "a")]
    assert page.tag_resources[0].resource_type == "ALIYUN::FC::FUNCTION"
    request.next_token = page.next_token
    rest = made.list_tag_resources(request).body
    assert [(t.tag_key, t.tag_value) for t in rest.tag_resources] == [("env", "prod")]
    wanted = [m.ListTagResourcesRequestTag(key="env", value="dev")]
    by_tag = made.list_tag_resources(m.ListTagResourcesRequest(resource_type="function", tag=wanted)).body
    assert {t.resource_id for t in by_tag.tag_resources} == {g}
    untag(made, [f, g], ["team"])
    assert (tags(made, "f"), tags(made, "g")) == ({"env": "prod"}, {"env": "dev"})
    untag(made, [g], [], all=True)
    assert tags(made, "g") == {}


def test_tags_do_not_count_as_a_change_of_the_function(made: Client, served: ServedFc) -> None:
    publish = m.PublishFunctionVersionRequest(body=m.PublishVersionInput())
    made.publish_function_version("f", publish)
    tag(made, [arn(served, "f")], {"a": "b"})
    with Refused("VersionPublishError", 400):
        made.publish_function_version("f", publish)


def test_tags_that_are_refused(made: Client, served: ServedFc) -> None:
    f = arn(served, "f")
    cases: list[tuple[list[str], dict[str, str], str]] = [
        ([f], {"acs:x": "v"}, "reserved"),
        ([f], {"aliyun": "v"}, "reserved"),
        ([f], {"http://x": "v"}, "reserved"),
        ([f], {"k" * 65: "v"}, "too long"),
        ([f], {"k": "v" * 129}, "too long"),
        ([f], {str(number): "v" for number in range(21)}, "at most 20 tags"),
        (["f"], {"k": "v"}, "is not a function"),
        ([f.replace(REGION, "cn-beijing")], {"k": "v"}, "of this account and region"),
        ([], {"k": "v"}, "are required"),
    ]
    for arns, given, words in cases:
        with Refused("InvalidArgument", 400, words):
            tag(made, arns, given)
    with Refused("FunctionNotFound", 404):
        tag(made, [f, arn(served, "none")], {"k": "v"})
    assert tags(made, "f") == {}
    with Refused("InvalidArgument", 400, "ResourceType must be function"):
        made.list_tag_resources(m.ListTagResourcesRequest(resource_type="layer", resource_id=[f]))
    with Refused("InvalidArgument", 400, "ResourceId or Tag is required"):
        made.list_tag_resources(m.ListTagResourcesRequest(resource_type="function"))
    with Refused("InvalidArgument", 400, "TagKey"):
        untag(made, [f], [])


def test_a_function_is_born_with_tags(client: Client) -> None:
    create_function(client, tags=[m.Tag(key="k", value="v")])
    assert tags(client, "f") == {"k": "v"}
    with Refused("InvalidArgument", 400, "reserved"):
        create_function(client, "g", tags=[m.Tag(key="acs:k", value="v")])


def test_a_function_moves_to_another_resource_group(made: Client, served: ServedFc) -> None:
    for resource, group in (("f", "rg-a"), (arn(served, "f"), "rg-b")):
        body = m.ChangeResourceGroupInput(resource_id=resource, resource_type="function", new_resource_group_id=group)
        answer = made.change_resource_group(m.ChangeResourceGroupRequest(body=body)).body
        assert answer.new_resource_group_id == group
        assert made.get_function("f", m.GetFunctionRequest()).body.resource_group_id == group
    assert answer.old_resource_group_id == "rg-a"


def test_vpc_bindings(made: Client) -> None:
    for vpc in ("vpc-2", "vpc-1"):
        made.create_vpc_binding("f", m.CreateVpcBindingRequest(body=m.CreateVpcBindingInput(vpc_id=vpc)))
    assert made.list_vpc_bindings("f").body.vpc_ids == ["vpc-1", "vpc-2"]
    made.delete_vpc_binding("f", "vpc-1")
    assert made.list_vpc_bindings("f").body.vpc_ids == ["vpc-2"]
    with Refused("FunctionNotFound", 404):
        made.list_vpc_bindings("none")
    with Refused("InvalidArgument", 400, "vpcId is required"):
        made.create_vpc_binding("f", m.CreateVpcBindingRequest(body=m.CreateVpcBindingInput()))
