"""Keys and what becomes of them, by aliyun-python-sdk-kms."""

from __future__ import annotations

import json

import pytest

from .conftest import REGION, Kms
from .test_encryption import SECRET

# aliyun-python-sdk-core 2.16.1 carries an old urllib3 of its own.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\..*deprecated:DeprecationWarning")


def test_a_key_is_described_as_it_was_made(kms: Kms) -> None:
    tags = json.dumps([{"TagKey": "team", "TagValue": "a"}])
    made = kms.ask("CreateKey", Description="for tests", Tags=tags)["KeyMetadata"]
    found = kms.described(made["KeyId"])
    assert found == {**made, "DeletionProtection": "Disabled"}
    account = kms.cloud.account
    expected = {
        "Arn": f"acs:kms:{REGION}:{account}:key/{made['KeyId']}",
        "KeyState": "Enabled",
        "KeySpec": "Aliyun_AES_256",
        "KeyUsage": "ENCRYPT/DECRYPT",
        "Origin": "Aliyun_KMS",
        "ProtectionLevel": "SOFTWARE",
        "Creator": account,
        "Description": "for tests",
        "AutomaticRotation": "Disabled",
        "DeleteDate": "",
    }
    assert {name: found[name] for name in expected} == expected
    assert found["CreationDate"] == found["LastRotationDate"]
    kms.ask("UpdateKeyDescription", KeyId=made["KeyId"], Description="new")
    assert kms.described(made["KeyId"])["Description"] == "new"
    kms.refused(400, "InvalidParameter", "UpdateKeyDescription", KeyId=made["KeyId"], Description="x" * 8193)


def test_what_the_local_cloud_has_not_is_refused_by_name(kms: Kms) -> None:
    many = [
        {"KeySpec": "RSA_2048"},
        {"KeyUsage": "SIGN/VERIFY"},
        {"Origin": "EXTERNAL"},
        {"DKMSInstanceId": "kst-1"},
        {"Policy": "{}"},
    ]
    for given in many:
        assert "the local cloud has no" in kms.refused(400, "Rejected.UnsupportedOperation", "CreateKey", **given)
    for wrong in ({"KeySpec": "AES"}, {"ProtectionLevel": "SOFT"}):
        kms.refused(400, "InvalidParameter", "CreateKey", **wrong)


def test_a_disabled_key_neither_encrypts_nor_decrypts(kms: Kms) -> None:
    key = kms.key()
    sealed = kms.ask("Encrypt", KeyId=key, Plaintext=SECRET)["CiphertextBlob"]
    for _ in range(2):
        kms.ask("DisableKey", KeyId=key)
    assert kms.described(key)["KeyState"] == "Disabled"
    for operation, given in (
        ("Encrypt", {"KeyId": key, "Plaintext": SECRET}),
        ("Decrypt", {"CiphertextBlob": sealed}),
        ("GenerateDataKey", {"KeyId": key}),
        ("GenerateDataKeyWithoutPlaintext", {"KeyId": key}),
        ("ReEncrypt", {"CiphertextBlob": sealed, "DestinationKeyId": key}),
        ("CreateKeyVersion", {"KeyId": key}),
    ):
        kms.refused(409, "Rejected.Disabled", operation, **given)
    kms.ask("EnableKey", KeyId=key)
    assert kms.ask("Decrypt", CiphertextBlob=sealed)["Plaintext"] == SECRET


