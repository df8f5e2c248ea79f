"""Role sessions: temporary keys that speak for a role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.ram.trust import trusts
from yunfn.localcloud.alibaba.sts.exceptions import InvalidParameter, RoleAccessDenied
from yunfn.localcloud.keys import AccessKey, Principal

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

ROLE_ARN = re.compile(r"acs:ram::(?P<account>\d+):role/(?P<name>[A-Za-z0-9._@-]{1,64})")


class RoleSessions:
    """Finds roles and makes keys for sessions of them."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud

    def role(self, role_arn: str) -> tuple[str, dict[str, Any] | None]:
        """Account and role of an ARN, None for a role that is not there; raises InvalidParameter."""
        found = ROLE_ARN.fullmatch(role_arn)
        if found is None:
            rule = "acs:ram::<account>:role/<name> is expected"
            raise InvalidParameter("RoleArn", f"The parameter RoleArn is wrongly formed. ({rule})")
        state = self._cloud.find(RamService).state
        return found["account"], state.get(found["account"], "role", found["name"])

    def trusted(self, role: dict[str, Any], kind: str, names: tuple[str, ...], context: dict[str, str]) -> bool:
        """Whether the role's trust policy names one of ``names`` as a principal of ``kind`` (RAM, Service)."""
        return trusts(role["AssumeRolePolicyDocument"], kind, names, context)

    def open(self, account: str, role: dict[str, Any], session: str, policy: str, duration: float) -> AccessKey:
        """A key for a session of ``role``, for ``duration`` seconds of the cloud's clock."""
        principal = Principal(account, "assumed-role", role["RoleName"].lower(), session, policy)
        return self._cloud.keys.create_temporary(principal, duration)

    def open_for(self, account: str, role_arn: str, kind: str, name: str, session: str, duration: float) -> AccessKey:
        """A key for a session that a service, or an account of the cloud's own (``kind`` RAM), takes.

        Raises RoleAccessDenied.
        """
        owner, role = self.role(role_arn)
        if role is None or owner != account:
            raise RoleAccessDenied(role_arn, kind, name, "there is no such role")
        if not self.trusted(role, kind, (name,), {}):
            what = "service" if kind == "Service" else "account"
            raise RoleAccessDenied(role_arn, kind, name, f"its trust policy does not name the {what}")
        return self.open(account, role, session, "", duration)
