"""Event functions of SCF on their true Pythons: where things lie, what they are given, what they answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from unit.localcloud.runner.calls import FALLBACK, call
from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec, InvocationResult, Isolation

MakeSpec = Callable[..., FunctionSpec]
MakeRunner = Callable[..., FunctionRunner]
Pack = Callable[..., Path]


@pytest.fixture
def scf(make_spec: MakeSpec) -> MakeSpec:
    """A function of Tencent Cloud, Python 3.6 unless told otherwise."""

    def make(source: str = "", **changes: object) -> FunctionSpec:
        settings = {
            "cloud": "tencent",
            "runtime": "Python3.6",
            "handler": "index.main_handler",
            "account": "100012345678",
            "app_id": "1312345678",
            "region": "ap-guangzhou",
            "namespace": "default",
            "version": "$LATEST",
        }
        return make_spec(source, **(settings | changes))

    return make


def body(result: InvocationResult) -> dict[str, object]:
    told: dict[str, object] = json.loads(result.payload)
    return told


@pytest.mark.parametrize("runtime", ["Python3.6", "Python3.7", "Python3.9", "Python3.10"])
async def test_handler_runs_in_the_runtimes_python_with_event_and_context_as_dictionaries(
    runner: FunctionRunner, scf: MakeSpec, runtime: str
) -> None:
    source = """
        import os, sys
        def main_handler(event, context):
            return {"python": "%d.%d" % sys.version_info[:2], "event": event, "context": context,
                    "cwd": os.getcwd(), "path": sys.path[:3], "file": __file__}
    """
    spec = scf(source, runtime=runtime, environment={"COLOUR": "red"})
    told = body(await runner.invoke(spec, call(json.dumps({"名": ["v"]}).encode(), request_id="r-1")))
    assert "Python" + str(told["python"]) == runtime
    assert (told["event"], told["cwd"], told["file"]) == ({"名": ["v"]}, "/var/user", "/var/user/index.py")
    assert told["path"] == ["/var/user", "/var/user", "/opt"]
    context = told["context"]
    assert isinstance(context, dict)
    shown = json.loads(context.pop("environment"))
    assert (shown["SCF_NAMESPACE"], shown["COLOUR"]) == ("default", "red")
    assert shown["TENCENTCLOUD_SECRETID"] == "STS.key"
    assert "SCF_NAMESPACE=default" in context.pop("environ").split(";")
    assert context == {
        "memory_limit_in_mb": 256,
        "time_limit_in_ms": 10000,
        "request_id": "r-1",
        "function_version": "$LATEST",
        "function_name": "hello",
        "namespace": "default",
        "tencentcloud_region": "ap-guangzhou",
        "tencentcloud_appid": "1312345678",
        "tencentcloud_uin": "100012345678",
    }


async def test_the_environment_is_the_clouds_and_nothing_of_this_machine(
    runner: FunctionRunner, scf: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THIS_MACHINE", "x")
    spec = scf("import os\ndef main_handler(event, context): return dict(os.environ)", environment={"SCF_X": "no"})
    seen = body(await runner.invoke(spec, call()))
    assert {name: seen.get(name) for name in ("OF_THIS_MACHINE", "SCF_X", "FC_REGION")} == dict.fromkeys(
        ("OF_THIS_MACHINE", "SCF_X", "FC_REGION")
    )
    wanted = {
        "USER_CODE_ROOT": "/var/user/",
        "PYTHONPATH": "/var/user:/opt:/var/scf/local/bootstrap/site",
        "LD_LIBRARY_PATH": "/var/user:/opt",
        "SCF_FUNCTIONNAME": "hello",
        "SCF_FUNCTIONVERSION": "$LATEST",
        "SCF_NAMESPACE": "default",
        "SCF_RUNTIME": "Python3.6",
        "TENCENTCLOUD_APPID": "1312345678",
        "TENCENTCLOUD_REGION": "ap-guangzhou",
        "TENCENTCLOUD_RUNENV": "SCF",
        "TENCENTCLOUD_UIN": "100012345678",
        "TENCENTCLOUD_SECRETID": "STS.key",
        "TENCENTCLOUD_SECRETKEY": "very-secret",
        "TENCENTCLOUD_SESSIONTOKEN": "a-token",
        "HTTPS_PROXY": "http://127.0.0.1:18080",
        "SSL_CERT_FILE": "/var/scf/local/ca.pem",
    }
    assert wanted.items() <= seen.items()
    assert str(seen["PATH"]).startswith("/var/lang/python36/bin:/var/lang/python3/bin:")


@pytest.fixture(params=["overlay", "hard links", "fallback"])
def way(request: pytest.FixtureRequest) -> Isolation:
    if request.param == "fallback":
        return FALLBACK
    machine: Isolation = request.getfixturevalue("namespaces")
    if request.param == "overlay" and not machine.overlay:
        pytest.skip("this machine forbids overlayfs")
    return Isolation("namespaces", "", machine.user_namespace, overlay=request.param == "overlay")


async def test_the_last_layer_wins_and_code_shadows_all(
    make_runner: MakeRunner, way: Isolation, scf: MakeSpec, pack: Pack
) -> None:
    first = pack({"shared.py": "who = 'first'", "only.py": "who = 'first'", "mine.py": "who = 'layer'", "pkg/a.py": ""})
    second = pack({"shared.py": "who = 'second'", "pkg/b.py": "", "data/text": "in a layer"})
    source = """
        import os
        import shared, only, mine
        from pkg import a, b
        def main_handler(event, context):
            root = os.path.dirname(shared.__file__)
            return [shared.who, only.who, mine.who, open(os.path.join(root, "data", "text")).read()]
    """
    code = pack({"index.py": source, "mine.py": "who = 'code'"})
    runner = make_runner(way)
    result = await runner.invoke(scf(code=code, layers=(first, second)), call())
    assert json.loads(result.payload) == ["second", "first", "code", "in a layer"], result


@pytest.mark.parametrize(
    ("expression", "answer"),
    [("'Hello'", b'"Hello"'), ("None", b"null"), ("{'a': [1]}", b'{"a": [1]}'), ("'\\xe9'", b'"\\u00e9"')],
)
async def test_return_values_are_json(runner: FunctionRunner, scf: MakeSpec, expression: str, answer: bytes) -> None:
    result = await runner.invoke(scf(f"def main_handler(e, c): return {expression}"), call())
    assert (result.payload, result.error_type) == (answer, None)


async def test_an_exception_is_430_with_its_traceback_and_the_instance_lives_on(
    runner: FunctionRunner, scf: MakeSpec
) -> None:
    spec = scf("def main_handler(event, context):\n    if event:\n        raise ValueError('wrong')\n    return b'x'")
    failed = await runner.invoke(spec, call(b"[1]"))
    assert failed.error_type == "430"
    assert body(failed) == {
        "errorCode": -1,
        "errorMessage": "user code exception caught",
        "stackTrace": 'Traceback (most recent call last):\n  File "/var/user/index.py", line 3, in main_handler\n'
        "    raise ValueError('wrong')\nValueError: wrong",
        "statusCode": 430,
    }
    unwritten = await runner.invoke(spec, call())
    assert unwritten.error_type == "430" and unwritten.instance_id == failed.instance_id
    assert "is not JSON serializable" in str(body(unwritten)["stackTrace"])


@pytest.mark.parametrize(
    ("source", "handler", "status", "message"),
    [
        ("x = 1", "index.main_handler", 437, "handler index.main_handler not found"),
        ("x = 1", "other.main_handler", 437, "handler other.main_handler not found"),
        ("x = 1", "main_handler", 437, "handler main_handler not found"),
        ("import nowhere", "index.main_handler", 443, "ModuleNotFoundError: No module named 'nowhere'"),
        ("def (", "index.main_handler", 443, "SyntaxError: invalid syntax"),
        ("1 / 0", "index.main_handler", 443, "ZeroDivisionError: division by zero"),
    ],
)
async def test_a_handler_that_cannot_be_loaded(
    runner: FunctionRunner, scf: MakeSpec, source: str, handler: str, status: int, message: str
) -> None:
    result = await runner.invoke(scf(source, handler=handler), call())
    told = body(result)
    assert (result.error_type, told["statusCode"]) == (str(status), status)
    assert str(told["errorMessage"]).endswith(message)
    assert "bootstrap" not in str(told["errorMessage"]) and "importlib" not in str(told["errorMessage"])


@pytest.mark.parametrize(
    ("source", "changes", "status", "message"),
    [
        ("def main_handler(e, c): time.sleep(9)", {"timeout": 0.3}, "433", "Invoking task timed out after 0.3 seconds"),
        ("def main_handler(e, c): os._exit(3)", {}, "439", "User process exit when running"),
        ("def main_handler(e, c): return len(b'x' * (300 << 20))", {}, "434", "Task memory exceeded 256 MB"),
        ("time.sleep(9)", {"initializer_timeout": 0.5}, "450", "Init container timed out after 0.5 seconds"),
    ],
)
async def test_what_the_platform_ends(
    runner: FunctionRunner, scf: MakeSpec, source: str, changes: dict[str, object], status: str, message: str
) -> None:
    result = await runner.invoke(scf(f"import os, time\n{source}", **changes), call())
    assert (result.error_type, body(result)["errorMessage"]) == (status, message)


async def test_what_is_printed_and_the_line_for_a_new_instance(runner: FunctionRunner, scf: MakeSpec) -> None:
    source = """
        import logging
        print("loading")
        logging.getLogger().setLevel(logging.INFO)
        def main_handler(event, context):
            print("printed")
            logging.getLogger().info("logged")
    """
    spec = scf(source)
    lines = (await runner.invoke(spec, call(request_id="r-1"))).log.decode().splitlines()
    assert (lines[0], lines[2:]) == ("loading", ["printed", "logged"])
    assert re.fullmatch(
        r"Init Report RequestId: r-1 Coldstart: \d+ms \(PullCode: 0ms InitRuntime: 0ms InitFunction: \d+ms\)"
        r" Memory: 256MB MemUsage: \d+\.\d\dMB",
        lines[1],
    )
    assert (await runner.invoke(spec, call())).log == b"printed\nlogged\n"


async def test_certifi_names_the_local_clouds_bundle(runner: FunctionRunner, scf: MakeSpec, pack: Pack) -> None:
    # SDKs hand certifi's file to their HTTP client by name.
    layer = pack(
        {"certifi/__init__.py": "from .core import where\n", "certifi/core.py": "def where(): return '/list.pem'"}
    )
    source = "import certifi\ndef main_handler(e, c): return open(certifi.where()).read()"
    result = await runner.invoke(scf(source, layers=(layer,)), call())
    assert json.loads(result.payload) == "the local cloud's CA\n", result


async def test_no_python_2(runner: FunctionRunner, scf: MakeSpec) -> None:
    with pytest.raises(FunctionRunnerError, match=r"the local cloud runs no Python 2\.7"):
        await runner.invoke(scf("", runtime="Python2.7"), call())
