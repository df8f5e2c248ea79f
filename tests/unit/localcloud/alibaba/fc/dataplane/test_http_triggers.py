"""HTTP triggers: FC 3.0's event in, the function's response out."""

from __future__ import annotations

import base64
import json

import httpx

from unit.localcloud.alibaba.fc.dataplane.workshop import REGION, Workshop, sign

ANYONE = {"authType": "anonymous", "methods": ["GET", "POST", "PUT"]}
MIRROR = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": event.decode()}
"""


async def test_the_event_is_that_of_fc_3(workshop: Workshop) -> None:
    workshop.deploy("mirror", MIRROR)
    host = workshop.trigger("mirror", "web", "http", ANYONE)
    workshop.cloud.clock.move(1700000000.25 - workshop.cloud.clock.time())
    response = await workshop.client.post(
        f"https://{host}/a%20b/c?x=1&y=%E4%BA%91&x=2",
        content="Hello FC!",
        headers={"content-type": "text/plain", "x-custom-key": "v", "user-agent": "probe/1"},
    )
    assert response.status_code == 200
    event = response.json()
    assert {name: event[name] for name in ("version", "rawPath", "body", "isBase64Encoded", "queryParameters")} == {
        "version": "v1",
        "rawPath": "/a%20b/c",
        "body": "Hello FC!",
        "isBase64Encoded": False,
        "queryParameters": {"x": "1,2", "y": "云"},
    }
    assert event["headers"]["X-Custom-Key"] == "v"
    assert "Host" not in event["headers"]
    context = event["requestContext"]
    assert context["http"] == {
        "method": "POST",
        "path": "/a b/c",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "probe/1",
    }
    assert context["accountId"] == workshop.account
    assert (context["domainName"], context["domainPrefix"]) == (host, host.split(".")[0])
    assert context["requestId"] == response.headers["x-fc-request-id"]
    assert context["time"] == "2023-11-14T22:13:20Z"
    assert context["timeEpoch"].startswith("170000000")


async def test_binary_bodies_travel_as_base64(workshop: Workshop) -> None:
    workshop.deploy("mirror", MIRROR)
    host = workshop.trigger("mirror", "web", "http", ANYONE)
    picture = bytes(range(256))
    for content_type in ("image/png", "multipart/form-data; boundary=x", "text/plain"):
        response = await workshop.client.post(
            f"https://{host}/", content=picture, headers={"content-type": content_type}
        )
        assert response.json()["isBase64Encoded"] is True
        assert base64.b64decode(response.json()["body"]) == picture


RESPONDER = """
import base64, json
def handler(event, context):
    path = json.loads(event)["rawPath"]
    return {
        "/full": {"statusCode": 201, "headers": {"Content-Type": "image/png", "X-A": "b", "Content-Length": "9"},
                  "isBase64Encoded": True, "body": base64.b64encode(b"\\x89PNG").decode()},
        "/text": "just text",
        "/json": {"no": "status"},
        "/bad": {"statusCode": "many"},
    }[path]
