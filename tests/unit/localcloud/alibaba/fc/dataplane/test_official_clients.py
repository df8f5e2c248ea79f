"""The whole way: official clients, through the proxy, to functions that run in the real server's own runner."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import oss2
import pytest
import requests
from alibabacloud_fc20230330 import models as fc
from alibabacloud_fc20230330.client import Client
from alibabacloud_tea_openapi.models import Config
from aliyun.log import LogClient

from unit.localcloud.alibaba.fc.served_fc import Refused, create_function, inline
from yunfn.localcloud.home import Home

REGION = "cn-hangzhou"
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:aliyun"),
    pytest.mark.filterwarnings("ignore::SyntaxWarning"),
]


class Cloud:
    """The server's own process, and the clients of one account."""

    def __init__(self, home: Home) -> None:
        self.home, self.account = home, home.account
        argv = [sys.executable, "-m", "yunfn.localcloud.server", str(home.folder)]
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE)
        assert self._process.stdout
        self.proxy = f"http://127.0.0.1:{json.loads(self._process.stdout.readline())['proxy_port']}"
        self.bundle = str(home.certificates / "ca.pem")
        key = home.owner_key
        config = Config(
            access_key_id=key.id,
            access_key_secret=key.secret,
            region_id=REGION,
            endpoint=f"{self.account}.{REGION}.fc.aliyuncs.com",
            https_proxy=self.proxy,
            ca=self.bundle,
        )
        self.fc = Client(config)

    def close(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=60)

    def invoke(self, name: str, body: bytes = b"", kind: str = "Sync", **headers: str) -> Any:
        named = fc.InvokeFunctionHeaders(x_fc_invocation_type=kind, x_fc_log_type="Tail", **headers)
        request = fc.InvokeFunctionRequest(body=io.BytesIO(body))
        return self.fc.invoke_function_with_options(name, request, named, self._options())

    def finished(self, name: str, task_id: str) -> fc.AsyncTask:
        over = ("Succeeded", "Failed", "Stopped")
        get = self.fc.get_async_task
        return self._wait(lambda: (task := get(name, task_id, fc.GetAsyncTaskRequest()).body).status in over and task)

    def _options(self) -> Any:
        from darabonba.runtime import RuntimeOptions

        return RuntimeOptions()

    def _wait(self, look: Callable[[], Any], seconds: float = 60) -> Any:
        limit = time.monotonic() + seconds
        while not (seen := look()):
            assert time.monotonic() < limit
            time.sleep(0.05)
        return seen


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    home = Home(tmp_path / "home")
    home.create()
    cloud = Cloud(home)
    yield cloud
    cloud.close()


ECHO = "def handler(event, context):\n    print('heard', event.decode())\n    return b'echo ' + event\n"


def test_the_sdk_calls_and_follows_tasks(cloud: Cloud) -> None:
    create_function(cloud.fc, "echo", code=inline(index__py=ECHO))
    response = cloud.invoke("echo", b"hi")
    assert response.body.read() == b"echo hi"
    assert response.headers["x-fc-invocation-function-version"] == "LATEST"
    assert "heard hi" in base64.b64decode(response.headers["x-fc-log-result"]).decode()
    with Refused("FunctionNotFound", 404):
        cloud.invoke("nobody")
    settings = fc.PutAsyncInvokeConfigInput(async_task=True, max_async_retry_attempts=0)
    cloud.fc.put_async_invoke_config("echo", fc.PutAsyncInvokeConfigRequest(body=settings))
    assert cloud.invoke("echo", b"later", "Async", x_fc_async_task_id="t-1").status_code == 202
    task = cloud.finished("echo", "t-1")
    assert (task.status, task.return_payload, task.task_payload) == ("Succeeded", "echo later", "later")
    assert [event.status for event in task.events] == ["Enqueued", "Running", "Succeeded"]
    assert cloud.finished("echo", task.request_id).task_id == "t-1"
    listed = cloud.fc.list_async_tasks("echo", fc.ListAsyncTasksRequest(status="Succeeded")).body.tasks
    assert [one.task_id for one in listed] == ["t-1"]
    create_function(
        cloud.fc, "slow", code=inline(index__py="import time\nhandler = lambda e, c: time.sleep(60)"), timeout=100
    )
    cloud.fc.put_async_invoke_config("slow", fc.PutAsyncInvokeConfigRequest(body=settings))
    cloud.invoke("slow", b"", "Async", x_fc_async_task_id="t-2")
    assert cloud.fc.stop_async_task("slow", "t-2", fc.StopAsyncTaskRequest()).status_code == 204
    assert cloud.finished("slow", "t-2").status == "Stopped"


