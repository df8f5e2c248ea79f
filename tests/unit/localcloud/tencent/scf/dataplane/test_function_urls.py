"""Function URLs: requests as events or as they are, answers, who may call, from which page."""

from __future__ import annotations

import base64
import json

import pytest

from unit.localcloud.tencent.scf.dataplane.workshop import Workshop, signed
from yunfn.localcloud.tencent.sts import StsService

ECHO = """
import json
def main_handler(event, context):
    if event['path'] == '/plain':
        return 'Hello'
    if event['path'] == '/raise':
        raise ValueError('wrong')
    if event['path'] == '/broken':
        return {'statusCode': 'x'}
    if event['path'] == '/binary':
        return {'statusCode': 201, 'isBase64Encoded': True, 'body': '/wA=', 'headers': {'Content-Type': 'image/png'}}
    headers = {'X-Own': 'y', 'Content-Type': 'text/plain'}
    return {'statusCode': 200, 'headers': headers, 'body': json.dumps(event)}
"""
SERVER = {
    "scf_bootstrap": "#!/bin/bash\nexec /var/lang/python3/bin/python3 app.py\n",
    "app.py": """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Echo(BaseHTTPRequestHandler):
    def do_PUT(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(207)
        self.send_header('X-Asked', self.path)
        self.send_header('X-Version', self.headers['X-Scf-Version'])
        self.end_headers()
        self.wfile.write(body[::-1])
HTTPServer(('0.0.0.0', 9000), Echo).serve_forever()
""",
}


async def test_a_request_becomes_an_event_and_its_answer_a_response(workshop: Workshop) -> None:
    await workshop.deploy("fn", ECHO)
    host = await workshop.url("fn")
    assert host.startswith(workshop.account.app_id + "-") and host.endswith(".ap-guangzhou.tencentscf.com")
    asked = await workshop.client.post(
        f"https://{host}/a%20b?x=1&x=2&y=%E4%B8%AD", content="名", headers={"X-One": "1"}
    )
    assert (asked.status_code, asked.headers["x-own"], asked.headers["content-type"]) == (200, "y", "text/plain")
    event = asked.json()
    headers = event.pop("headers")
    assert event == {
        "httpMethod": "POST",
        "path": "/a%20b",
        "queryString": {"x": "1,2", "y": "中"},
        "body": "名",
    }
    assert (headers["host"], headers["x-one"], headers["x-scf-remote-addr"]) == (host, "1", "127.0.0.1")
    assert len(asked.headers["x-scf-request-id"]) == 36
    (line,) = workshop.journal(operation="InvokeFunctionUrl")
    assert (line["resource"], line["region"]) == ("default/fn:$LATEST", "ap-guangzhou") and "principal" not in line


async def test_bodies_that_are_no_text_travel_in_base64_both_ways(workshop: Workshop) -> None:
    await workshop.deploy("fn", ECHO)
    host = await workshop.url("fn")
    event = (await workshop.client.put(f"https://{host}/", content=b"\xff\x00")).json()
    assert (event["isBase64Encoded"], base64.b64decode(event["body"])) == (True, b"\xff\x00")
    answer = await workshop.client.get(f"https://{host}/binary")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (201, b"\xff\x00", "image/png")


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [("/raise", 430, "user code exception caught"), ("/broken", 430, "Invalid scf response format: statusCode")],
)
async def test_failures_have_the_functions_status_code(
    workshop: Workshop, path: str, status: int, message: str
) -> None:
    await workshop.deploy("fn", ECHO)
    answer = await workshop.client.get(f"https://{await workshop.url('fn')}{path}")
    assert (answer.status_code, answer.json()["statusCode"]) == (status, status)
    assert answer.json()["errorMessage"].startswith(message)
    assert answer.json()["requestId"] == answer.headers["x-scf-request-id"]


