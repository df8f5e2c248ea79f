"""Custom runtimes: the function's own program on its port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from unit.localcloud.runner.calls import call
from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec, HttpRequest, Isolation, plan
from yunfn.localcloud.runner.custom import CustomInstance

MakeRunner = Callable[..., FunctionRunner]
Pack = Callable[..., Path]

BOOTSTRAP = "#!/bin/sh\nexec python3 server.py\n"
# A server that tells what it was asked; the path /crash ends it, /slow waits, x-want-status asks for an x-fc-status.
SERVER = """
import http.server, json, os, sys, time
calls = 0
initialized = []

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        global calls
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        rid = self.headers["x-fc-request-id"]
        sys.stdout.write("served %s %s\\n" % (self.path, rid))
        if self.path == "/initialize":
            initialized.append(rid)
            self.respond(int(os.environ.get("INITIALIZE", "200")), b"initialized")
            return
        if body == b"crash" or self.path == "/crash":
            os._exit(7)
        if body.startswith(b"slow"):
            time.sleep(float(body[4:]))
        calls += 1
        told = {"path": self.path, "method": self.command, "body": body.decode(), "calls": calls, "pid": os.getpid(),
                "initialized": initialized, "headers": {k.lower(): v for k, v in self.headers.items()},
                "environ": dict(os.environ), "sys_path": sys.path, "python": sys.version_info[:2]}
        status = int(self.headers.get("x-answer", "200"))
        told["account ids"] = self.headers.get_all("x-fc-account-id")
        self.respond(status, json.dumps(told).encode(), "404" if body == b"fail" else self.headers.get("x-want-status"))

    def respond(self, status, body, fc_status=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        if fc_status:
            self.send_header("x-fc-status", fc_status)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *args):
        pass