def test_an_http_trigger_is_a_url(cloud: Cloud) -> None:
    answer = "{'statusCode': 201, 'body': json.loads(event)['rawPath']}"
    source = f"import json\ndef handler(event, context):\n    return {answer}\n"
    create_function(cloud.fc, "web", code=inline(index__py=source))
    trigger = fc.CreateTriggerInput(
        trigger_name="t",
        trigger_type="http",
        qualifier="LATEST",
        trigger_config=json.dumps({"authType": "anonymous", "methods": ["GET"]}),
    )
    url = cloud.fc.create_trigger("web", fc.CreateTriggerRequest(body=trigger)).body.http_trigger.url_internet
    response = requests.get(f"{url}/a%20b", proxies={"https": cloud.proxy}, verify=cloud.bundle, timeout=30)
    assert (response.status_code, response.text) == (201, "/a%20b")


def test_an_upload_calls_a_function_whose_words_are_read_in_the_log(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "HTTPS_PROXY": cloud.proxy,
        "HTTP_PROXY": cloud.proxy,
        "REQUESTS_CA_BUNDLE": cloud.bundle,
    }.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(name.lower(), value)
    key = cloud.home.owner_key
    log = LogClient(f"{REGION}.log.aliyuncs.com", key.id, key.secret)
    log.create_project("diary", "")
    log.create_logstore("diary", "lines", 30, 1)
    from aliyun.log import IndexConfig, IndexLineConfig

    log.create_index("diary", "lines", IndexConfig(line_config=IndexLineConfig(token_list=[" "])))
    bucket = oss2.Bucket(oss2.Auth(key.id, key.secret), f"https://oss-{REGION}.aliyuncs.com", "pictures")
    bucket.create_bucket()
    role = _role(cloud, "invoker", "oss.aliyuncs.com")
    source = (
        "import json\ndef handler(event, context):\n"
        "    print('received', json.loads(event)['events'][0]['oss']['object']['key'])\n"
    )
    place = fc.LogConfig(project="diary", logstore="lines")
    create_function(cloud.fc, "note", code=inline(index__py=source), log_config=place)
    trigger = fc.CreateTriggerInput(
        trigger_name="t",
        trigger_type="oss",
        qualifier="LATEST",
        invocation_role=role,
        source_arn=f"acs:oss:{REGION}:{cloud.account}:pictures",
        trigger_config=json.dumps(
            {"events": ["oss:ObjectCreated:*"], "filter": {"key": {"prefix": "in/", "suffix": ""}}}
        ),
    )
    cloud.fc.create_trigger("note", fc.CreateTriggerRequest(body=trigger))
    bucket.put_object("in/cat.png", b"meow")

    def found() -> Any:
        now = int(time.time())
        answer = log.get_log("diary", "lines", now - 600, now + 600, query="received")
        return [entry.get_contents() for entry in answer.get_logs()]

    (line,) = cloud._wait(found)
    assert line["message"] == "received in/cat.png"
    assert (line["functionName"], line["qualifier"]) == ("note", "LATEST")


def _role(cloud: Cloud, name: str, service: str) -> str:
    """A role that may invoke everything, made by RAM's own API."""
    from aliyunsdkcore.client import AcsClient
    from aliyunsdkcore.request import RpcRequest

    key = cloud.home.owner_key
    client = AcsClient(key.id, key.secret, REGION, verify=cloud.bundle, auto_retry=False)

    def call(action: str, **parameters: str) -> None:
        request = RpcRequest("Ram", "2015-05-01", action)
        request.set_endpoint("ram.aliyuncs.com")
        request.set_protocol_type("https")
        request.set_method("POST")
        for parameter, value in parameters.items():
            request.add_body_params(parameter, value)
        client.do_action_with_exception(request)

    trust = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": [service]}}
    right = {"Action": "fc:InvokeFunction", "Effect": "Allow", "Resource": "*"}
    documents = [json.dumps({"Version": "1", "Statement": [statement]}) for statement in (trust, right)]
    call("CreateRole", RoleName=name, AssumeRolePolicyDocument=documents[0])
    call("CreatePolicy", PolicyName=name, PolicyDocument=documents[1])
    call("AttachPolicyToRole", PolicyType="Custom", PolicyName=name, RoleName=name)
    return f"acs:ram::{cloud.account}:role/{name}"
