"""Temporary credentials of Alibaba Cloud: STS AssumeRole by aliyun-python-sdk-sts."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import Any, Final, Literal

from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest, RpcRequest
from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest

from yunfn.access.documents import parse
from yunfn.access.grammar import RAM, Grammar, PolicyDocument
from yunfn.access.sts import Caller, Credentials, RoleFacts, SessionRequest, unread
from yunfn.credentials.repeating import repeated
from yunfn.exceptions import CloudAnswerError, PolicyDocumentError
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.aliyun_refusals import passes, refusal

_KINDS: Final[dict[str, Literal["root", "user", "role"]]] = {
    "Account": "root",
    "RAMUser": "user",
    "AssumedRoleUser": "role",
}
# What RAM answers to who may not read roles (RAM and POP, common error codes).
_FORBIDDEN: Final = ("NoPermission", "Forbidden")


class AlibabaTokens:
    """STS and RAM as the session's key may ask them; see TokenService."""

    def __init__(self, session: AlibabaSession) -> None:
        self._session = session
        key, secret, token = session.access_key_id, session.access_key_secret, session.token
        credential = StsTokenCredential(key, secret, token) if token else AccessKeyCredential(key, secret)
        # This SDK carries a CA list of its own and reads no CA variable; what it repeats by itself it would not tell.
        self._client = AcsClient(
            region_id=session.region,
            credential=credential,
            verify=os.environ.get("SSL_CERT_FILE"),
            auto_retry=False,
            timeout=30,
        )

    @property
    def grammar(self) -> Grammar:
        """RAM's."""
        return RAM

    def caller(self) -> Caller:
        """See TokenService."""
        answer = self._sts(GetCallerIdentityRequest(), "GetCallerIdentity")
        kind = _KINDS.get(str(answer["IdentityType"]), "user")
        return Caller(str(answer["AccountId"]), kind, str(answer["Arn"]))

    def role(self, request: SessionRequest) -> RoleFacts:
        """See TokenService."""
        if request.account != self._session.account:
            # RAM reads roles of the caller's own account only, and would find another one of the same name there.
            return unread(request, "the role is another account's")
        name = request.role.rpartition("/")[2]
        try:
            role = self._ram("GetRole", RoleName=name)["Role"]
            attached = self._ram("ListPoliciesForRole", RoleName=name)["Policies"]["Policy"]
            policies = tuple(self._policy(each) for each in attached)
        except CloudAnswerError as error:
            if error.code.startswith(_FORBIDDEN):
                return unread(request, "this key may not read the role's policies")
            raise
        except PolicyDocumentError as error:
            return unread(request, f"a policy of the role is in words that yunfn does not know: {error}")
        return RoleFacts(policies, int(role["MaxSessionDuration"]))

    def assume(self, request: SessionRequest) -> Credentials:
        """See TokenService."""
        asked = AssumeRoleRequest()
        asked.set_RoleArn(request.role)
        asked.set_RoleSessionName(request.session)
        asked.set_Policy(request.policy.text)
        asked.set_DurationSeconds(request.seconds)
        if request.external_id:
            asked.set_ExternalId(request.external_id)
        given = self._sts(asked, "AssumeRole")["Credentials"]
        return Credentials(
            access_key_id=given["AccessKeyId"],
            access_key_secret=given["AccessKeySecret"],
            security_token=given["SecurityToken"],
            expiration=datetime.fromisoformat(given["Expiration"]),
            policy=request.policy,
            role=request.role,
            session=request.session,
        )

    def _policy(self, attached: dict[str, Any]) -> PolicyDocument:
        name = str(attached["PolicyName"])
        found = self._ram("GetPolicy", PolicyName=name, PolicyType=str(attached["PolicyType"]))
        return parse(found["DefaultPolicyVersion"]["PolicyDocument"], source=name, grammar=RAM, trust=False)

    def _sts(self, request: RpcRequest, action: str) -> dict[str, Any]:
        request.set_protocol_type("https")
        request.set_endpoint(f"sts.{self._session.region}.aliyuncs.com")
        return self._ask(request, f"STS {action}")

    def _ram(self, action: str, **parameters: str) -> dict[str, Any]:
        request = CommonRequest(domain="ram.aliyuncs.com", version="2015-05-01", action_name=action)
        request.set_protocol_type("https")
        request.set_method("POST")
        for name, value in parameters.items():
            request.add_query_param(name, value)
        return self._ask(request, f"RAM {action}")

    def _ask(self, request: RpcRequest | CommonRequest, api: str) -> dict[str, Any]:
        def once() -> dict[str, Any]:
            try:
                answer: dict[str, Any] = json.loads(self._client.do_action_with_exception(request))
            except (ServerException, ClientException) as error:
                raise refusal(api, error) from None
            except ValueError:
                raise CloudAnswerError(f"{api}: the answer is not JSON (request -)") from None
            return answer

        return repeated(once, passes)