address = os.environ.get("ADDRESS", "0.0.0.0")
http.server.ThreadingHTTPServer((address, int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""


@pytest.fixture
def custom(make_spec: Callable[..., FunctionSpec], pack: Pack) -> Callable[..., FunctionSpec]:
    """A function on custom.debian10 with SERVER in it."""

    def make(bootstrap: str | None = BOOTSTRAP, mode: int = 0o755, **changes: object) -> FunctionSpec:
        files = {"server.py": SERVER} | ({} if bootstrap is None else {"bootstrap": bootstrap})
        settings = {"code": pack(files, {"bootstrap": mode}), "runtime": "custom.debian10", "handler": "any"} | changes
        return make_spec(**settings)

    return make


async def test_an_event_reaches_the_program_with_the_common_headers(
    runner: FunctionRunner, custom: Callable[..., FunctionSpec]
) -> None:
    spec = custom(version="3", log_project="lp", log_store="ls", timeout=9)
    result = await runner.invoke(spec, call(b"hello", request_id="r-1", qualifier="prod"))
    assert result.error_type is None and result.cold_start, result
    told = json.loads(result.payload)
    assert (told["method"], told["path"], told["body"], told["initialized"]) == ("POST", "/invoke", "hello", [])
    headers = told["headers"]
    expected = {
        "request-id": "r-1", "control-path": "/invoke", "access-key-id": "STS.key", "access-key-secret": "very-secret",
        "security-token": "a-token", "function-name": "hello", "function-handler": "any", "function-memory": "256",
        "function-timeout": "9", "region": "cn-shanghai", "account-id": "1234567890", "qualifier": "prod",
        "version-id": "3", "service-logproject": "lp", "service-logstore": "ls",
    }  # fmt: skip
    assert {name: headers[f"x-fc-{name}"] for name in expected} == expected
    assert headers["content-type"] == "application/octet-stream"
    log = result.log.decode()
    assert log.startswith("FC Invoke Start RequestId: r-1\n") and "served /invoke r-1\n" in log
    again = await runner.invoke(spec, call(request_id="r-2"))
    assert json.loads(again.payload)["calls"] == 2 and not again.cold_start
    assert again.log == b"FC Invoke Start RequestId: r-2\nserved /invoke r-2\nFC Invoke End RequestId: r-2\n"


async def test_every_isolation_runs_a_custom_runtime(
    make_runner: MakeRunner, isolation: Isolation, custom: Callable[..., FunctionSpec]
) -> None:
    runner = make_runner(isolation)
    # Two at once: in the fallback they share the host's loopback, and must not meet.
    results = await asyncio.gather(*[runner.invoke(custom(), call(b"x")) for _ in range(2)])
    assert [result.error_type for result in results] == [None, None]
    assert len({json.loads(result.payload)["pid"] for result in results}) == 2 or isolation.mode == "namespaces"


async def test_a_program_gets_the_python_of_its_system_or_else_the_newest(
    make_runner: MakeRunner,
    namespaces: Isolation,
    custom: Callable[..., FunctionSpec],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runner = make_runner(namespaces)

    async def python(version: str) -> list[int]:
        result = await runner.invoke(custom(runtime="custom", version=version), call())
        return list(json.loads(result.payload)["python"])

    assert await python("1") == [3, 7]
    monkeypatch.setattr(plan, "installed_python", lambda version: None)
    assert await python("2") >= [3, 9]


async def test_none_of_the_layer_paths_are_set(
    make_runner: MakeRunner, namespaces: Isolation, custom: Callable[..., FunctionSpec], pack: Pack
) -> None:
    layer = pack({"python/extra.py": "x = 1"})
    result = await make_runner(namespaces).invoke(custom(layers=(layer,)), call())
    told = json.loads(result.payload)
    environ = told["environ"]
    assert "LD_LIBRARY_PATH" not in environ and "/opt" not in environ["PATH"] + environ["PYTHONPATH"]
    assert environ["FC_SERVER_PORT"] == environ["FC_CUSTOM_LISTEN_PORT"] == "9000"
    assert environ["FC_FUNC_CODE_PATH"] == "/code" and environ["ALIBABA_CLOUD_ACCESS_KEY_ID"] == "STS.key"
    assert not any("/opt" in entry for entry in told["sys_path"]) and told["python"] == [3, 10]
    mine = custom(layers=(layer,), environment={"PYTHONPATH": "/opt/python"})
    told = json.loads((await make_runner(namespaces).invoke(mine, call())).payload)
    assert "/opt/python" in told["sys_path"]


async def test_an_http_request_is_passed_through(runner: FunctionRunner, custom: Callable[..., FunctionSpec]) -> None:
    headers = [
        ("Host", "h.cn-shanghai.fcapp.run"),
        ("X-Mine", "1"),
        ("x-fc-account-id", "forged"),
        ("Connection", "close"),
    ]
    request = HttpRequest("PUT", "/a%20b/c?x=1&x=2", [*headers, ("x-answer", "207")], b"body")
    spec = custom()
    response, record = await runner.http(spec, call(request_id="r"), request)
    told = json.loads(response.body)
    assert (response.status, told["method"], told["path"], told["body"]) == (207, "PUT", "/a%20b/c?x=1&x=2", "body")
    sent = told["headers"]
    assert (sent["host"], sent["x-mine"], told["account ids"]) == ("h.cn-shanghai.fcapp.run", "1", ["1234567890"])
    assert sent["x-fc-control-path"] == "/http-invoke"
    assert response.headers == [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    assert record.error_type is None and record.payload == response.body and b"served /a%20b/c" in record.log


async def test_only_x_fc_status_says_that_a_call_failed(
    runner: FunctionRunner, custom: Callable[..., FunctionSpec]
) -> None:
    spec = custom()
    for headers, error_type in (
        ([("x-answer", "500")], None),
        ([("x-want-status", "200"), ("x-answer", "404")], None),
        ([("x-want-status", "404")], "UnhandledInvocationError"),
    ):
        response, record = await runner.http(spec, call(), HttpRequest("GET", "/", headers, b""))
        assert record.error_type == error_type and json.loads(response.body)["path"] == "/"
        assert "x-fc-status" not in dict(response.headers)
    failed = await runner.invoke(spec, call(b"fail", request_id="r"))
    assert failed.error_type == "UnhandledInvocationError" and json.loads(failed.payload)["body"] == "fail"
    assert failed.log.endswith(b"FC Invoke End RequestId: r, Error: Unhandled function error\n")


async def test_the_initializer_is_posted_once(runner: FunctionRunner, custom: Callable[..., FunctionSpec]) -> None:
    spec = custom(initializer="any.thing")
    for request_id in ("r-1", "r-2"):
        result = await runner.invoke(spec, call(request_id=request_id))
        assert json.loads(result.payload)["initialized"] == ["r-1"]
        assert (b"FC Initialize Start RequestId: r-1\nserved /initialize r-1\n" in result.log) == (request_id == "r-1")


async def test_a_refused_initialize_is_an_initialization_error(
    runner: FunctionRunner, custom: Callable[..., FunctionSpec]
) -> None:
    result = await runner.invoke(custom(initializer="x", environment={"INITIALIZE": "404"}), call())
    assert (result.error_type, result.payload) == ("InitializationError", b"initialized")


async def test_command_and_arguments_instead_of_a_bootstrap(
    runner: FunctionRunner, custom: Callable[..., FunctionSpec]
) -> None:
    spec = custom(None, custom_command=("python3",), custom_args=("server.py",), custom_port=8123)
    result = await runner.invoke(spec, call())
    assert json.loads(result.payload)["environ"]["FC_SERVER_PORT"] == "8123"


@pytest.mark.parametrize(
    ("bootstrap", "mode", "error_type", "words"),
    [
        (None, 0o755, "FunctionNotStarted",
         "cannot be started. Failed to start function instance. Error: the file /code/bootstrap is not exist"),
        (BOOTSTRAP, 0o644, "CAExited", "(code 13, message:permission denied) with start command '/code/bootstrap '"),
        ("echo no interpreter\n", 0o755, "CAExited", "(code 8, message:exec format error) with start command"),
        ("#!/no/such/shell\n", 0o755, "CAExited", "(code 2, message:no such file or directory) with start command"),
        ("#!/bin/sh\necho trouble >&2; exit 1\n", 0o755, "CAExited",
         "(code 1, message:operation not permitted) with start command '/code/bootstrap '.\nLogs:trouble\n"),
        ("#!/bin/sh\nexit 0\n", 0o755, "CAExited", "(code 0) with start command"),
        ("#!/bin/sh\nexit 145\n", 0o755, "CAExited", "(code 145) with start command"),
    ],
)  # fmt: skip
async def test_a_program_that_does_not_come_up(
    runner: FunctionRunner, custom: Callable[..., FunctionSpec], bootstrap: str | None, mode: int, error_type: str,
    words: str,
) -> None:  # fmt: skip
    spec = custom(bootstrap, mode)
    result = await runner.invoke(spec, call())
    assert result.error_type == error_type and words in json.loads(result.payload)["errorMessage"], result
    response, record = await runner.http(spec, call(), HttpRequest("GET", "/", [], b""))
    assert (response.status, record.error_type) == (412, error_type)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
async def test_listening_on_localhost_only_is_not_reachable_as_in_the_cloud(
    make_runner: MakeRunner, namespaces: Isolation, custom: Callable[..., FunctionSpec], address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(CustomInstance, "start_seconds", 1.0 if address == "127.0.0.1" else 20.0)
    result = await make_runner(namespaces).invoke(custom(environment={"ADDRESS": address}), call())
    if address == "0.0.0.0":
        assert result.error_type is None
    else:
        assert result.error_type == "FunctionNotStarted"
        assert "health check failed on port 9000 in 1 seconds" in json.loads(result.payload)["errorMessage"]


async def test_a_crash_and_a_timeout_end_the_instance(
    runner: FunctionRunner, custom: Callable[..., FunctionSpec]
) -> None:
    spec = custom()
    await runner.invoke(spec, call())
    crashed = await runner.invoke(spec, call(b"crash"))
    assert crashed.error_type == "UnhandledInvocationError" and not crashed.cold_start
    assert "Process exited unexpectedly before completing request" in json.loads(crashed.payload)["errorMessage"]
    late, record = await runner.http(replace(spec, timeout=0.5), call(), HttpRequest("POST", "/", [], b"slow5"))
    assert late.status == 502 and record.error_type == "UnhandledInvocationError" and record.cold_start
    assert "Function timed out after 0.5 seconds" in json.loads(late.body)["errorMessage"]


async def test_calls_share_an_instance_up_to_its_concurrency(
    runner: FunctionRunner, custom: Callable[..., FunctionSpec]
) -> None:
    spec = custom(instance_concurrency=3)
    await runner.invoke(spec, call())
    ids = [f"r-{number}" for number in range(4)]
    results = await asyncio.gather(*[runner.invoke(spec, call(b"slow0.5", request_id=each)) for each in ids])
    used = [result.instance_id for result in results]
    assert len(set(used)) == 2 and used.count(used[0]) == 3
    for each, result in zip(ids, results, strict=True):
        log = result.log.decode()
        assert f"served /invoke {each}\n" in log and log.count("served") == 1, log


async def test_a_timeout_takes_the_other_calls_of_its_instance_with_it(
    runner: FunctionRunner, custom: Callable[..., FunctionSpec]
) -> None:
    spec = custom(instance_concurrency=2, timeout=2.0)
    await runner.invoke(spec, call())
    first = asyncio.ensure_future(runner.invoke(spec, call(b"slow5")))
    await asyncio.sleep(0.5)
    second = await runner.invoke(spec, call(b"slow5"))
    assert "Function timed out after 2 seconds" in json.loads((await first).payload)["errorMessage"]
    assert "Process exited unexpectedly" in json.loads(second.payload)["errorMessage"]
    assert second.instance_id == (await first).instance_id


async def test_managed_runtimes_take_no_http(runner: FunctionRunner, make_spec: Callable[..., FunctionSpec]) -> None:
    with pytest.raises(FunctionRunnerError, match=r"python3\.10 takes events only"):
        await runner.http(make_spec(""), call(), HttpRequest("GET", "/", [], b""))
