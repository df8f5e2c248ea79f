"""Parse and answer STS's calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from yunfn.localcloud.keys import AccessKey
from yunfn.localcloud.rights import distrusted
from yunfn.localcloud.tencent.api import ApiRequest, Operation
from yunfn.localcloud.tencent.cam import CamService
from yunfn.localcloud.tencent.cam.documents import read_policy
from yunfn.localcloud.tencent.cam.exceptions import MalformedPolicyDocument
from yunfn.localcloud.tencent.sts.exceptions import InvalidParameter, RoleNotTrusting, TemporaryKeyNotAllowed
from yunfn.localcloud.tencent.sts.sessions import Sessions, trusted_name

# AssumeRole's parameters as the SDK describes them.
_SESSION = re.compile(r"[\w+=,.@-]{2,128}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,128}", re.ASCII)
_FEDERATED = re.compile(r"[\w.@-]{1,64}", re.ASCII)
_POLICY_LENGTH = 4096
_ROLE_DEFAULT, _ROLE_LONGEST = 7200, 43200
_FEDERATED_DEFAULT, _OWNER_LONGEST, _USER_LONGEST = 1800, 7200, 129600


class StsCalls:
    """GetCallerIdentity, AssumeRole, GetFederationToken."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "GetCallerIdentity": self._get_caller_identity,
            "AssumeRole": self._assume_role,
            "GetFederationToken": self._get_federation_token,
        }

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

    async def _assume_role(self, request: ApiRequest) -> dict[str, Any]:
        role_arn, session = request.text("RoleArn"), request.text("RoleSessionName")
        request.call.resource = role_arn
        if not _SESSION.fullmatch(session):
            raise InvalidParameter("ParamError", "RoleSessionName must be 2 to 128 letters, digits or +=,.@-_.")
        role = self._sessions.role(role_arn)
        request.require("sts:AssumeRole", f"qcs::cam::uin/{request.uin}:roleName/{role['RoleName']}")
        try:
            self._sessions.check_trust(role, request.principal, _context(request))
        except RoleNotTrusting:
            request.call.rights.append(distrusted(role_arn, "qcs", trusted_name(request.principal)))
            request.call.denied = f"sts:AssumeRole {role_arn}"
            raise
        # A role made without SessionDuration is bounded by the API alone.
        longest = role["SessionDuration"] or _ROLE_LONGEST
        default = min(_ROLE_DEFAULT, longest)
        duration = _duration(request, default, longest)
        return _credentials(self._sessions.open(role, session, _policy(request), duration))

    async def _get_federation_token(self, request: ApiRequest) -> dict[str, Any]:
        name, principal = request.text("Name"), request.principal
        request.call.resource = name
        if principal.kind not in ("root", "user"):
            raise TemporaryKeyNotAllowed()
        request.require("sts:GetFederationToken", f"qcs::sts::uin/{request.uin}:federated-user/{name}")
        if not _FEDERATED.fullmatch(name):
            raise InvalidParameter("ParamError", "Name must be 1 to 64 letters, digits or .@-_.")
        if not request.text("Policy"):
            raise InvalidParameter("StrategyFormatError", "Policy must not be empty.")
        longest = _OWNER_LONGEST if principal.kind == "root" else _USER_LONGEST
        duration = _duration(request, _FEDERATED_DEFAULT, longest)
        return _credentials(self._sessions.federate(principal, name, _policy(request), duration))


def _policy(request: ApiRequest) -> str:
    """The session's policy, decoded; "" for none. Raises InvalidParameter."""
    text = unquote(request.text("Policy", ""))
    if len(text) > _POLICY_LENGTH:
        raise InvalidParameter("PolicyTooLong", f"Policy is longer than {_POLICY_LENGTH} characters.")
    if text:
        try:
            read_policy(text)
        except MalformedPolicyDocument as error:
            raise InvalidParameter("StrategyFormatError", f"Policy: {error.message}") from None
    return text


def _duration(request: ApiRequest, default: int, longest: int) -> int:
    seconds = request.integer("DurationSeconds", default)
    if not 0 < seconds <= longest:
        raise InvalidParameter("OverTimeError", f"DurationSeconds must be between 1 and {longest}.")
    return seconds


def _context(request: ApiRequest) -> dict[str, str]:
    context = {"qcs:ip": "127.0.0.1", "qcs:current_time": request.cloud.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")}
    if "ExternalId" in request:
        context["sts:external_id"] = external = request.text("ExternalId")
        if not _EXTERNAL_ID.fullmatch(external):
            raise InvalidParameter("ParamError", "ExternalId must be 2 to 128 letters, digits or +=,.@:/-.")
    return context


def _credentials(key: AccessKey) -> dict[str, Any]:
    return {
        "Credentials": {"Token": key.token, "TmpSecretId": key.id, "TmpSecretKey": key.secret},
        "ExpiredTime": int(key.expires),
        "Expiration": datetime.fromtimestamp(int(key.expires), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
