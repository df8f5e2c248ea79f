"""How KMS describes keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from yunfn.localcloud.alibaba.kms.request import KmsRequest
from yunfn.localcloud.keystore import Key, KeyState, KeyVersion

SPEC = "Aliyun_AES_256"
USAGE = "ENCRYPT/DECRYPT"
ORIGIN = "Aliyun_KMS"


def date(moment: float) -> str:
    """A moment as KMS writes it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def metadata(request: KmsRequest, key: Key) -> dict[str, Any]:
    """KeyMetadata of CreateKey; fields that DescribeKey says are there for some keys only are left out for others."""
    described: dict[str, Any] = {
        "KeyId": key.id,
        "Arn": request.arn(f"key/{key.id}"),
        "KeyState": key.state.value,
        "KeySpec": SPEC,
        "KeyUsage": USAGE,
        "Origin": ORIGIN,
        "ProtectionLevel": key.details["protection_level"],
        "Creator": request.place.account,
        "CreationDate": date(key.created),
        "Description": key.description,
        "PrimaryKeyVersion": key.primary.id,
        "LastRotationDate": date(key.last_rotation),
        "AutomaticRotation": _rotation(key),
        "MaterialExpireTime": "",
        "DeleteDate": date(key.deletion) if key.deletion else "",
    }
    if key.period:
        described["RotationInterval"] = f"{key.period:.0f}s"
        described["NextRotationDate"] = date(key.next_rotation)
    return described


def described(request: KmsRequest, key: Key) -> dict[str, Any]:
    """KeyMetadata of DescribeKey, which tells of the deletion protection too."""
    protection = key.details["deletion_protection"]
    extra = {"DeletionProtection": "Enabled" if protection is not None else "Disabled"}
    if protection:
        extra["DeletionProtectionDescription"] = protection
    return {**metadata(request, key), **extra}


def version(key: Key, each: KeyVersion) -> dict[str, Any]:
    """A key's version."""
    return {"KeyId": key.id, "KeyVersionId": each.id, "CreationDate": date(each.created)}


def _rotation(key: Key) -> str:
    if not key.period:
        return "Disabled"
    return "Enabled" if key.state is KeyState.ENABLED else "Suspended"
