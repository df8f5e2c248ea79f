"""InvokeFunction: real functions, true headers, true refusals."""

from __future__ import annotations

import asyncio
import base64
import json

from support.held_functions import HOLD, let_go
from unit.localcloud.alibaba.fc.dataplane.workshop import REGION, Workshop

ECHO = """
def handler(event, context):
    print("seen", event)
    return event
"""
SLOW = """
import time
def handler(event, context):
    time.sleep(float(event))
    return "slept"
"""


async def test_a_call_runs_and_is_answered_with_the_clouds_headers(workshop: Workshop) -> None:
    workshop.deploy("echo", ECHO)
    response = await workshop.invoke("echo", b"\x00bytes", x_fc_log_type="Tail")
    assert (response.status_code, response.content) == (200, b"\x00bytes")
    headers = response.headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["x-fc-invocation-function-version"] == "LATEST"
    assert headers["x-fc-code-checksum"] == "17380263816131011825"
    assert int(headers["x-fc-invocation-duration"]) >= 1
    assert float(headers["x-fc-max-memory-usage"]) > 1
    assert "x-fc-error-type" not in headers
    log = base64.b64decode(headers["x-fc-log-result"]).decode()
    assert f"FC Invoke Start RequestId: {headers['x-fc-request-id']}" in log
    assert "seen b'\\x00bytes'" in log
    again = await workshop.invoke("echo", b"2")
    assert again.headers["x-fc-instance-id"] == headers["x-fc-instance-id"]
    assert "x-fc-log-result" not in again.headers


async def test_the_tail_is_the_last_four_kilobytes(workshop: Workshop) -> None:
    workshop.deploy("chatty", "def handler(event, context):\n    print('x' * 9000)\n    print('last words')\n")
    response = await workshop.invoke("chatty", x_fc_log_type="Tail")
    tail = base64.b64decode(response.headers["x-fc-log-result"])
    assert len(tail) == 4096
    assert b"last words" in tail


async def test_an_error_of_the_function_is_a_200_that_names_its_type(workshop: Workshop) -> None:
    workshop.deploy("broken", "def handler(event, context):\n    raise ValueError('no such colour')\n")
    response = await workshop.invoke("broken")
    assert response.status_code == 200
    assert response.headers["x-fc-error-type"] == "UnhandledInvocationError"
    told = response.json()
    assert (told["errorMessage"], told["errorType"]) == ("no such colour", "ValueError")
    figures = workshop.plane.metrics.of(workshop.account, REGION, "broken", "LATEST")
    assert (figures.count, figures.errors) == (1, 1)
    (line,) = workshop.journal(operation="InvokeFunction")
    assert (line["resource"], line["code"]) == ("functions/broken/LATEST", "UnhandledInvocationError")


async def test_versions_and_aliases_serve_what_they_froze(workshop: Workshop) -> None:
    for number in (1, 2):
        workshop.deploy("f", f"def handler(event, context):\n    return 'code {number}'\n")
        workshop.publish("f", number)
    workshop.deploy("f", "def handler(event, context):\n    return 'newest'\n")
    workshop.alias("f", "prod", 1, v2=0.5)
    assert (await workshop.invoke("f")).text == "newest"
    second = await workshop.invoke("f", qualifier="2")
    assert (second.text, second.headers["x-fc-invocation-function-version"]) == ("code 2", "2")
    served = set()
    for _ in range(40):
        response = await workshop.invoke("f", qualifier="prod")
        served.add((response.headers["x-fc-invocation-function-version"], response.text))
    assert served == {("1", "code 1"), ("2", "code 2")}
    assert workshop.plane.metrics.of(workshop.account, REGION, "f", "1").count > 0


async def test_changed_code_serves_at_once_and_the_old_instance_goes(workshop: Workshop) -> None:
    workshop.deploy("f", "def handler(event, context):\n    return 'old'\n")
    assert (await workshop.invoke("f")).text == "old"
    workshop.deploy("f", "def handler(event, context):\n    return 'new'\n")
    assert (await workshop.invoke("f")).text == "new"
    await workshop.plane.instances.settled()
    assert len(workshop.runner._pool.instances()) == 1


async def test_a_reset_cloud_starts_afresh(workshop: Workshop) -> None:
    role = workshop.role("worker", "fc.aliyuncs.com")
    workshop.deploy("f", "def handler(event, context):\n    return 'before'\n", role=role)
    assert (await workshop.invoke("f")).text == "before"
    await workshop.cloud.reset()
    assert (await workshop.invoke("f")).status_code == 404
    assert workshop.plane.metrics.of(workshop.account, REGION, "f", "LATEST").count == 0
    workshop.deploy("f", "def handler(event, context):\n    return 'after'\n", role=role)
    assert (await workshop.invoke("f")).status_code == 403
    workshop.role("worker", "fc.aliyuncs.com")
    assert (await workshop.invoke("f")).text == "after"


async def test_what_does_not_exist_is_not_found(workshop: Workshop) -> None:
    workshop.deploy("f", ECHO)
    for name, qualifier, code in (
        ("g", "", "FunctionNotFound"),
        ("f", "7", "VersionNotFound"),
        ("f", "x", "AliasNotFound"),
    ):
        response = await workshop.invoke(name, qualifier=qualifier)
        assert (response.status_code, response.json()["Code"]) == (404, code)


