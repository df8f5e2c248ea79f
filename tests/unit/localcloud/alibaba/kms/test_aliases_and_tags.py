"""Aliases and tags, by aliyun-python-sdk-kms."""

from __future__ import annotations

import json

import pytest

from .conftest import REGION, Kms
from .test_encryption import SECRET

# aliyun-python-sdk-core 2.16.1 carries an old urllib3 of its own.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\..*deprecated:DeprecationWarning")


def names(kms: Kms, **given: str) -> list[tuple[str, str]]:
    found = kms.ask("ListAliasesByKeyId" if given else "ListAliases", **given)
    return [(one["AliasName"], one["KeyId"]) for one in found["Aliases"]["Alias"]]


def test_an_alias_means_a_key_until_it_means_another(kms: Kms) -> None:
    one, two, alias = kms.key(), kms.key(), "alias/functions/hello"
    kms.ask("CreateAlias", KeyId=one, AliasName=alias)
    kms.refused(400, "AliasAlreadyExists", "CreateAlias", KeyId=two, AliasName=alias)
    sealed = kms.ask("Encrypt", KeyId=alias, Plaintext=SECRET)
    assert sealed["KeyId"] == one
    arn = f"acs:kms:{REGION}:{kms.cloud.account}:{alias}"
    assert kms.described(arn)["KeyId"] == one
    assert names(kms, KeyId=one) == [(alias, one)]
    kms.ask("UpdateAlias", KeyId=two, AliasName=alias)
    assert kms.described(alias)["KeyId"] == two
    assert (names(kms, KeyId=one), names(kms, KeyId=two)) == ([], [(alias, two)])
    assert kms.ask("Decrypt", CiphertextBlob=sealed["CiphertextBlob"])["KeyId"] == one
    kms.ask("DeleteAlias", AliasName=alias)
    for operation, given in (
        ("DescribeKey", {"KeyId": alias}),
        ("DeleteAlias", {"AliasName": alias}),
        ("UpdateAlias", {"AliasName": alias, "KeyId": one}),
    ):
        kms.refused(404, "Forbidden.AliasNotFound", operation, **given)


def test_an_aliass_name_has_rules(kms: Kms) -> None:
    key = kms.key()
    for wrong in ("functions", "alias/", "alias/acs/mine", "alias/a b", "alias/" + "a" * 250):
        kms.refused(400, "InvalidParameter", "CreateAlias", KeyId=key, AliasName=wrong)


def test_what_changes_a_key_takes_no_alias(kms: Kms) -> None:
    key, alias = kms.key(), "alias/direct"
    kms.ask("CreateAlias", KeyId=key, AliasName=alias)
    for operation in ("EnableKey", "DisableKey", "CancelKeyDeletion", "UpdateKeyDescription", "ListResourceTags"):
        kms.refused(400, "Unsupported.Alias", operation, KeyId=alias)


def test_aliases_are_listed_in_pages(kms: Kms) -> None:
    there = Kms(kms.cloud, region="cn-beijing")
    key = there.key()
    for number in range(3):
        there.ask("CreateAlias", KeyId=key, AliasName=f"alias/page-{number}")
    found = there.ask("ListAliases", PageNumber=2, PageSize=2)
    (row,) = found["Aliases"]["Alias"]
    assert (found["TotalCount"], row["AliasName"]) == (3, "alias/page-2")
    assert row["AliasArn"] == f"acs:kms:cn-beijing:{kms.cloud.account}:alias/page-2"


def tags(kms: Kms, key: str) -> dict[str, str]:
    return {one["TagKey"]: one["TagValue"] for one in kms.ask("ListResourceTags", KeyId=key)["Tags"]["Tag"]}


def test_tags_of_one_key(kms: Kms) -> None:
    key = kms.key()
    many = json.dumps([{"TagKey": "team", "TagValue": "a"}, {"TagKey": "stage", "TagValue": ""}])
    kms.ask("TagResource", KeyId=key, Tags=many)
    kms.ask("TagResource", KeyId=key, Tags='[{"TagKey": "team", "TagValue": "b"}]')
    assert tags(kms, key) == {"team": "b", "stage": ""}
    kms.ask("UntagResource", KeyId=key, TagKeys='["stage", "none"]')
    assert tags(kms, key) == {"team": "b"}
    for wrong in ('[{"TagKey": "acs:x"}]', '[{"TagKey": "aliyunx"}]', '[{"Key": "x"}]', '[{"TagKey": ""}]', "{}"):
        kms.refused(400, "InvalidParameter", "TagResource", KeyId=key, Tags=wrong)
    kms.refused(400, "MissingParameter", "TagResource", KeyId=key)
    full = json.dumps([{"TagKey": str(number), "TagValue": "x"} for number in range(20)])
    kms.refused(400, "Rejected.LimitExceeded", "TagResource", KeyId=key, Tags=full)


def test_tags_by_the_operations_of_all_products(kms: Kms) -> None:
    one, two = kms.key(), kms.key()
    kind = {"ResourceType": "key"}
    kms.ask("TagResources", ResourceIds=[one, two], Tags=[{"Key": "app", "Value": "x"}], **kind)
    kms.ask("TagResources", ResourceIds=[two], Tags=[{"Key": "more", "Value": ""}], **kind)
    listed = kms.ask("ListTagResources", ResourceIds=[one, two], **kind)["TagResources"]["TagResource"]
    assert [(row["ResourceId"], row["TagKey"]) for row in listed] == [(one, "app"), (two, "app"), (two, "more")]
    found = kms.ask("ListTagResources", Tags=[{"Key": "more"}, {"Key": "app", "Value": "x"}], **kind)
    assert {row["ResourceId"] for row in found["TagResources"]["TagResource"]} == {two}
    kms.ask("UntagResources", ResourceIds=[one], TagKeys=["app"], **kind)
    kms.ask("UntagResources", ResourceIds=[two], All="true", **kind)
    assert (tags(kms, one), tags(kms, two)) == ({}, {})
    wrong = {**kind, "ResourceType": "secret"}
    kms.refused(400, "InvalidParameter", "ListTagResources", ResourceIds=[one], **wrong)
    kms.refused(400, "MissingParameter", "UntagResources", ResourceIds=[one], **kind)
