"""``yunfn:sts:assumeRole``: temporary credentials as secrets, cut to a session policy."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from yunfn.access.grammar import CAM
from yunfn.access.sts import Assumed, SessionRequest, TokenService, assume, grammar_of_role, read_session_policy
from yunfn.exceptions import ValidationError
from yunfn.provider.declaration import Declaration, Property
from yunfn.provider.late_imports import ONE_AT_A_TIME
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties
from yunfn.provider.session import Sessions

if TYPE_CHECKING:
    from yunfn.storage.alibaba_session import AlibabaSession
    from yunfn.storage.tencent_session import TencentSession

_TOKEN = "yunfn:sts:assumeRole"  # noqa: S105 - a function's name


class AssumeRole:
    """Asks STS with the provider's credentials; each run has credentials of its own."""

    declaration = Declaration(
        token=_TOKEN,
        description="Temporary credentials of a role of either cloud, cut to a session policy. Each run gets new ones.",
        inputs=(
            Property("roleArn", "string", "The role; its ARN tells the cloud."),
            Property("policy", "string", "The session policy, as JSON: what the credentials may do at most."),
            Property("sessionName", "string", "The session's name.", required=False, default="yunfn"),
            Property("durationSeconds", "integer", "How long they live.", required=False, minimum=1, maximum=43200),
            Property("externalId", "string", "What the role's trust policy asks for.", required=False),
            Property("region", "string", "Whose STS is asked; by default the provider's region.", required=False),
        ),
        outputs=(
            Property("accessKeyId", "string", "Id of the temporary key.", secret=True),
            Property("accessKeySecret", "string", "Its secret.", secret=True),
            Property("securityToken", "string", "Its token.", secret=True),
            Property("expiration", "string", "When they end, in UTC.", secret=True),
            Property("document", "string", "All of it as JSON, as yunfn.access.sts.Credentials reads it.", secret=True),
        ),
    )  # fmt: skip

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def call(self, operation: Operation, arguments: Properties) -> dict[str, Any]:
        """See Function; raises MissingRightsError where the role lacks what the session policy allows."""
        role = str(arguments["roleArn"])
        grammar = grammar_of_role(role)
        request = SessionRequest(
            read_session_policy(str(arguments["policy"]), source=f"{_TOKEN}: policy", grammar=grammar),
            role,
            str(arguments.get("sessionName") or "yunfn"),
            int(arguments.get("durationSeconds") or 0),
            str(arguments.get("externalId") or ""),
        )
        region = str(arguments.get("region") or "")
        if grammar is CAM:
            tencent = await self._sessions.tencent(operation, region or self._sessions.tencent_region(), None)
            made = await operation.run(_of_tencent, tencent, request)
        else:
            region = region or self._sessions.default_region()
            if not region:
                raise ValidationError(_TOKEN, "region", "", "name one here, in the provider or in the environment")
            alibaba = await self._sessions.alibaba(operation, region, None)
            made = await operation.run(_of_alibaba, alibaba, request)
        given = made.credentials
        return {
            "accessKeyId": given.access_key_id,
            "accessKeySecret": given.access_key_secret,
            "securityToken": given.security_token,
            "expiration": given.expiration.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "document": given.as_json(),
        }


def _of_alibaba(session: AlibabaSession, request: SessionRequest) -> Assumed:
    with ONE_AT_A_TIME:
        from yunfn.credentials.alibaba import AlibabaTokens
    service: TokenService = AlibabaTokens(session)
    return assume(service, request)


def _of_tencent(session: TencentSession, request: SessionRequest) -> Assumed:
    with ONE_AT_A_TIME:
        from yunfn.credentials.tencent import TencentTokens
    service: TokenService = TencentTokens(session)
    return assume(service, request)