def test_a_deleted_key_waits_and_is_gone_with_its_material(kms: Kms) -> None:
    key = kms.key()
    alias = f"alias/{key}"
    kms.ask("CreateAlias", KeyId=key, AliasName=alias)
    sealed = kms.ask("Encrypt", KeyId=key, Plaintext=SECRET)["CiphertextBlob"]
    kms.refused(409, "Rejected.StateModifiedFailed", "CancelKeyDeletion", KeyId=key)
    for days in (6, 367):
        kms.refused(400, "InvalidParameter", "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=days)
    kms.refused(400, "MissingParameter", "ScheduleKeyDeletion", KeyId=key)
    kms.ask("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    found = kms.described(key)
    assert found["KeyState"] == "PendingDeletion"
    assert found["DeleteDate"] > found["CreationDate"]
    for operation in ("EnableKey", "DisableKey"):
        kms.refused(409, "Rejected.StateModifiedFailed", operation, KeyId=key)
    kms.refused(409, "Rejected.StateModifiedFailed", "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=366)
    kms.refused(409, "Rejected.StateModifiedFailed", "CreateAlias", KeyId=key, AliasName=f"{alias}-2")
    kms.refused(409, "Rejected.PendingDeletion", "UpdateAlias", KeyId=key, AliasName=alias)
    kms.refused(409, "Rejected.PendingDeletion", "Decrypt", CiphertextBlob=sealed)
    kms.ask("CancelKeyDeletion", KeyId=key)
    assert kms.described(key)["KeyState"] == "Enabled"
    kms.ask("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    kms.later(6.9)
    assert kms.described(key)["KeyState"] == "PendingDeletion"
    kms.later(0.2)
    kms.refused(404, "Forbidden.KeyNotFound", "DescribeKey", KeyId=key)
    kms.refused(404, "Forbidden.KeyNotFound", "Decrypt", CiphertextBlob=sealed)
    kms.refused(404, "Forbidden.AliasNotFound", "DescribeKey", KeyId=alias)
    place = (kms.cloud.account, REGION)
    for kind in ("kms/key", "kms/material"):
        assert kms.cloud.run(lambda one, kind=kind: list(one.store.collection(*place, kind).scan(key))) == []


def test_a_protected_key_cannot_be_deleted(kms: Kms) -> None:
    key = kms.key()
    arn = kms.described(key)["Arn"]
    text = "in use"
    kms.ask(
        "SetDeletionProtection",
        ProtectedResourceArn=arn,
        EnableDeletionProtection="true",
        DeletionProtectionDescription=text,
    )
    found = kms.described(key)
    assert (found["DeletionProtection"], found["DeletionProtectionDescription"]) == ("Enabled", text)
    kms.refused(409, "Rejected.StateModifiedFailed", "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    kms.ask("SetDeletionProtection", ProtectedResourceArn=arn, EnableDeletionProtection="false")
    kms.ask("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    kms.refused(
        409, "Rejected.PendingDeletion", "SetDeletionProtection",
        ProtectedResourceArn=arn, EnableDeletionProtection="true",
    )  # fmt: skip


def test_a_key_rotates_by_the_clouds_clock(kms: Kms) -> None:
    for wrong in ("6d", "731d", "7", "7 d", "7w", "9999999999d"):
        given = {"EnableAutomaticRotation": "true", "RotationInterval": wrong}
        kms.refused(400, "InvalidParameter", "CreateKey", **given)
    kms.refused(400, "MissingParameter", "CreateKey", EnableAutomaticRotation="true")
    key = kms.key(EnableAutomaticRotation="true", RotationInterval="7d")
    sealed = kms.ask("Encrypt", KeyId=key, Plaintext=SECRET)
    before = kms.described(key)
    assert (before["AutomaticRotation"], before["RotationInterval"]) == ("Enabled", "604800s")
    kms.later(6.9)
    assert kms.described(key)["PrimaryKeyVersion"] == sealed["KeyVersionId"]
    kms.later(7.2)
    after = kms.described(key)
    assert after["PrimaryKeyVersion"] != sealed["KeyVersionId"]
    assert after["LastRotationDate"] > before["NextRotationDate"]
    opened = kms.ask("Decrypt", CiphertextBlob=sealed["CiphertextBlob"])
    assert (opened["KeyVersionId"], opened["Plaintext"]) == (sealed["KeyVersionId"], SECRET)
    kms.ask("DisableKey", KeyId=key)
    assert kms.described(key)["AutomaticRotation"] == "Suspended"
    kms.later(30)
    assert kms.described(key)["PrimaryKeyVersion"] == after["PrimaryKeyVersion"]
    kms.ask("UpdateRotationPolicy", KeyId=key, EnableAutomaticRotation="false")
    assert "NextRotationDate" not in kms.described(key)


def test_versions_are_made_listed_and_described(kms: Kms) -> None:
    key = kms.key()
    first = kms.described(key)["PrimaryKeyVersion"]
    made = kms.ask("CreateKeyVersion", KeyId=key)["KeyVersion"]
    assert kms.described(key)["PrimaryKeyVersion"] == made["KeyVersionId"]
    assert kms.ask("DescribeKeyVersion", KeyId=key, KeyVersionId=made["KeyVersionId"])["KeyVersion"] == made
    listed = kms.ask("ListKeyVersions", KeyId=key)
    assert [one["KeyVersionId"] for one in listed["KeyVersions"]["KeyVersion"]] == [first, made["KeyVersionId"]]
    kms.refused(404, "Forbidden.KeyVersionNotFound", "DescribeKeyVersion", KeyId=key, KeyVersionId="none")
    assert kms.ask("Encrypt", KeyId=key, Plaintext=SECRET)["KeyVersionId"] == made["KeyVersionId"]


def test_lists_are_paged_and_filtered(kms: Kms) -> None:
    there = Kms(kms.cloud, region="cn-shenzhen")
    keys = [there.key() for _ in range(3)]
    there.ask("DisableKey", KeyId=keys[0])
    page = there.ask("ListKeys", PageNumber=2, PageSize=2)
    assert (page["TotalCount"], page["PageNumber"], len(page["Keys"]["Key"])) == (3, 2, 1)
    enabled = json.dumps([{"Key": "KeyState", "Values": ["Enabled"]}, {"Key": "KeySpec", "Values": ["Aliyun_AES_256"]}])
    listed = there.ask("ListKeys", Filters=enabled)["Keys"]["Key"]
    assert {one["KeyId"] for one in listed} == set(keys[1:])
    none = json.dumps([{"Key": "CreatorType", "Values": ["Service"]}])
    assert there.ask("ListKeys", Filters=none)["TotalCount"] == 0
    for wrong in ("{}", "[1]", '[{"Key": "Colour", "Values": []}]', "["):
        there.refused(400, "InvalidParameter", "ListKeys", Filters=wrong)
    for number in ("0", "x", "9" * 5000):
        there.refused(400, "InvalidParameter", "ListKeys", PageNumber=number)


def test_ids_never_hold_what_a_provider_takes_for_a_status(kms: Kms) -> None:
    keys = [kms.key() for _ in range(3)]
    assert all(key.startswith("key-sha") and len(key) == 25 for key in keys)
    assert not any(digits in key for key in keys for digits in ("429", "500"))
