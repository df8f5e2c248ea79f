"""Create, describe and list keys, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.kms.exceptions import InvalidParameter, StateModifiedFailed, UnsupportedOperation
from yunfn.localcloud.alibaba.kms.request import KmsRequest, check_not_leaving, check_stays
from yunfn.localcloud.alibaba.kms.responses.descriptions import ORIGIN, SPEC, USAGE, described, metadata
from yunfn.localcloud.alibaba.kms.responses.tags import read_tags
from yunfn.localcloud.alibaba.kms.state import new_key_id
from yunfn.localcloud.keystore import Key, KeyState

_LONGEST_DESCRIPTION = 8192
_DAY = 86400
# ScheduleKeyDeletion: 7 to 366 days; UpdateRotationPolicy: 7 to 730.
_WINDOW = (7, 366)
_ROTATION = (7 * _DAY, 730 * _DAY)
_UNITS = {"d": _DAY, "h": 3600, "m": 60, "s": 1}
_ASYMMETRIC = (
    "RSA_2048",
    "RSA_3072",
    "EC_P256",
    "EC_P256K",
    "EC_SM2",
    "Aliyun_SM4",
    "Aliyun_AES_128",
    "Aliyun_AES_192",
)


def create_key(request: KmsRequest) -> Mapping[str, Any]:
    """CreateKey: an AES-256 key whose material the cloud makes."""
    request.require("key")
    spec = request.choice("KeySpec", SPEC, *_ASYMMETRIC)
    if spec != SPEC or request.choice("KeyUsage", USAGE, "SIGN/VERIFY") != USAGE:
        raise UnsupportedOperation(f"keys but {SPEC} for {USAGE}")
    if request.choice("Origin", ORIGIN, "EXTERNAL") != ORIGIN:
        raise UnsupportedOperation("imported key material")
    for name in ("DKMSInstanceId", "Policy"):
        if request.parameters.get(name):
            raise UnsupportedOperation(f"KMS instances, which {name} is for")
    key = Key(new_key_id(request.place.region), request.now, description=_description(request))
    _rotate_by(request, key, request.flag("EnableAutomaticRotation", False))
    key.details = {
        "protection_level": request.choice("ProtectionLevel", "SOFTWARE", "HSM"),
        "deletion_protection": None,
        "tags": read_tags(request, "Tags"),
    }
    request.call.resource = key.id
    return {"KeyMetadata": metadata(request, request.state.keys.create(request.place, key))}


def describe_key(request: KmsRequest) -> Mapping[str, Any]:
    """DescribeKey, by id, full name or alias."""
    return {"KeyMetadata": described(request, request.key(aliases=True))}


def list_keys(request: KmsRequest) -> Mapping[str, Any]:
    """ListKeys: all that fit the filters."""
    request.require("key")
    wanted = _filters(request)
    fitting = [key for key in request.state.keys.all(request.place) if _fits(request, key, wanted)]
    shown, paging = request.page(fitting)
    rows = [{"KeyId": key.id, "KeyArn": request.arn(f"key/{key.id}")} for key in shown]
    return {"Keys": {"Key": rows}, **paging}


def update_key_description(request: KmsRequest) -> Mapping[str, Any]:
    """UpdateKeyDescription."""
    key = request.key()
    check_not_leaving(key)
    key.description = _description(request)
    request.save(key)
    return {}


def enable_key(request: KmsRequest) -> Mapping[str, Any]:
    """EnableKey; of an enabled key it changes nothing."""
    return _to_state(request, KeyState.ENABLED)


def disable_key(request: KmsRequest) -> Mapping[str, Any]:
    """DisableKey; of a disabled key it changes nothing."""
    return _to_state(request, KeyState.DISABLED)


def schedule_key_deletion(request: KmsRequest) -> Mapping[str, Any]:
    """ScheduleKeyDeletion: the key is gone, with its material, when the waiting time is over."""
    key = request.key()
    days = request.number("PendingWindowInDays", *_WINDOW)
    check_stays(key)
    if key.details["deletion_protection"] is not None:
        raise StateModifiedFailed("deletion protection is enabled")
    key.state, key.deletion = KeyState.PENDING_DELETION, request.now + days * _DAY
    request.save(key)
    return {}


def cancel_key_deletion(request: KmsRequest) -> Mapping[str, Any]:
    """CancelKeyDeletion: the key is enabled again."""
    key = request.key()
    if key.state is not KeyState.PENDING_DELETION:
        raise StateModifiedFailed("the key does not wait for its deletion")
    key.state, key.deletion = KeyState.ENABLED, 0.0
    request.save(key)
    return {}


def set_deletion_protection(request: KmsRequest) -> Mapping[str, Any]:
    """SetDeletionProtection: by ProtectedResourceArn, or by KeyId."""
    by_arn = request.parameters.get("ProtectedResourceArn") and not request.parameters.get("KeyId")
    key = request.key(parameter="ProtectedResourceArn" if by_arn else "KeyId")
    check_not_leaving(key)
    enabled = request.flag("EnableDeletionProtection")
    text = request.parameters.get("DeletionProtectionDescription", "")
    key.details["deletion_protection"] = text if enabled else None
    request.save(key)
    return {}


def update_rotation_policy(request: KmsRequest) -> Mapping[str, Any]:
    """UpdateRotationPolicy: a new version each interval, or none."""
    key = request.key()
    check_not_leaving(key)
    _rotate_by(request, key, request.flag("EnableAutomaticRotation"))
    request.save(key)
    return {}


def _to_state(request: KmsRequest, state: KeyState) -> Mapping[str, Any]:
    key = request.key()
    check_stays(key)
    key.state = state
    request.save(key)
    return {}


def _rotate_by(request: KmsRequest, key: Key, enabled: bool) -> None:
    if not enabled:
        key.period = key.next_rotation = 0.0
        return
    given = request.text("RotationInterval")
    found = re.fullmatch(r"(\d{1,9})([dhms])", given)
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not _ROTATION[0] <= seconds <= _ROTATION[1]:
        raise InvalidParameter("RotationInterval", "it is 7 to 730 days, such as 365d or 31536000s")
    key.period = float(seconds)
    key.next_rotation = (key.last_rotation or key.created) + seconds
    if key.next_rotation <= request.now:
        key.next_rotation = request.now + seconds


def _description(request: KmsRequest) -> str:
    text = request.parameters.get("Description", "")
    if len(text) > _LONGEST_DESCRIPTION:
        raise InvalidParameter("Description", f"it is at most {_LONGEST_DESCRIPTION} characters long")
    return text


def _filters(request: KmsRequest) -> dict[str, set[str]]:
    """Values by what they are compared with; several entries of one kind are alternatives."""
    wanted: dict[str, set[str]] = {}
    for each in request.array("Filters"):
        values = each.get("Values") if isinstance(each, dict) else None
        if not isinstance(values, list) or each.get("Key") not in _FILTERS:
            raise InvalidParameter("Filters", f"each has Values and a Key of {', '.join(_FILTERS)}")
        wanted.setdefault(str(each["Key"]), set()).update(str(value) for value in values)
    return wanted


_FILTERS = (
    "KeyState",
    "KeySpec",
    "KeyUsage",
    "ProtectionLevel",
    "CreatorType",
    "DKMSInstanceId",
    "KeyId",
    "AliasName",
    "Creator",
    "TagKey",
    "TagValue",
)


def _fits(request: KmsRequest, key: Key, wanted: Mapping[str, set[str]]) -> bool:
    if not wanted:
        return True
    tags = key.details["tags"]
    own: dict[str, set[str]] = {
        "KeyState": {key.state.value},
        "KeySpec": {SPEC},
        "KeyUsage": {USAGE},
        "ProtectionLevel": {key.details["protection_level"]},
        "CreatorType": {"User"},
        "DKMSInstanceId": set(),
        "KeyId": {key.id},
        "AliasName": {name for name, meant in request.state.aliases(request.place) if meant == key.id},
        "Creator": {request.place.account},
        "TagKey": set(tags),
        "TagValue": set(tags.values()),
    }
    return all(own[name] & values for name, values in wanted.items())
