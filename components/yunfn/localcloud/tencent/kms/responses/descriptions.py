"""How KMS describes keys."""

from __future__ import annotations

from typing import Any

from yunfn.localcloud.keystore import Key
from yunfn.localcloud.tencent.kms.keyring import USAGE, state_name

_SECONDS_PER_DAY = 86400


def metadata(key: Key) -> dict[str, Any]:
    """KeyMetadata; the moments are seconds since the epoch, 0 for never."""
    rotated = len(key.versions) > 1
    return {
        "KeyId": key.id,
        "Alias": key.details["alias"],
        "CreateTime": int(key.created),
        "Description": key.description,
        "KeyState": state_name(key),
        "KeyUsage": USAGE,
        "Type": 2,
        "CreatorUin": int(key.details["creator"]),
        "CreatorUinString": key.details["creator"],
        "KeyRotationEnabled": bool(key.period),
        "RotateDays": int(key.period) // _SECONDS_PER_DAY,
        "Owner": "user",
        "NextRotateTime": int(key.next_rotation),
        "LastRotateTime": int(key.last_rotation) if rotated else 0,
        "DeletionDate": int(key.deletion),
        "Origin": "TENCENT_KMS",
        "ValidTo": 0,
        "ResourceId": key.details["resource"],
        "HsmClusterId": "",
        "IsSyncReplica": 0,
        "SourceRegion": "",
        "SyncStatus": 0,
    }
