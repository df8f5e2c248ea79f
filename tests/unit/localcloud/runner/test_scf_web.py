"""Web functions of SCF: scf_bootstrap on port 9000, requests and answers as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from unit.localcloud.runner.calls import FALLBACK, call
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec, HttpRequest, Isolation

MakeRunner = Callable[..., FunctionRunner]
Pack = Callable[..., Path]
START = "#!/bin/bash\nexec /var/lang/python3/bin/python3 app.py\n"
APP = """
    import json, os, sys
    from http.server import BaseHTTPRequestHandler, HTTPServer
    class Echo(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told = {"path": self.path, "headers": dict(self.headers.items()), "body": body.decode("latin-1"),
                    "python": "%d.%d" % sys.version_info[:2]}
            print("asked", flush=True)
            self.send_response(207)
            self.send_header("X-Mine", "1")
            self.send_header("Set-Cookie", "a=1")
            self.send_header("Set-Cookie", "b=2")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())
    HTTPServer(("0.0.0.0", 9000), Echo).serve_forever()
"""


@pytest.fixture
def web(make_spec: Callable[..., FunctionSpec], pack: Pack) -> Callable[..., FunctionSpec]:
    """A web function of these files, ``scf_bootstrap`` executable unless told otherwise."""

    def make(files: dict[str, str], mode: int = 0o755, **changes: object) -> FunctionSpec:
        settings = {
            "cloud": "tencent",
            "runtime": "Python3.6",
            "web": True,
            "code": pack(files, {"scf_bootstrap": mode}),
            "account": "100012345678",
            "app_id": "1312345678",
            "region": "ap-guangzhou",
            "namespace": "site",
            "version": "3",
        }
        return make_spec(**(settings | changes))

    return make


async def test_requests_and_answers_pass_as_they_are(
    runner: FunctionRunner, namespaces: Isolation, web: Callable[..., FunctionSpec]
) -> None:
    spec = web({"scf_bootstrap": START, "app.py": APP}, instance_concurrency=5)
    headers = [("Host", "x.example"), ("X-Scf-Name", "forged"), ("X-Own", "ä".encode().decode("latin-1"))]
    request = HttpRequest("POST", "/a%2Fb?q=1&q=2", headers, b"\xff\x00")
    answer, record = await runner.http(spec, call(request_id="r-1"), request)
    assert (answer.status, record.error_type) == (207, None), record
    assert [pair for pair in answer.headers if pair[0] in ("X-Mine", "Set-Cookie")] == [
        ("X-Mine", "1"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"),
    ]  # fmt: skip
    told = json.loads(answer.body)
    assert (told["path"], told["body"], told["python"]) == ("/a%2Fb?q=1&q=2", "\xff\x00", "3.6")
    common = {name: value for name, value in told["headers"].items() if name.startswith("X-Scf-")}
    assert common == {
        "X-Scf-Request-Id": "r-1",
        "X-Scf-Memory": "256",
        "X-Scf-Timeout": "10",
        "X-Scf-Version": "3",
        "X-Scf-Name": "hello",
        "X-Scf-Namespace": "site",
        "X-Scf-Region": "ap-guangzhou",
        "X-Scf-Appid": "1312345678",
        "X-Scf-Uin": "100012345678",
    }
    assert told["headers"]["Host"] == "x.example"
    assert "asked" in record.log.decode().splitlines()


@pytest.mark.parametrize(
    ("files", "mode", "status", "message"),
    [
        ({"app.py": APP}, 0o755, 443, "[./scf_bootstrap] no such file or directory"),
        ({"scf_bootstrap": START}, 0o644, 405, "[./scf_bootstrap] permission denied"),
        ({"scf_bootstrap": "#!/bin/bash\necho why; exit 3\n"}, 0o755, 405, "Container exited with code 3. why"),
        ({"scf_bootstrap": "#!/bin/bash\nsleep 9\n"}, 0o755, 446, "Port 9000 is not listened on after 0.5 seconds"),
    ],
)
async def test_a_program_that_does_not_come_up(
    runner: FunctionRunner, namespaces: Isolation, web: Callable[..., FunctionSpec],
    files: dict[str, str], mode: int, status: int, message: str,
) -> None:  # fmt: skip
    spec = web(files, mode, initializer_timeout=0.5 if status == 446 else 10.0)
    answer, record = await runner.http(spec, call(), HttpRequest("GET", "/", [], b""))
    assert (answer.status, record.error_type) == (status, str(status))
    assert json.loads(answer.body) == {"errorCode": -1, "errorMessage": message, "statusCode": status}


async def test_without_namespaces_a_relative_start_file_is_found_all_the_same(
    make_runner: MakeRunner, web: Callable[..., FunctionSpec]
) -> None:
    # There the port is not 9000 and /var/lang is not there: what can be seen is that the file itself is run.
    spec = web({"scf_bootstrap": "#!/bin/sh\npwd; exit 7\n"})
    answer, _ = await make_runner(FALLBACK).http(spec, call(), HttpRequest("GET", "/", [], b""))
    assert answer.status == 405 and "exited with code 7. /" in json.loads(answer.body)["errorMessage"]
