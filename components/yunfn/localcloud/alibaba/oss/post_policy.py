"""The policy of a form upload: signed JSON that says what the form's fields may be (OSS API reference, PostObject)."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yunfn.localcloud.alibaba.oss.exceptions import AccessDenied, EntityTooLarge, EntityTooSmall, OssError
from yunfn.localcloud.alibaba.signatures import oss_refusals, oss_v4
from yunfn.localcloud.call import Call
from yunfn.localcloud.keys import Principal


class InvalidPolicyDocument(OssError):
    """The policy is no policy."""

    code = "InvalidPolicyDocument"


def sender(call: Call, fields: Mapping[str, str]) -> Principal | None:
    """Whom the form's signature (V1 or V4) speaks for; None for an unsigned form.

    Raises AuthenticationError in OSS's words, or InvalidPolicyDocument where the signed policy is missing.
    """
    version = fields.get("x-oss-signature-version", "")
    if "ossaccesskeyid" not in fields and not version:
        return None
    policy = fields.get("policy", "")
    if not policy:
        raise InvalidPolicyDocument("Invalid Policy: the policy form field is missing.", ec="0002-00000702")
    token = fields.get("x-oss-security-token", "")
    if not version:
        access_key_id, provided = fields["ossaccesskeyid"], fields.get("signature", "")
        key = call.cloud.keys.find(access_key_id, token)
        computed = base64.b64encode(hmac.digest(key.secret.encode(), policy.encode(), "sha1")).decode()
    else:
        parts = fields.get("x-oss-credential", "").split("/")
        if version != oss_v4.ALGORITHM or len(parts) != 5 or parts[3:] != ["oss", "aliyun_v4_request"]:
            raise oss_refusals.invalid("Invalid signature version or credential in form.", ArgumentValue=version)
        access_key_id, day, region = parts[:3]
        provided = fields.get("x-oss-signature", "")
        key = call.cloud.keys.find(access_key_id, token)
        if region != call.region:
            raise oss_refusals.invalid("Invalid signing region in form.", ArgumentValue=region)
        computed = hmac.digest(oss_v4.signing_key(key.secret, day, region), policy.encode(), "sha256").hex()
    if not hmac.compare_digest(computed.encode(), provided.encode()):
        raise oss_refusals.mismatch(access_key_id, provided, policy)
    return key.principal


def check(policy: str, fields: Mapping[str, str], bucket: str, size: int) -> None:
    """Raise unless the form keeps what the policy says; ``size`` is the file's, in bytes.

    The policy's expiration is compared with real time, as its signer knows no other clock.
    """
    document = _read(policy)
    if _seconds(document.get("expiration")) < time.time():
        raise AccessDenied("Invalid according to Policy: Policy expired.")
    conditions = document.get("conditions")
    if not isinstance(conditions, list) or not conditions:
        raise InvalidPolicyDocument("Invalid Policy: Policy missing conditions.")
    values = {**fields, "bucket": bucket}
    for condition in conditions:
        _check(condition, values, size)


def _check(condition: Any, values: Mapping[str, str], size: int) -> None:
    if isinstance(condition, dict):
        if len(condition) != 1:
            raise InvalidPolicyDocument(
                "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."
            )
        ((name, wanted),) = condition.items()
        operator, field = "eq", f"${name}"
    elif isinstance(condition, list) and len(condition) == 3:
        operator, field, wanted = condition
    else:
        raise InvalidPolicyDocument("Invalid Policy: Invalid JSON: unknown condition.")
    if operator == "content-length-range":
        if not str(field).isdecimal() or not str(wanted).isdecimal():
            raise InvalidPolicyDocument("Invalid Policy: Invalid JSON: content-length-range takes two numbers.")
        least, most = int(field), int(wanted)
        if size > most:
            raise EntityTooLarge(MaxSizeAllowed=str(most), ProposedSize=str(size))
        if size < least:
            raise EntityTooSmall(MinSizeAllowed=str(least), ProposedSize=str(size))
        return
    value = values.get(str(field).removeprefix("$").lower(), "")
    if operator == "eq":
        held = value == str(wanted)
    elif operator == "starts-with":
        held = value.startswith(str(wanted))
    elif operator in ("in", "not-in") and isinstance(wanted, list):
        held = (value in wanted) is (operator == "in")
    else:
        raise InvalidPolicyDocument(f"Invalid Policy: Invalid JSON: unknown operator {operator}.")
    if not held:
        shown = json.dumps(condition, ensure_ascii=False)
        raise AccessDenied(f"Invalid according to Policy: Policy Condition failed: {shown}")


def _read(policy: str) -> dict[str, Any]:
    try:
        document = json.loads(base64.b64decode(policy, validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidPolicyDocument(f"Invalid Policy: Invalid JSON: {error}") from None
    if not isinstance(document, dict):
        raise InvalidPolicyDocument("Invalid Policy: Invalid JSON: no object.")
    return document


def _seconds(expiration: object) -> float:
    try:
        return datetime.fromisoformat(str(expiration)).timestamp()
    except ValueError:
        raise InvalidPolicyDocument(f"Invalid Policy: Invalid JSON: expiration {expiration!r}.") from None