"""


async def test_responses_are_mapped_as_documented(workshop: Workshop) -> None:
    workshop.deploy("r", RESPONDER)
    host = workshop.trigger("r", "web", "http", ANYONE)
    full = await workshop.client.get(f"https://{host}/full")
    assert (full.status_code, full.content, full.headers["content-type"]) == (201, b"\x89PNG", "image/png")
    assert full.headers.get_list("content-length") == ["4"]
    assert (
        "x-fc-log-result"
        not in (await workshop.client.get(f"https://{host}/text", headers={"x-fc-log-type": "Tail"})).headers
    )
    assert (full.headers["x-a"], full.headers["content-disposition"]) == ("b", "attachment")
    assert full.headers["x-fc-invocation-function-version"] == "LATEST"
    text = await workshop.client.get(f"https://{host}/text")
    assert (text.status_code, text.text, text.headers["content-type"]) == (200, "just text", "application/json")
    assert (await workshop.client.get(f"https://{host}/json")).json() == {"no": "status"}
    bad = await workshop.client.get(f"https://{host}/bad")
    assert (bad.status_code, bad.headers["x-fc-error-type"]) == (502, "UnhandledInvocationError")
    assert "statusCode" in bad.json()["errorMessage"]
    raised = await workshop.client.get(f"https://{host}/nowhere")
    assert (raised.status_code, raised.headers["x-fc-error-type"]) == (502, "UnhandledInvocationError")
    assert raised.json()["errorType"] == "KeyError"
    assert [line["resource"] for line in workshop.journal(operation="InvokeHTTPTrigger", status=502)] == [
        "functions/r/LATEST"
    ] * 2


async def test_methods_and_hosts_that_are_not_there_are_refused(workshop: Workshop) -> None:
    workshop.deploy("mirror", MIRROR)
    host = workshop.trigger("mirror", "web", "http", ANYONE)
    response = await workshop.client.delete(f"https://{host}/")
    assert (response.status_code, response.json()["Code"]) == (403, "AccessDenied")
    assert response.headers["x-fc-error-type"] == "FCCommonError"
    response = await workshop.client.get(f"https://other-abcdefghij.{REGION}.fcapp.run/")
    assert (response.status_code, response.json()["Code"]) == (404, "DomainNameNotFound")
    closed = workshop.trigger("mirror", "closed", "http", {**ANYONE, "disableURLInternet": True})
    assert (await workshop.client.get(f"https://{closed}/")).status_code == 403
    assert (await workshop.client.get(f"https://{closed.replace('.fcapp', '-vpc.fcapp')}/")).status_code == 200


async def test_function_authentication_asks_for_a_signature_and_the_right(workshop: Workshop) -> None:
    workshop.deploy("mirror", MIRROR)
    host = workshop.trigger("mirror", "web", "http", {"authType": "function", "methods": ["GET"]})
    allowed = workshop.user("caller", ("fc:InvokeFunction", "acs:fc:*:*:functions/mirror/LATEST"))
    stranger = workshop.user("stranger")
    unsigned = await workshop.client.get(f"https://{host}/x?a=1")
    assert unsigned.status_code == 403

    async def get(headers: dict[str, str]) -> httpx.Response:
        return await workshop.client.get(f"https://{host}/x?a=1", headers=headers)

    assert (await get(sign(allowed, "GET", "/x?a=1"))).json()["rawPath"] == "/x"
    signed = sign(allowed, "GET", "/x?a=1") | {"x-fc-log-type": "Tail"}
    assert base64.b64decode((await get(signed)).headers["x-fc-log-result"]).startswith(b"FC Invoke Start")
    assert (await get(sign(stranger, "GET", "/x?a=1"))).status_code == 403
    assert (await get(sign(allowed, "GET", "/y?a=1"))).status_code == 403


async def test_jwt_is_refused_rather_than_let_through(workshop: Workshop) -> None:
    workshop.deploy("mirror", MIRROR)
    host = workshop.trigger("mirror", "web", "http", {"authType": "jwt", "methods": ["GET"]})
    response = await workshop.client.get(f"https://{host}/")
    assert (response.status_code, response.json()["Code"]) == (403, "YunfnLocalUnsupportedAuthentication")


async def test_the_triggers_qualifier_decides_what_runs(workshop: Workshop) -> None:
    workshop.deploy("f", "def handler(event, context):\n    return {'statusCode': 200, 'body': 'one'}\n")
    workshop.publish("f", 1)
    workshop.alias("f", "prod", 1)
    workshop.deploy("f", "def handler(event, context):\n    return {'statusCode': 200, 'body': 'newest'}\n")
    host = workshop.trigger("f", "web", "http", ANYONE, qualifier="prod")
    response = await workshop.client.get(f"https://{host}/")
    assert (response.text, response.headers["x-fc-invocation-function-version"]) == ("one", "1")


async def test_async_by_header_answers_202_and_runs_later(workshop: Workshop) -> None:
    workshop.deploy("mirror", MIRROR)
    host = workshop.trigger("mirror", "web", "http", ANYONE)
    response = await workshop.client.put(
        f"https://{host}/late", content=b"{}", headers={"x-fc-invocation-type": "Async"}
    )
    assert (response.status_code, response.content) == (202, b"")
    task = await workshop.finished("mirror", response.headers["x-fc-request-id"])
    assert task["status"] == "Succeeded"
    assert json.loads(json.loads(task["returnPayload"])["body"])["rawPath"] == "/late"


SERVER = """#!/usr/bin/env python3
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        self.send_response(418)
        self.send_header("X-Path", self.path)
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.end_headers()
        self.wfile.write(body[::-1])
http.server.HTTPServer(("0.0.0.0", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""


async def test_custom_runtimes_get_the_request_itself(workshop: Workshop) -> None:
    workshop.deploy("server", {"bootstrap": SERVER}, runtime="custom.debian11", handler="index.handler")
    host = workshop.trigger("server", "web", "http", ANYONE)
    response = await workshop.client.post(f"https://{host}/tea%20pot?x=1", content=b"abc")
    assert (response.status_code, response.content) == (418, b"cba")
    assert response.headers["x-path"] == "/tea%20pot?x=1"
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert "x-fc-request-id" in response.headers
    later = await workshop.client.post(f"https://{host}/x", content=b"late", headers={"x-fc-invocation-type": "Async"})
    task = await workshop.finished("server", later.headers["x-fc-request-id"])
    assert (task["status"], task["returnPayload"]) == ("Succeeded", "etal")