async def test_payloads_over_the_limits_are_refused(workshop: Workshop) -> None:
    workshop.deploy("echo", ECHO)
    response = await workshop.invoke("echo", b"x" * (128 * 1024 + 1), x_fc_invocation_type="Async")
    assert (response.status_code, response.json()["Code"]) == (400, "EntityTooLarge")
    assert "131072" in response.json()["Message"]
    response = await workshop.invoke("echo", b"x" * ((32 << 20) + 1))
    assert (response.status_code, response.json()["Code"]) == (400, "EntityTooLarge")


async def test_only_who_is_allowed_may_invoke(workshop: Workshop) -> None:
    workshop.deploy("echo", ECHO)
    workshop.publish("echo", 1)
    workshop.alias("echo", "prod", 1)
    base = f"acs:fc:{REGION}:{workshop.account}:functions/"
    narrow = workshop.user("narrow", ("fc:InvokeFunction", f"{base}echo/prod"))
    wide = workshop.user("wide", ("fc:InvokeFunction", f"{base}echo"))
    other = workshop.user("other", ("fc:InvokeFunction", f"{base}else"), ("fc:GetFunction", "*"))
    for key, qualifier, status in (
        (narrow, "prod", 200),
        (narrow, "", 403),
        (wide, "prod", 200),
        (wide, "", 200),
        (other, "prod", 403),
    ):
        assert (await workshop.invoke("echo", b"", qualifier, key)).status_code == status
    (denied, _) = workshop.journal(status=403)
    assert denied["denied"] == f"fc:InvokeFunction {base}echo/LATEST"
    assert all("denied" not in line for line in workshop.journal(status=200))


async def test_reserved_concurrency_holds_back_and_zero_shuts(workshop: Workshop) -> None:
    workshop.deploy("slow", HOLD + "def handler(event, context):\n    hold()\n    return 'held'", timeout=300)
    workshop.state.concurrency.put("slow", {"reservedConcurrency": 1})
    first = asyncio.ensure_future(workshop.invoke("slow"))
    await workshop.until(lambda: [each.ready for each in workshop.runner._pool.instances()], any)
    second = await workshop.invoke("slow")
    assert (second.status_code, second.json()["Code"]) == (429, "ResourceExhausted")
    let_go(workshop.cloud.home.work)
    assert (await first).text == "held"
    assert (await workshop.invoke("slow")).status_code == 200
    workshop.state.concurrency.put("slow", {"reservedConcurrency": 0})
    assert (await workshop.invoke("slow")).status_code == 429


async def test_a_disabled_function_is_not_called(workshop: Workshop) -> None:
    workshop.deploy("echo", ECHO, invocationRestriction={"disable": True, "reason": "repairs"})
    response = await workshop.invoke("echo")
    assert (response.status_code, response.json()["Code"]) == (403, "FunctionInvocationDisabled")
    assert "repairs" in response.json()["Message"]


CREDENTIALS = """
import json
def handler(event, context):
    keys = context.credentials
    return json.dumps([keys.access_key_id, keys.security_token])
"""


async def test_a_call_carries_its_roles_credentials_until_they_run_out(workshop: Workshop) -> None:
    role = workshop.role("worker", "fc.aliyuncs.com")
    workshop.deploy("f", CREDENTIALS, role=role)
    first = json.loads((await workshop.invoke("f")).content)
    key = workshop.cloud.keys.find(*first)
    assert (key.principal.kind, key.principal.name) == ("assumed-role", "worker")
    assert 35.9 < (key.expires - workshop.cloud.clock.time()) / 3600 <= 36
    assert json.loads((await workshop.invoke("f")).content) == first
    workshop.cloud.clock.move(13 * 3600)
    assert json.loads((await workshop.invoke("f")).content) != first


async def test_a_role_that_does_not_trust_function_compute_fails_the_call(workshop: Workshop) -> None:
    workshop.deploy("f", ECHO, role=workshop.role("worker", "ecs.aliyuncs.com"))
    workshop.deploy("g", ECHO, role=f"acs:ram::{workshop.account}:role/gone")
    for name, role in (("f", "worker"), ("g", "gone")):
        response = await workshop.invoke(name)
        assert (response.status_code, response.json()["Code"]) == (403, "AccessDenied")
        assert f"cannot assume the role 'acs:ram::{workshop.account}:role/{role}'" in response.json()["Message"]


async def test_what_this_machine_cannot_run_is_said(workshop: Workshop) -> None:
    workshop.deploy("node", ECHO, runtime="nodejs20")
    response = await workshop.invoke("node")
    assert (response.status_code, response.json()["Code"]) == (400, "YunfnLocalCannotRun")
    assert "nodejs20" in response.json()["Message"]


async def test_a_call_goes_on_though_its_caller_went_away(workshop: Workshop) -> None:
    workshop.deploy("slow", SLOW)
    call = asyncio.ensure_future(workshop.invoke("slow", b"0.5"))
    await workshop.until(lambda: workshop.runner._pool.instances(), lambda seen: seen)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    metrics = workshop.plane.metrics
    await workshop.until(lambda: metrics.of(workshop.account, REGION, "slow", "LATEST").count, lambda count: count == 1)
    assert (await workshop.invoke("slow", b"0")).text == "slept"
