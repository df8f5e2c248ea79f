"""What the clouds' STS take: names of roles and sessions, and how long temporary credentials may live."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from yunfn.access.grammar import CAM, RAM


@dataclass(frozen=True, slots=True)
class CallRules:
    """The rules of one call of one cloud; durations are seconds.

    ``longest`` is the API's bound; a role's own may be lower. ``chained`` bounds a session that a role's session
    takes, and ``owner`` one that the account itself takes (0: may not take any).
    """

    api: str
    session_property: str
    session: re.Pattern[str]
    session_rule: str
    role: re.Pattern[str] | None
    role_rule: str
    shortest: int
    default: int
    longest: int
    chained: int
    owner: int


#: AssumeRole by the grammar's name. RAM: STS documentation, "AssumeRole"; a chain of roles lasts an hour at most ("role
#: chaining"). CAM: STS documentation 1312/48197, and the words of tencentcloud-sdk-python ``sts/v20180813/models.py``.
ASSUME_ROLE: Final = {
    RAM.name: CallRules(
        api="STS AssumeRole of Alibaba Cloud",
        session_property="session",
        session=re.compile(r"[A-Za-z0-9.@_-]{2,64}"),
        session_rule="a RoleSessionName has 2–64 letters, digits and '.', '@', '-', '_'",
        role=re.compile(r"acs:ram::(?P<account>[0-9]+):role/(?P<name>[A-Za-z0-9._@-]{1,64})"),
        role_rule="a role's ARN is acs:ram::<account>:role/<name>; a name has 1–64 letters, digits and '.', '_', '-'",
        shortest=900,
        default=3600,
        longest=43200,
        chained=3600,
        owner=0,
    ),
    CAM.name: CallRules(
        api="STS AssumeRole of Tencent Cloud",
        session_property="session",
        session=re.compile(r"[A-Za-z0-9_+=,.@-]{2,128}"),
        session_rule="a RoleSessionName has 2–128 letters, digits and '+', '=', ',', '.', '@', '_', '-'",
        role=re.compile(
            r"qcs::cam::uin/(?P<account>[0-9]+):(?:"
            r"role/(?:tencentcloudServiceRole/)?(?P<id>[0-9]+)"
            r"|(?:roleName|(?:role/)?tencentcloudServiceRoleName)/(?P<name>[A-Za-z0-9_+=,.@-]{1,128}))"
        ),
        role_rule="a role is qcs::cam::uin/<uin>:roleName/<name> or qcs::cam::uin/<uin>:role/<id>",
        shortest=1,
        default=7200,
        longest=43200,
        chained=43200,
        owner=43200,
    ),
}
#: GetFederationToken, which only Tencent Cloud has: a session without a role, bounded by whoever asks for it (STS
#: documentation 1312/48195). The clouds' own uploaders (qcloud-cos-sts-sdk) put hyphens into the name, which the
#: documentation calls letters.
FEDERATION: Final = CallRules(
    api="STS GetFederationToken of Tencent Cloud",
    session_property="session",
    session=re.compile(r"[A-Za-z0-9_.@-]{1,64}"),
    session_rule="a federated user's Name has 1–64 letters, digits and '_', '.', '@', '-'",
    role=None,
    role_rule="GetFederationToken takes no role",
    shortest=1,
    default=1800,
    longest=129600,
    chained=0,
    owner=7200,
)
