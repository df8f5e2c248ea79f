"""What the journal says of who was denied and why, on both clouds, and of what was used."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from unit.localcloud.every_operation import REGION, TENCENT_REGION, Asked, World
from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority
from yunfn.localcloud.alibaba.oss import OssService
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.keys import TENCENT, Principal
from yunfn.localcloud.policy_decision import Decision
from yunfn.localcloud.rights import summary

READ = {"Effect": "Allow", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:bucket/a/*"}


class Everything:
    """Allows all."""

    def decide(
        self, principal: Principal, action: str, resources: Sequence[str], context: Mapping[str, str]
    ) -> Decision:
        """See Authorizer."""
        return Decision(True, statement=0, resource=resources[0])


class Account:
    """Roles with policies in a furnished cloud, and what they read of its bucket."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:
        self.world = world
        self._client = client

    def role(self, *statements: dict[str, Any], session: str = "") -> Principal:
        """A role of Alibaba's with one policy, called ``reading``."""
        state, account = self.world.cloud.find(RamService).state, self.world.cloud.account
        state.put(account, "role", "worker", {"RoleName": "worker", "RoleId": "3", "AssumeRolePolicyDocument": "{}"})
        document = json.dumps({"Version": "1", "Statement": list(statements)})
        version = {"VersionId": "v1", "PolicyDocument": document}
        state.put(
            account, "policy", "reading", {"PolicyName": "reading", "DefaultVersion": "v1", "versions": [version]}
        )
        state.attach(account, "role", "worker", "Custom", "reading")
        return Principal(account, "assumed-role", "worker", "call", session)

    async def read(self, who: Principal, key: str, method: str = "GET") -> tuple[int, dict[str, Any]]:
        """Status of the answer, and the journal's line."""
        url = f"https://bucket.oss-{REGION}.aliyuncs.com/{key}"
        answer = await self.world.send(self._client, Asked("", "", method, url), who)
        return answer.status_code, self.world.last_line()

    async def status(self, who: Principal, method: str, url: str) -> int:
        """The status of any other request."""
        return (await self.world.send(self._client, Asked("", "", method, url), who)).status_code

    async def read_cos(self, who: Principal, key: str, method: str = "GET") -> tuple[int, dict[str, Any]]:
        """The same of COS."""
        host = f"bucket-{self.world.cloud.tencent.app_id}.cos.{TENCENT_REGION}.myqcloud.com"
        answer = await self.world.send(self._client, Asked("", "", method, f"https://{host}/{key}"), who)
        return answer.status_code, self.world.last_line()


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[Account]:
    world = World(tmp_path / "home")
    with world.believed():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=world.cloud)) as client:
            await world.furnish(client)
            yield Account(world, client)


async def test_what_is_allowed_is_noted_with_its_statement(account: Account) -> None:
    who = account.role({**READ, "Effect": "Deny", "Resource": "acs:oss:*:*:other/*"}, READ)
    status, line = await account.read(who, "a/k")
    assert status == 404
    assert line["rights"] == [
        {
            "action": "oss:GetObject",
            "resource": f"acs:oss:*:{who.account}:bucket/a/k",
            "allowed": True,
            "by": {"in": "policies", "policy": "reading", "statement": 1},
        }
    ]
    assert "denied" not in line


async def test_the_account_itself_leaves_no_rights(account: Account) -> None:
    _, line = await account.read(Principal(account.world.cloud.account, "root"), "a/k")
    assert "rights" not in line


@pytest.mark.parametrize(
    ("statements", "session", "why"),
    [
        ([READ], None, {"missing": {"in": ["policies"]}}),
        ([{**READ, "Resource": "*"}], READ, {"missing": {"in": ["session"]}}),
        ([READ], READ, {"missing": {"in": ["policies", "session"]}}),
        (
            [{**READ, "Resource": "*"}, {**READ, "Effect": "Deny", "Resource": "acs:oss:*:*:bucket/b/*"}],
            None,
            {"by": {"in": "policies", "policy": "reading", "statement": 1}},
        ),
        (
            [{**READ, "Resource": "*"}],
            {**READ, "Effect": "Deny", "Resource": "*"},
            {"by": {"in": "session", "policy": "", "statement": 0}},
        ),
    ],
)
async def test_a_denial_says_why(
    account: Account, statements: list[dict[str, Any]], session: dict[str, Any] | None, why: dict[str, Any]
) -> None:
    limit = json.dumps({"Version": "1", "Statement": [session]}) if session else ""
    status, line = await account.read(account.role(*statements, session=limit), "b/k")
    (found,) = line["rights"]
    assert (status, found["allowed"]) == (403, False)
    assert {name: found[name] for name in ("by", "missing") if name in found} == why


