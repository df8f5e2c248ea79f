"""Tencent Cloud's access management (CAM) as its resources share it: one API for all regions, documents as JSON."""

from __future__ import annotations

import json
from typing import Any, Final

from yunfn.provider.declaration import CheckFailure, Difference, Property
from yunfn.provider.declared_resource import DeclaredResource
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
#: The input that holds a policy document.
DOCUMENT: Final = "policyDocument"
# CAM is of no region, but the SDK's session wants one.
_ANY_REGION: Final = "ap-guangzhou"


async def cam_api(operation: Operation, sessions: Sessions, account: str | None, product: str = "cam") -> TencentApi:
    """CAM for the account, or that of the provider's credentials; raises AccountMismatchError, CloudAnswerError."""
    return await sessions.tencent_api(operation, product, sessions.tencent_region() or _ANY_REGION, account)


class DocumentResource(DeclaredResource):
    """A resource with a policy document in the input ``policyDocument``: checked as JSON, compared as such."""

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        text = inputs.known(DOCUMENT)
        failures = super().check(inputs)
        if isinstance(text, str) and text and parsed(text) is None:
            failures.append(CheckFailure(DOCUMENT, f"must be a policy document in JSON, not {text[:80]!r}"))
        return failures

    def diff(self, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Difference]:
        """See Resource."""
        return super().diff(same_document(old_inputs, inputs), old_outputs, inputs)


def parsed(text: Any) -> dict[str, Any] | None:
    """A document as an object; None if it is none."""
    try:
        found = json.loads(text)
    except (ValueError, TypeError):
        return None
    return found if isinstance(found, dict) else None


def same_document(old: Properties, new: Properties) -> Properties:
    """``old`` with the document as ``new`` writes it, where both mean the same: the order of keys is nobody's."""
    before, after = old.known(DOCUMENT), new.known(DOCUMENT)
    if before is None or after is None or parsed(before) is None or parsed(before) != parsed(after):
        return old
    return Properties({**old, DOCUMENT: after}, old.secrets)
