"""Keys and what becomes of them, by tencentcloud-sdk-python-kms."""

from __future__ import annotations

from typing import Any

from .conftest import Kms
from .test_encryption import SECRET, sealed

GONE = "ResourceUnavailable.CmkNotFound"
DISABLED = "ResourceUnavailable.CmkDisabled"
STATE = "ResourceUnavailable.CmkStateNotSupport"


def test_a_key_is_described_as_it_was_made(kms: Kms) -> None:
    made = kms.ask("CreateKey", Alias="first", Description="for tests", Tags=[{"TagKey": "team", "TagValue": "a"}])
    uin = kms.identity.uin
    assert (made.Alias, made.KeyState, made.KeyUsage, made.TagCode) == ("first", "Enabled", "ENCRYPT_DECRYPT", 0)
    found = kms.described(made.KeyId)
    assert (found.KeyId, found.Alias, found.Description) == (made.KeyId, "first", "for tests")
    assert (found.CreatorUin, found.Owner, found.Origin) == (int(uin), "user", "TENCENT_KMS")
    assert found.ResourceId == f"creatorUin/{uin}/{made.KeyId}"
    assert (found.KeyRotationEnabled, found.DeletionDate, found.LastRotateTime) == (False, 0, 0)
    (row,) = kms.identity.ask(
        "tag", "DescribeResourceTags", ServiceType="kms", ResourceId=made.KeyId, ResourceRegion="ap-guangzhou"
    ).Rows
    assert (row.TagKey, row.TagValue) == ("team", "a")
    wanted = {"TagFilters": [{"TagKey": "team", "TagValue": ["a", "b"]}], "SearchKeyAlias": "fir"}
    (listed,) = kms.ask("ListKeyDetail", **wanted).KeyMetadatas
    assert listed.KeyId == made.KeyId


def test_an_alias_is_one_keys_only(kms: Kms) -> None:
    kms.key(Alias="taken")
    other = kms.key(Alias="other")
    for action, given in (("CreateKey", {}), ("UpdateAlias", {"KeyId": other})):
        kms.refused("InvalidParameterValue.AliasAlreadyExists", action, Alias="taken", **given)
        for bad in ("", "-a", "kms-a", "a b", "a" * 61):
            kms.refused("InvalidParameterValue.InvalidAlias", action, Alias=bad, **given)
    kms.ask("UpdateAlias", KeyId=other, Alias="other")
    kms.ask("UpdateAlias", KeyId=other, Alias="renamed")
    kms.ask("UpdateKeyDescription", KeyId=other, Description="new")
    assert (kms.described(other).Alias, kms.described(other).Description) == ("renamed", "new")
    kms.refused("InvalidParameter", "UpdateKeyDescription", KeyId=other, Description="é" * 513)


def test_a_disabled_key_neither_encrypts_nor_decrypts(kms: Kms) -> None:
    key = kms.key()
    blob = sealed(kms, key)
    for _ in range(2):
        kms.ask("DisableKey", KeyId=key)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("Encrypt", {"KeyId": key, "Plaintext": SECRET}),
        ("Decrypt", {"CiphertextBlob": blob}),
        ("GenerateDataKey", {"KeyId": key, "NumberOfBytes": 1}),
        ("ReEncrypt", {"CiphertextBlob": blob}),
    ]
    for action, given in calls:
        kms.refused(DISABLED, action, **given)
    kms.ask("EnableKey", KeyId=key)
    kms.ask("ArchiveKey", KeyId=key)
    assert kms.described(key).KeyState == "Archived"
    assert kms.ask("Decrypt", CiphertextBlob=blob).Plaintext == SECRET
    kms.refused("ResourceUnavailable.CmkArchived", "Encrypt", KeyId=key, Plaintext=SECRET)
    kms.refused(STATE, "EnableKey", KeyId=key)
    kms.ask("CancelKeyArchive", KeyId=key)
    kms.refused(STATE, "CancelKeyArchive", KeyId=key)
    assert kms.described(key).KeyState == "Enabled"


def test_many_keys_at_once_or_none(kms: Kms) -> None:
    one, two, lost = kms.key(), kms.key(), "0" * 36
    kms.ask("DisableKeys", KeyIds=[one, two])
    kms.refused(GONE, "EnableKeys", KeyIds=[one, lost])
    kms.refused("InvalidParameterValue.DuplicatedKeyId", "EnableKeys", KeyIds=[one, one])
    kms.refused("InvalidParameterValue.InvalidKeyId", "EnableKeys", KeyIds=["x"])
    found = kms.ask("DescribeKeys", KeyIds=[two, one]).KeyMetadatas
    assert [(key.KeyId, key.KeyState) for key in found] == [(two, "Disabled"), (one, "Disabled")]
    kms.ask("EnableKeys", KeyIds=[one, two])
    assert kms.described(two).KeyState == "Enabled"


