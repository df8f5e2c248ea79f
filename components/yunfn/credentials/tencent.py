"""Temporary credentials of Tencent Cloud: STS AssumeRole and GetFederationToken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, Literal
from urllib.parse import quote

from yunfn.access.documents import parse
from yunfn.access.grammar import CAM, Grammar, PolicyDocument
from yunfn.access.sts import ASSUME_ROLE, Caller, Credentials, RoleFacts, SessionRequest, unread
from yunfn.credentials.repeating import repeated
from yunfn.exceptions import CloudAnswerError, PolicyDocumentError
from yunfn.storage.tencent_client import TencentClient
from yunfn.storage.tencent_refusals import passes
from yunfn.storage.tencent_session import TencentSession

# What CAM answers to who may not read roles (API 3.0, "common error codes").
_FORBIDDEN: Final = ("UnauthorizedOperation", "AuthFailure.UnauthorizedOperation")
# Policies on one page of ListAttachedRolePolicies (CAM, "ListAttachedRolePolicies").
_PAGE: Final = 200


class TencentTokens:
    """STS and CAM as the session's key may ask them; see TokenService."""

    def __init__(self, session: TencentSession) -> None:
        self._sts = TencentClient(session, "sts", timeout=30)
        self._cam = TencentClient(session, "cam", timeout=30)
        self._account = ""

    @property
    def grammar(self) -> Grammar:
        """CAM's."""
        return CAM

    def caller(self) -> Caller:
        """See TokenService."""
        answer = self._ask(self._sts, "GetCallerIdentity")
        self._account = str(answer["AccountId"])
        kind: Literal["root", "user", "role"] = "user"
        if answer["Type"] == "CAMRole" or "federated-user" in str(answer["Arn"]):
            kind = "role"
        elif str(answer["UserId"]) == self._account:
            kind = "root"
        return Caller(self._account, kind, str(answer["Arn"]))

    def role(self, request: SessionRequest) -> RoleFacts:
        """See TokenService."""
        if request.account != (self._account or self.caller().account):
            # CAM reads roles of the caller's own account only.
            return unread(request, "the role is another account's")
        asked = _named(request.role)
        try:
            role = self._ask(self._cam, "GetRole", asked)["RoleInfo"]
            policies = tuple(self._policy(each) for each in self._attached(str(role["RoleId"])))
        except CloudAnswerError as error:
            if error.code.startswith(_FORBIDDEN):
                return unread(request, "this key may not read the role's policies")
            raise
        except PolicyDocumentError as error:
            return unread(request, f"a policy of the role is in words that yunfn does not know: {error}")
        # A role made without one is bounded by the API alone.
        return RoleFacts(policies, int(role.get("SessionDuration") or ASSUME_ROLE[CAM.name].longest))

    def assume(self, request: SessionRequest) -> Credentials:
        """See TokenService."""
        # STS decodes it once more than the transport does (its documentation: "needs to be URL-encoded").
        asked: dict[str, Any] = {"Policy": quote(request.policy.text, safe=""), "DurationSeconds": request.seconds}
        if request.role:
            asked |= {"RoleArn": request.role, "RoleSessionName": request.session}
            if request.external_id:
                asked["ExternalId"] = request.external_id
            answer = self._ask(self._sts, "AssumeRole", asked)
        else:
            answer = self._ask(self._sts, "GetFederationToken", asked | {"Name": request.session})
        given = answer["Credentials"]
        return Credentials(
            access_key_id=given["TmpSecretId"],
            access_key_secret=given["TmpSecretKey"],
            security_token=given["Token"],
            expiration=datetime.fromtimestamp(int(answer["ExpiredTime"]), UTC),
            policy=request.policy,
            role=request.role,
            session=request.session,
        )

    def _attached(self, role_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = {"RoleId": role_id, "Page": len(found) // _PAGE + 1, "Rp": _PAGE}
            answer = self._ask(self._cam, "ListAttachedRolePolicies", page)
            found += answer["List"] or []
            if not answer["List"] or len(found) >= int(answer["TotalNum"]):
                return found

    def _policy(self, attached: dict[str, Any]) -> PolicyDocument:
        answer = self._ask(self._cam, "GetPolicy", {"PolicyId": int(attached["PolicyId"])})
        return parse(answer["PolicyDocument"], source=str(attached["PolicyName"]), grammar=CAM, trust=False)

    def _ask(self, client: TencentClient, action: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        return repeated(lambda: client.ask(action, parameters), passes)


def _named(arn: str) -> dict[str, str]:
    """The role of an ARN as CAM's calls name it."""
    rules = ASSUME_ROLE[CAM.name].role
    found = rules.fullmatch(arn) if rules else None
    if found is None:
        raise ValueError(arn)
    return {"RoleId": found["id"]} if found["id"] else {"RoleName": found["name"]}
