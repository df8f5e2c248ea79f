"""What COS tells its siblings, what a restart keeps and what a reset leaves; rights of whoever is not the owner."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from yunfn.localcloud.alibaba.oss.events import ObjectEvent
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.home import Home
from yunfn.localcloud.keys import TENCENT, AccessKey, Principal
from yunfn.localcloud.policy_decision import Decision, Place
from yunfn.localcloud.tencent.cos import CosService
from yunfn.localcloud.tencent.cos.events import CosObjectEvent
from yunfn.localcloud.tencent.signatures import cos

REGION = "ap-beijing"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def cloud(home: Home) -> LocalCloud:
    return LocalCloud(home, [CosService])


async def ask(
    cloud: LocalCloud, method: str, path: str = "/", query: str = "", *, data: bytes = b"", key: AccessKey | None = None
) -> httpx.Response:
    key = key or cloud.tencent.owner_key
    span = f"{int(time.time())};{int(time.time()) + 60}"
    signed = cos.signature(key.secret, span, span, cos.http_string(method, path, [], []))
    authorization = (
        f"q-sign-algorithm=sha1&q-ak={key.id}&q-sign-time={span}&q-key-time={span}"
        f"&q-header-list=&q-url-param-list=&q-signature={signed}"
    )
    headers = {"Authorization": authorization}
    if key.token:
        headers["x-cos-security-token"] = key.token
    url = f"https://b-{cloud.tencent.app_id}.cos.{REGION}.myqcloud.com{path}?{query}"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=cloud)) as client:
        return await client.request(method, url, headers=headers, content=data)


async def test_siblings_hear_of_objects_and_only_of_coss(cloud: LocalCloud) -> None:
    heard: list[CosObjectEvent] = []
    cloud.events.subscribe(CosObjectEvent, heard.append)
    cloud.events.subscribe(ObjectEvent, lambda _: pytest.fail("OSS's triggers hear of COS"))
    await ask(cloud, "PUT")
    await ask(cloud, "PUT", "/dir/k", data=b"body")
    await ask(cloud, "DELETE", "/dir/k")
    await ask(cloud, "DELETE", "/dir/k")
    put, deleted = heard
    assert (put.name, put.key, put.size) == ("cos:ObjectCreated:Put", "dir/k", 4)
    assert (put.account, put.region, put.bucket) == (cloud.tencent.uin, REGION, f"b-{cloud.tencent.app_id}")
    assert (deleted.name, deleted.key) == ("cos:ObjectRemove:Delete", "dir/k")


async def test_a_restart_keeps_what_was_there(cloud: LocalCloud, home: Home) -> None:
    await ask(cloud, "PUT")
    await ask(cloud, "PUT", "/k", data=b"body")
    await cloud.stop()
    again = LocalCloud(home, [CosService])
    assert (await ask(again, "GET", "/k")).content == b"body"


async def test_a_reset_leaves_the_account_and_nothing_else(cloud: LocalCloud) -> None:
    account = cloud.tencent
    await ask(cloud, "PUT")
    await ask(cloud, "PUT", "/k", data=b"body")
    await cloud.reset()
    answer = await ask(cloud, "GET", "/k")
    assert (answer.status_code, "<Code>NoSuchBucket</Code>" in answer.text) == (404, True)
    assert cloud.tencent == account


async def test_whoever_is_not_the_owner_needs_a_right(cloud: LocalCloud) -> None:
    await ask(cloud, "PUT")
    lin = cloud.tencent_keys.create(Principal(cloud.tencent.uin, "user", "100000000009", cloud=TENCENT))
    for method, path in (("GET", "/"), ("PUT", "/k"), ("DELETE", "/"), ("HEAD", "/")):
        assert (await ask(cloud, method, path, key=lin)).status_code == 403

    class OnlyReads:
        def decide(self, principal: Principal, action: str, resources: Sequence[str], context: object) -> Decision:
            asked.append((principal.arn, action, resources[0]))
            if action == "name/cos:GetObject":
                return Decision(True, statement=0)
            return Decision(False, lacking=(Place.POLICIES,))

    asked: list[tuple[str, str, str]] = []
    await ask(cloud, "PUT", "/k", data=b"x")
    cloud.tencent_authorizer = OnlyReads()
    assert (await ask(cloud, "GET", "/k", key=lin)).content == b"x"
    denied = await ask(cloud, "PUT", "/k", key=lin, data=b"y")
    assert (denied.status_code, "<Code>AccessDenied</Code>" in denied.text) == (403, True)
    uin, app_id = cloud.tencent.uin, cloud.tencent.app_id
    assert asked == [
        (f"qcs::cam::uin/{uin}:uin/100000000009", action, f"qcs::cos:{REGION}:uid/{app_id}:b-{app_id}/k")
        for action in ("name/cos:GetObject", "name/cos:PutObject")
    ]
    denials = [line["denied"] for line in cloud.journal.lines() if line.get("denied")]
    assert denials[-1] == f"name/cos:PutObject {asked[1][2]}"


async def test_another_accounts_owner_is_a_stranger(cloud: LocalCloud) -> None:
    await ask(cloud, "PUT")
    await ask(cloud, "PUT", "/k", data=b"x")
    stranger = cloud.tencent_keys.create(Principal("100000000002", "root", cloud=TENCENT))
    for method, path in (("GET", "/k"), ("PUT", "/k"), ("DELETE", "/k"), ("GET", "/")):
        assert (await ask(cloud, method, path, key=stranger)).status_code == 403


async def test_temporary_keys_need_their_token_and_end(cloud: LocalCloud) -> None:
    await ask(cloud, "PUT")
    owner = cloud.tencent.owner_key.principal
    temporary = cloud.tencent_keys.create_temporary(owner, 600)
    assert (await ask(cloud, "GET", key=temporary)).status_code == 200
    bare = AccessKey(temporary.id, temporary.secret, temporary.principal)
    assert "<Code>InvalidSecurity</Code>" in (await ask(cloud, "GET", key=bare)).text
    cloud.clock.move(601)
    assert "<Code>ExpiredToken</Code>" in (await ask(cloud, "GET", key=temporary)).text


async def test_a_moved_clock_locks_nobody_out(cloud: LocalCloud) -> None:
    cloud.clock.move(90 * 86400)
    assert (await ask(cloud, "PUT")).status_code == 200
