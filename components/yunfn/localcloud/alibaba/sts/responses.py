"""Parse and answer STS's calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from yunfn.localcloud.alibaba.pop import Operation, Parameters, RpcService, sender
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.ram.documents import read_policy
from yunfn.localcloud.alibaba.ram.exceptions import MalformedPolicyDocument
from yunfn.localcloud.alibaba.sts.exceptions import InvalidParameter, NoPermission, RoleNotExist, RootCannotAssume
from yunfn.localcloud.alibaba.sts.models import RoleSessions
from yunfn.localcloud.alibaba.sts.urls import HOSTS
from yunfn.localcloud.call import Call
from yunfn.localcloud.keys import AccessKey, Principal
from yunfn.localcloud.rights import distrusted

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

_SESSION = re.compile(r"[A-Za-z0-9.@_-]{2,64}")
_POLICY_LENGTH = 2048
_SHORTEST, _DEFAULT, _CHAINED = 900, 3600, 3600


class StsService(RpcService):
    """Answers GetCallerIdentity and AssumeRole; gives services the keys of the roles they run under."""

    name = "sts"
    product = "Sts"
    version = "2015-04-01"
    hosts = HOSTS
    operations = ("GetCallerIdentity", "AssumeRole")

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self._sessions = RoleSessions(cloud)

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {"GetCallerIdentity": self._get_caller_identity, "AssumeRole": self._assume_role}

    def assume_for_service(
        self, account: str, role_arn: str, service: str, session: str, duration: float = 129600
    ) -> AccessKey:
        """A key of the role for a cloud service such as ``fc.aliyuncs.com``, for ``duration`` seconds.

        A service may keep it longer than MaxSessionDuration (a function's lives 36 hours). Raises RoleAccessDenied
        if the role is missing or its trust policy does not name the service.
        """
        return self._sessions.open_for(account, role_arn, "Service", service, session, duration)

    def assume_for_account(
        self, account: str, role_arn: str, principal: str, session: str, duration: float = 129600
    ) -> AccessKey:
        """As :meth:`assume_for_service`, for an account of the cloud's own: ``acs:ram::<its id>:root``."""
        return self._sessions.open_for(account, role_arn, "RAM", principal, session, duration)

    def _get_caller_identity(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        principal = sender(call)
        call.resource = principal.arn
        state = self.cloud.find(RamService).state
        identity = {"AccountId": principal.account, "Arn": principal.arn}
        if principal.kind == "root":
            return {
                **identity,
                "IdentityType": "Account",
                "PrincipalId": principal.account,
                "UserId": principal.account,
            }
        if principal.kind == "user":
            user = state.get(principal.account, "user", principal.name)
            user_id = user["UserId"] if user else ""
            return {**identity, "IdentityType": "RAMUser", "PrincipalId": user_id, "UserId": user_id}
        role = state.get(principal.account, "role", principal.name)
        role_id = role["RoleId"] if role else ""
        return {
            **identity,
            "IdentityType": "AssumedRoleUser",
            "PrincipalId": f"{role_id}:{principal.session}",
            "RoleId": role_id,
        }

    def _assume_role(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        principal = sender(call)
        role_arn = parameters.required("RoleArn")
        session = parameters.required("RoleSessionName")
        call.resource = role_arn
        if not _SESSION.fullmatch(session):
            rule = "2 to 64 letters, digits and .@-_ are expected"
            raise InvalidParameter("RoleSessionName", f"The parameter RoleSessionName is wrongly formed. ({rule})")
        policy = _session_policy(parameters)
        account, role = self._sessions.role(role_arn)
        if principal.kind == "root":
            raise RootCannotAssume()
        call.require("sts:AssumeRole", role_arn)
        if role is None:
            raise RoleNotExist(role_arn)
        if not self._sessions.trusted(role, "RAM", _names(principal), _context(call, parameters)):
            call.rights.append(distrusted(role_arn, "RAM", _names(principal)[-1]))
            call.denied = f"sts:AssumeRole {role_arn}"
            raise NoPermission(f"the trust policy of {role_arn} does not name {principal.arn}")
        duration = _duration(parameters, principal, role)
        key = self._sessions.open(account, role, session, policy, duration)
        return {
            "AssumedRoleUser": {"Arn": key.principal.arn, "AssumedRoleId": f"{role['RoleId']}:{session}"},
            "Credentials": {
                "AccessKeyId": key.id,
                "AccessKeySecret": key.secret,
                "SecurityToken": key.token,
                "Expiration": datetime.fromtimestamp(key.expires, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        }


def _session_policy(parameters: Parameters) -> str:
    policy = parameters.get("Policy", "")
    if len(policy) > _POLICY_LENGTH:
        raise InvalidParameter("PolicySize", f"The size of Policy must not exceed {_POLICY_LENGTH} characters.")
    if policy:
        try:
            read_policy(policy)
        except MalformedPolicyDocument as error:
            rule = f"The parameter Policy has not passed grammar check. ({error.message})"
            raise InvalidParameter("PolicyGrammar", rule) from None
    return policy


def _duration(parameters: Parameters, principal: Principal, role: Mapping[str, Any]) -> int:
    longest: int = role["MaxSessionDuration"]
    if principal.kind == "assumed-role":
        # A chain of roles never lasts longer than an hour (STS "AssumeRole").
        longest = min(longest, _CHAINED)
    seconds = parameters.number("DurationSeconds", _DEFAULT)
    if not _SHORTEST <= seconds <= longest:
        raise InvalidParameter("DurationSeconds", f"The Min/Max value of DurationSeconds is {_SHORTEST}s/{longest}s.")
    return seconds


def _names(principal: Principal) -> tuple[str, ...]:
    """What a trust policy may call the caller: the account as a whole, or the user or role itself."""
    account = f"acs:ram::{principal.account}:root"
    if principal.kind == "user":
        return (account, principal.arn)
    return (account, f"acs:ram::{principal.account}:role/{principal.name}")


def _context(call: Call, parameters: Parameters) -> dict[str, str]:
    context = {"acs:SourceIp": "127.0.0.1", "acs:CurrentTime": call.cloud.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")}
    if parameters.get("ExternalId"):
        context["sts:ExternalId"] = parameters["ExternalId"]
    return context