def test_a_deleted_key_waits_and_is_gone_with_its_material(kms: Kms) -> None:
    key = kms.key(Alias="doomed", Tags=[{"TagKey": "a", "TagValue": "b"}])
    blob = sealed(kms, key)
    kms.refused("ResourceUnavailable.CmkShouldBeDisabled", "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    kms.ask("DisableKey", KeyId=key)
    for days in (6, 31):
        code = "InvalidParameter.InvalidPendingWindowInDays"
        kms.refused(code, "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=days)
    kms.refused("ResourceUnavailable.CmkNotPendingDelete", "CancelKeyDeletion", KeyId=key)
    date = kms.ask("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7).DeletionDate
    assert (kms.described(key).KeyState, kms.described(key).DeletionDate) == ("PendingDelete", date)
    kms.refused(STATE, "EnableKey", KeyId=key)
    kms.refused(DISABLED, "Decrypt", CiphertextBlob=blob)
    kms.refused("ResourceUnavailable.KeyPendingDelete", "GenerateDataKey", KeyId=key, NumberOfBytes=1)
    kms.refused("InvalidParameterValue.AliasAlreadyExists", "CreateKey", Alias="doomed")
    kms.ask("CancelKeyDeletion", KeyId=key)
    assert kms.described(key).KeyState == "Disabled"
    kms.ask("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    kms.later(6.9)
    assert kms.described(key).KeyState == "PendingDelete"
    kms.later(0.2)
    kms.refused(GONE, "DescribeKey", KeyId=key)
    kms.refused(GONE, "Decrypt", CiphertextBlob=blob)
    assert key not in [each.KeyId for each in kms.ask("ListKeys", Limit=200).Keys]
    place = (kms.identity.uin, "ap-guangzhou")
    for kind in ("kms/key", "kms/material"):
        left = kms.identity.cloud.run(lambda one, kind=kind: list(one.store.collection(*place, kind).scan(key)))
        assert left == []
    assert kms.identity.ask("tag", "DescribeResourceTags", ResourceId=key).Rows == []
    kms.key(Alias="doomed")


def test_a_key_rotates_by_the_clouds_clock(kms: Kms) -> None:
    key = kms.key()
    blob = sealed(kms, key)
    kms.refused("InvalidParameterValue", "EnableKeyRotation", KeyId=key, RotateDays=6)
    kms.ask("EnableKeyRotation", KeyId=key)
    assert kms.ask("GetKeyRotationStatus", KeyId=key).KeyRotationEnabled is True
    assert kms.described(key).RotateDays == 365
    due = kms.described(key).NextRotateTime
    kms.later(366)
    found = kms.described(key)
    assert (found.LastRotateTime, found.NextRotateTime) == (due, due + 365 * 86400)
    assert kms.ask("Decrypt", CiphertextBlob=blob).Plaintext == SECRET
    kms.ask("DisableKeyRotation", KeyId=key)
    assert (kms.described(key).KeyRotationEnabled, kms.described(key).NextRotateTime) == (False, 0)


def test_lists_are_paged_and_filtered(kms: Kms) -> None:
    before = kms.ask("ListKeys").TotalCount
    keys = [kms.key(Alias=f"paged-{number}") for number in range(3)]
    assert kms.ask("ListKeys", Limit=1, Offset=before + 1).Keys[0].KeyId == keys[1]
    assert kms.ask("ListKeys", Role=1).TotalCount == 0
    kms.ask("DisableKey", KeyId=keys[0])
    shown = kms.ask("ListKeyDetail", SearchKeyAlias="paged-", Limit=2)
    assert (shown.TotalCount, [one.KeyId for one in shown.KeyMetadatas]) == (3, [keys[2], keys[1]])
    many: list[tuple[dict[str, Any], list[str]]] = [
        ({"KeyState": 2}, keys[:1]),
        ({"KeyState": 1, "OrderType": 1}, keys[1:]),
        ({"KeyUsage": "ASYMMETRIC_DECRYPT_RSA_2048"}, []),
        ({"Origin": "EXTERNAL"}, []),
        ({"TagFilters": [{"TagKey": "none"}]}, []),
    ]
    for given, expected in many:
        rows = kms.ask("ListKeyDetail", SearchKeyAlias="paged-", **given).KeyMetadatas
        assert [one.KeyId for one in rows] == expected
    for bad in ({"Limit": 201}, {"Offset": -1}):
        kms.refused("InvalidParameter", "ListKeys", **bad)


def test_what_the_local_cloud_has_not_is_refused_by_name(kms: Kms) -> None:
    code = "UnsupportedOperation.UnsupportedKeyUsageInCurrentRegion"
    assert "RSA" in kms.refused(code, "CreateKey", Alias="rsa", KeyUsage="ASYMMETRIC_DECRYPT_RSA_2048")
    kms.refused("InvalidParameterValue.InvalidType", "CreateKey", Alias="external", Type=2)
    kms.refused("UnsupportedOperation", "CreateKey", Alias="hsm", HsmClusterId="cls-hsm-1")
    tags = [{"TagKey": "a", "TagValue": "1"}] * 2
    kms.refused("InvalidParameterValue.TagKeysDuplicated", "CreateKey", Alias="twice", Tags=tags)


def test_the_service_is_there(kms: Kms) -> None:
    status = kms.ask("GetServiceStatus")
    assert (status.ServiceEnabled, status.InvalidType) == (True, 1)
    assert status.CmkUserCount == kms.ask("ListKeys").TotalCount
    assert "ap-guangzhou" in kms.ask("GetRegions").Regions
