"""Parse and answer STS's calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.tencent.api import ApiRequest, Operation
from yunfn.localcloud.tencent.cam import CamService
from yunfn.localcloud.tencent.sts.sessions import Sessions


class StsCalls:
    """GetCallerIdentity, AssumeRole, GetFederationToken."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {"GetCallerIdentity": self._get_caller_identity}

    async def _get_caller_identity(self, request: ApiRequest) -> dict[str, Any]:
        principal = request.principal
        uin = principal.account
        # The forms of the documentation's examples (STS "GetCallerIdentity", 1312/66098).
        if principal.kind == "assumed-role":
            role = request.cloud.find(CamService).role(principal.name)
            role_id = role["RoleId"] if role else ""
            return {
                "Type": "CAMRole",
                "AccountId": uin,
                "UserId": f"{role_id}:{principal.session}",
                "PrincipalId": uin,
                "Arn": f"qcs::sts:{uin}:assumed-role/{role_id}",
            }
        if principal.kind == "federated-user":
            return {
                "Type": "CAMUser",
                "AccountId": uin,
                "UserId": f"{principal.name}:{principal.session}",
                "PrincipalId": principal.name,
                "Arn": f"qcs::sts:{uin}:federated-user/{principal.name}",
            }
        own = principal.name if principal.kind == "user" else uin
        return {
            "Type": "CAMUser",
            "AccountId": uin,
            "UserId": own,
            "PrincipalId": own,
            "Arn": f"qcs::cam:{uin}:uin/{own}",
        }