async def test_a_buckets_own_deny_is_told_and_its_allow_is_no_right_of_the_role(account: Account) -> None:
    bucket = account.world.cloud.find(OssService)
    found = bucket.state.buckets.find("bucket")
    assert found is not None
    statements = [
        {"Effect": "Allow", "Action": "oss:GetObject", "Principal": ["*"], "Resource": "acs:oss:*:*:bucket/*"}
    ]
    found.settings["policy"] = json.dumps({"Version": "1", "Statement": statements})
    status, line = await account.read(account.role({**READ, "Resource": "acs:oss:*:*:other"}), "b/k")
    assert status == 404
    assert "rights" not in line
    status, _ = await account.read(account.role({**READ, "Effect": "Deny", "Resource": "*"}), "b/k")
    assert status == 403
    found.settings["policy"] = json.dumps({"Version": "1", "Statement": [{**statements[0], "Effect": "Deny"}]})
    status, line = await account.read(account.role({**READ, "Resource": "*"}), "b/k")
    assert status == 403
    assert line["rights"][-1]["by"] == {"in": "bucket", "policy": "bucket", "statement": 0}


@pytest.mark.parametrize("acl", ["private", "public-read"])
async def test_a_session_never_gains_by_an_acl_and_nobody_may_what_it_says(account: Account, acl: str) -> None:
    bucket = account.world.cloud.find(OssService).state.buckets.find("bucket")
    assert bucket is not None
    bucket.acl = acl
    limit = json.dumps({"Version": "1", "Statement": [READ]})
    cut = await account.read(account.role({**READ, "Resource": "*"}, session=limit), "")
    assert cut[0] == 403
    uncut = await account.read(account.role({**READ, "Resource": "acs:oss:*:*:other"}), "")
    assert uncut[0] == (200 if acl == "public-read" else 403)


async def test_who_asks_for_a_role_that_does_not_trust_it_learns_the_trust_that_is_missing(account: Account) -> None:
    cloud = account.world.cloud
    uin = cloud.tencent.uin
    lin = Principal(uin, "user", "100000000009", cloud=TENCENT)
    cloud.tencent_authorizer = Everything()
    arn = f"qcs::cam::uin/{uin}:roleName/r"
    asked = account.world._api_call("sts", "2018-08-13", "AssumeRole", {"RoleArn": arn, "RoleSessionName": "session"})
    await account.world.send(account._client, asked, lin)
    (found,) = summary(cloud.journal.lines(), allowed=False)
    assert found["missing"]["in"] == ["trust"]
    assert found["add"] == {
        "effect": "allow",
        "action": "name/sts:AssumeRole",
        "principal": {"qcs": [f"qcs::cam::uin/{uin}:uin/100000000009"]},
    }


async def test_cos_denies_by_its_own_names_and_head_too(account: Account) -> None:
    uin, app_id = account.world.cloud.tencent.uin, account.world.cloud.tencent.app_id
    lin = Principal(uin, "user", "100000000009", cloud=TENCENT)
    status, line = await account.read_cos(lin, "a/k", "HEAD")
    assert status == 403
    (found,) = summary([line], allowed=False)
    assert found["add"] == {
        "effect": "allow",
        "action": ["name/cos:HeadObject"],
        "resource": [f"qcs::cos:{TENCENT_REGION}:uid/{app_id}:bucket-{app_id}/a/k"],
    }
    assert found["operations"] == ["cos HeadObject"]


@pytest.mark.parametrize(("qualifier", "status"), [("live", 403), ("other", 404), ("", 404)])
async def test_a_deny_of_one_qualifier_beats_an_allow_of_the_whole_function(
    account: Account, qualifier: str, status: int
) -> None:
    owner = account.world.cloud.account
    whole = f"acs:fc:{REGION}:{owner}:functions/f"
    allow = {"Effect": "Allow", "Action": "fc:*", "Resource": [whole, f"{whole}/*"]}
    who = account.role(allow, {**allow, "Effect": "Deny", "Resource": f"{whole}/live"})
    asks = f"?qualifier={qualifier}" if qualifier else ""
    url = f"https://{owner}.{REGION}.fc.aliyuncs.com/2023-03-30/functions/f/invocations{asks}"
    assert await account.status(who, "POST", url) == status
    # What triggers and destinations ask is decided alike.
    right = Authority(account.world.cloud).right_to_invoke(who, REGION, owner, "f", qualifier or "LATEST")
    assert right["allowed"] is (status == 404)
    if status == 403:
        assert right["by"] == {"in": "policies", "policy": "reading", "statement": 1}
