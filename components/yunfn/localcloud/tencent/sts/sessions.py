"""Sessions: temporary keys that speak for a role, or for a federated user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from yunfn.localcloud.keys import TENCENT, AccessKey, Principal
from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.cam import CamService
from yunfn.localcloud.tencent.cam.trust import trusts
from yunfn.localcloud.tencent.sts.exceptions import InvalidParameter, RoleNotFound, RoleNotTrusting

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

# Service roles are written in a way of their own (AssumeRole's RoleArn as the SDK describes it).
_ROLE_ARN = re.compile(
    r"qcs::cam::uin/(?P<uin>\d+):(?:role/(?:tencentcloudServiceRole/)?(?P<id>\d+)"
    r"|(?:roleName|(?:role/)?tencentcloudServiceRoleName)/(?P<name>[\w+=,.@-]{1,128}))"
)


class Sessions:
    """Finds roles and makes keys for sessions."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud

    def role(self, role_arn: str) -> Document:
        """The role of an ARN by name or id; raises InvalidParameter and RoleNotFound."""
        found = _ROLE_ARN.fullmatch(role_arn)
        if found is None:
            rule = f"RoleArn {role_arn!r} is not qcs::cam::uin/<uin>:roleName/<name> or :role/<id>."
            raise InvalidParameter("ParamError", rule)
        state = self._cloud.find(CamService).state
        role = state.role_of_id(found["id"]) if found["id"] else state.role(found["name"])
        if role is None or found["uin"] != self._cloud.tencent.uin:
            raise RoleNotFound(role_arn)
        return role

    def check_trust(self, role: Document, principal: Principal, context: Mapping[str, str]) -> None:
        """Raise RoleNotTrusting unless the role's trust policy names the caller, or its account as a whole."""
        names = (f"qcs::cam::uin/{principal.account}:root", trusted_name(principal))
        if not trusts(role["PolicyDocument"], "qcs", names, context):
            raise RoleNotTrusting(role["RoleName"], principal.arn)

    def federate(self, principal: Principal, name: str, policy: str, duration: float) -> AccessKey:
        """A key for a federated user of ``principal``, a user or the account's owner."""
        maker = principal.name or principal.account
        federated = Principal(principal.account, "federated-user", maker, name, policy, TENCENT)
        return self._cloud.tencent_keys.create_temporary(federated, duration)

    def open(self, role: Document, session: str, policy: str, duration: float) -> AccessKey:
        """A key for a session of ``role``, for ``duration`` seconds of the cloud's clock."""
        principal = Principal(self._cloud.tencent.uin, "assumed-role", role["RoleName"], session, policy, TENCENT)
        return self._cloud.tencent_keys.create_temporary(principal, duration)

    def open_for_service(self, role_name: str, service: str, session: str, duration: float) -> AccessKey:
        """A key for a session that a cloud service takes; raises RoleNotFound and RoleNotTrusting."""
        cam = self._cloud.find(CamService)
        role = cam.role(role_name)
        if role is None:
            raise RoleNotFound(role_name)
        if not cam.trusts(role, service):
            raise RoleNotTrusting(role_name, service)
        return self.open(role, session, "", duration)


def trusted_name(principal: Principal) -> str:
    """How a trust policy names a user, a role or the account's owner."""
    name = principal.name or principal.account
    own = f"roleName/{name}" if principal.kind == "assumed-role" else f"uin/{name}"
    return f"qcs::cam::uin/{principal.account}:{own}"