async def test_what_is_no_response_structure_is_the_body(workshop: Workshop) -> None:
    await workshop.deploy("fn", ECHO)
    answer = await workshop.client.get(f"https://{await workshop.url('fn')}/plain")
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (200, '"Hello"', "application/json")


async def test_a_web_function_gets_requests_as_they_are(workshop: Workshop) -> None:
    await workshop.deploy("web", SERVER, Type="HTTP")
    version = await workshop.publish("web")
    host = await workshop.url("web", qualifier=version)
    answer = await workshop.client.put(f"https://{host}/a%2Fb?c=1", content=b"\x00abc")
    assert (answer.status_code, answer.content) == (207, b"cba\x00")
    assert (answer.headers["x-asked"], answer.headers["x-version"]) == ("/a%2Fb?c=1", version)


async def test_a_url_with_cam_asks_for_signature_and_right(workshop: Workshop) -> None:
    await workshop.deploy("fn", ECHO)
    host = await workshop.url("fn", auth="CAM")
    refused = await workshop.client.get(f"https://{host}/plain")
    assert (refused.status_code, refused.json()["statusCode"]) == (401, 401)
    good = signed(workshop.account.owner_key, "GET", host, "/plain", "", b"")
    assert (await workshop.client.get(f"https://{host}/plain", headers=good)).status_code == 200
    bad = good | {"authorization": good["authorization"][:-1] + "x"}
    assert (await workshop.client.get(f"https://{host}/plain", headers=bad)).status_code == 401
    await workshop.role("nobody")
    key = workshop.cloud.find(StsService).assume_for_service("nobody", "scf.qcloud.com", "test")
    denied = await workshop.client.get(f"https://{host}/plain", headers=signed(key, "GET", host, "/plain", "", b""))
    assert denied.status_code == 401
    (line,) = workshop.journal(code="UnauthorizedOperation.CAM")
    assert line["denied"].startswith("scf:InvokeFunctionUrl qcs::scf:ap-guangzhou:uin/")


async def test_a_url_that_is_switched_off_and_one_that_never_was(workshop: Workshop) -> None:
    await workshop.deploy("fn", ECHO)
    host = await workshop.url("fn")
    assert (await workshop.client.get(f"https://{host}/plain")).status_code == 200
    closed = {"AuthType": "NONE", "NetConfig": {"EnableIntranet": True, "EnableExtranet": False}}
    await workshop.api(
        "UpdateTrigger", FunctionName="fn", TriggerName="url", Type="http", Qualifier="$LATEST",
        TriggerDesc=json.dumps(closed, separators=(",", ":")),
    )  # fmt: skip
    for gone in (host, "1399999999-abcdefghij" + host[host.index(".") :]):
        answer = await workshop.client.get(f"https://{gone}/plain")
        assert (answer.status_code, answer.json()["errorMessage"]) == (404, f"no function URL has the host {gone}")


async def test_cross_origin_requests(workshop: Workshop) -> None:
    await workshop.deploy("fn", ECHO)
    cors = {
        "Enable": True, "Origins": ["https://a.example"], "Methods": ["GET", "POST"], "Headers": ["x-a"],
        "ExposeHeaders": ["x-own"], "Credentials": True, "MaxAge": 60,
    }  # fmt: skip
    host = await workshop.url("fn", CorsConfig=cors)
    asking = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    told = await workshop.client.options(f"https://{host}/", headers=asking)
    assert told.status_code == 204
    assert {name: value for name, value in told.headers.items() if name.startswith("access-control")} == {
        "access-control-allow-origin": "https://a.example",
        "access-control-expose-headers": "x-own",
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "x-a",
        "access-control-max-age": "60",
    }
    answer = await workshop.client.get(f"https://{host}/", headers={"Origin": "https://a.example"})
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    other = await workshop.client.get(f"https://{host}/", headers={"Origin": "https://b.example"})
    assert "access-control-allow-origin" not in other.headers and json.loads(other.text)["httpMethod"] == "GET"
