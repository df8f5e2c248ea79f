"""Tencent Cloud's access management (CAM) as its resources share it: one API for all regions, documents as JSON."""

from __future__ import annotations

import json
from typing import Any, Final

from yunfn.provider.declaration import CheckFailure, Property
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties
from yunfn.provider.session import Sessions
from yunfn.provider.tencent_api import TencentApi

ACCOUNT: Final = Property(
    "account", "string", "APPID of the account; credentials of another are refused.", replaces=True
)
#: What says that a role is not there, or a policy (tencentcloud-sdk-python cam errorcodes; TCP 1.82.42).
ROLE_GONE: Final = frozenset(
    ("InvalidParameter.RoleNotExist", "ResourceNotFound.RoleNotExist", "ResourceNotFound.NotFound", "ResourceNotFound")
)
POLICY_GONE: Final = frozenset(
    (
        "ResourceNotFound.PolicyIdNotFound",
        "InvalidParameter.PolicyIdNotExist",
        "ResourceNotFound.NotFound",
        "ResourceNotFound",
    )
)
# CAM is of no region, but the SDK's session wants one.
_ANY_REGION: Final = "ap-guangzhou"


async def cam_api(operation: Operation, sessions: Sessions, account: str | None, product: str = "cam") -> TencentApi:
    """CAM for the account, or that of the provider's credentials; raises AccountMismatchError, CloudAnswerError."""
    return await sessions.tencent_api(operation, product, sessions.tencent_region() or _ANY_REGION, account)


def document_failures(name: str, inputs: Properties) -> list[CheckFailure]:
    """What is wrong with a policy document before CAM sees it."""
    text = inputs.known(name)
    if isinstance(text, str) and text and parsed(text) is None:
        return [CheckFailure(name, f"must be a policy document in JSON, not {text[:80]!r}")]
    return []


def parsed(text: Any) -> dict[str, Any] | None:
    """A document as an object; None if it is none."""
    try:
        found = json.loads(text)
    except (ValueError, TypeError):
        return None
    return found if isinstance(found, dict) else None


def same_document(name: str, old: Properties, new: Properties) -> Properties:
    """``old`` with the document as ``new`` writes it, where both mean the same: the order of keys is nobody's."""
    before, after = old.known(name), new.known(name)
    if before is None or after is None or parsed(before) is None or parsed(before) != parsed(after):
        return old
    return Properties({**old, name: after}, old.secrets)
