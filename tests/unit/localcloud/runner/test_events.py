"""Event handlers on the runtimes' true Pythons: what they get, what they give, what is logged."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from unit.localcloud.runner.calls import CREDENTIALS, call
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec, Isolation

RUNTIMES = {"python3": "3.6", "python3.10": "3.10", "python3.12": "3.12"}
MakeSpec = Callable[..., FunctionSpec]


@pytest.mark.parametrize("runtime", RUNTIMES)
async def test_the_handler_runs_in_its_runtimes_true_python(
    runner: FunctionRunner, make_spec: MakeSpec, runtime: str
) -> None:
    source = """
        import json, sys
        def handler(event, context):
            return json.dumps({"python": "%d.%d" % sys.version_info[:2], "event": event.decode(), "path0": sys.path[0]})
    """
    result = await runner.invoke(make_spec(source, runtime=runtime), call("hé".encode()))
    assert result.error_type is None, result
    told = json.loads(result.payload)
    assert (told["python"], told["event"]) == (RUNTIMES[runtime], "hé")
    assert result.cold_start and result.initialization_ms > result.duration_ms > 0
    assert result.billed_ms >= result.duration_ms
    assert 1 < result.max_memory_mb < 256
    assert re.fullmatch(r"c-[0-9a-f]{8}-[0-9a-f]{20}", result.instance_id)


async def test_every_isolation_runs_an_event(
    make_runner: Callable[..., FunctionRunner], isolation: Isolation, make_spec: MakeSpec
) -> None:
    source = "def handler(event, context): return event[::-1]"
    result = await make_runner(isolation).invoke(make_spec(source), call(b"abc"))
    assert (result.payload, result.error_type) == (b"cba", None), result


@pytest.mark.parametrize(
    ("expression", "payload"),
    [
        ("b'\\xff\\x00'", b"\xff\x00"),
        ("'pl\\xe4in'", "pläin".encode()),
        ("None", b"null"),
        ("7", b"7"),
        ("{'b': [1], 'a': decimal.Decimal('1.5')}", b'{\n    "a": 1.5,\n    "b": [\n        1\n    ]\n}'),
        ("datetime.date(2026, 1, 2)", b'"2026-01-02"'),
    ],
)
async def test_return_values_are_encoded_as_the_cloud_does(
    runner: FunctionRunner, make_spec: MakeSpec, expression: str, payload: bytes
) -> None:
    source = f"import datetime, decimal\ndef handler(event, context): return {expression}"
    result = await runner.invoke(make_spec(source), call())
    assert (result.payload, result.error_type) == (payload, None)


async def test_large_events_and_answers_pass_whole(runner: FunctionRunner, make_spec: MakeSpec) -> None:
    event = bytes(range(256)) * (16 << 10)
    result = await runner.invoke(make_spec("def handler(event, context): return event * 2"), call(event))
    assert result.payload == event * 2


@pytest.mark.parametrize("runtime", ["python3", "python3.10"])
async def test_the_context_up_to_python_310(runner: FunctionRunner, make_spec: MakeSpec, runtime: str) -> None:
    source = """
        def handler(event, context):
            assert context.credentials.access_key_id == context.credentials.accessKeyId
            assert context.request_id == context.requestId
            assert context.service.version_id and context.tracing.span_baggages == {"user": "x"}
            return context.to_json()
    """
    spec = make_spec(source, runtime=runtime, version="3", log_project="lp", log_store="ls", timeout=7, memory_mb=512)
    trace = {"span_context": "span", "base64_baggages": "eyJ1c2VyIjogIngifQ==", "jaeger_endpoint": "http://j"}
    result = await runner.invoke(spec, call(request_id="1-2-3", qualifier="prod", trace=trace))
    assert json.loads(result.payload) == {
        "requestId": "1-2-3",
        "credentials": {"accessKeyId": "STS.key", "accessKeySecret": "very-secret", "securityToken": "a-token"},
        "function": {"name": "hello", "handler": "index.handler", "memory": 512, "timeout": 7},
        "service": {"name": "", "logProject": "lp", "logStore": "ls", "qualifier": "prod", "versionId": "3"},
        "region": "cn-shanghai",
        "accountId": "1234567890",
        "retryCount": 0,
        "tracing": {
            "openTracingSpanContext": "span",
            "openTracingSpanBaggages": {"user": "x"},
            "jaegerEndpoint": "http://j",
        },
    }


async def test_the_context_since_python_312_has_no_credentials(runner: FunctionRunner, make_spec: MakeSpec) -> None:
    source = """
        import os
        def handler(event, context):
            assert not hasattr(context, "credentials") and not hasattr(context, "service")
            context.logger.warning("by context")
            function = context.function
            return "|".join([
                context.request_id, context.region, context.account_id, context.log_project, context.log_store,
                function.name, function.handler, str(function.memory), function.version_id, function.qualifier,
                os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"], os.environ["ALIBABA_CLOUD_SECURITY_TOKEN"],
            ])
    """
    spec = make_spec(source, runtime="python3.12", version="4", log_project="lp", log_store="ls")
    result = await runner.invoke(spec, call(request_id="rid", qualifier="blue"))
    expected = "rid|cn-shanghai|1234567890|lp|ls|hello|index.handler|256|4|blue|STS.key|a-token"
    assert result.payload.decode() == expected
    assert b"rid [WARNING] by context" in result.log


async def test_credentials_in_the_environment_follow_each_call(runner: FunctionRunner, make_spec: MakeSpec) -> None:
    spec = make_spec("import os\ndef handler(event, context): return os.environ['ALIBABA_CLOUD_ACCESS_KEY_ID']")
    assert (await runner.invoke(spec, call())).payload == CREDENTIALS.access_key_id.encode()
    fresh = type(CREDENTIALS)("STS.fresh", "s", "t")
    assert (await runner.invoke(spec, call(credentials=fresh))).payload == b"STS.fresh"


@pytest.mark.parametrize("runtime", RUNTIMES)
async def test_the_log_has_the_clouds_shape(runner: FunctionRunner, make_spec: MakeSpec, runtime: str) -> None:
    source = """
        import logging, os, sys
        def handler(event, context):
            print("printed")
            sys.stderr.write("to stderr\\n")
            logging.getLogger().info("by %s", "logger")
            logging.getLogger("mine").error("an error")
            logging.debug("not shown")
            os.system("echo from a child")
            print("no newline", end="")
    """
    spec = make_spec(source, runtime=runtime)
    lines = (await runner.invoke(spec, call(request_id="req-1"))).log.decode().splitlines()
    assert lines[0] == "FunctionCompute python3 runtime inited."
    assert lines[1] == "FC Invoke Start RequestId: req-1"
    assert lines[2:4] == ["printed", "to stderr"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z req-1 \[INFO\] by logger", lines[4])
    assert re.fullmatch(r"\S+ req-1 \[ERROR\] an error", lines[5])
    assert lines[6:] == ["from a child", "no newline", "FC Invoke End RequestId: req-1"]
    again = (await runner.invoke(spec, call(request_id="req-2"))).log.decode().splitlines()
    assert (again[0], again[-1]) == ("FC Invoke Start RequestId: req-2", "FC Invoke End RequestId: req-2")
    assert "req-1" not in "".join(again)


async def test_an_exception_answers_with_its_stack_and_the_instance_lives_on(
    runner: FunctionRunner, make_spec: MakeSpec
) -> None:
    source = """
        def fail():
            raise ValueError("something is wrong")
        def handler(event, context):
            if event:
                fail()
            return "fine"
    """
    spec = make_spec(source)
    failed = await runner.invoke(spec, call(b"x", request_id="r"))
    assert failed.error_type == "UnhandledInvocationError"
    assert json.loads(failed.payload) == {
        "errorMessage": "something is wrong",
        "errorType": "ValueError",
        "stackTrace": [
            ['File "/code/index.py"', "line 6", "in handler", "fail()"],
            ['File "/code/index.py"', "line 3", "in fail", 'raise ValueError("something is wrong")'],
        ],
    }
    assert failed.log.endswith(b"FC Invoke End RequestId: r, Error: Unhandled function error\n")
    assert b'r [ERROR] {\n    "errorMessage": "something is wrong"' in failed.log
    good = await runner.invoke(spec, call())
    assert (good.payload, good.instance_id, good.cold_start) == (b"fine", failed.instance_id, False)


@pytest.mark.parametrize(
    ("source", "handler", "kind", "message", "last"),
    [
        ("import nowhere_to_be_found", "index.handler", "ImportModuleError", "Unable to import module 'index'",
         "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("def (", "index.handler", "UserCodeSyntaxError", "Syntax error in module 'index'",
         "SyntaxError: invalid syntax"),
        ("1 / 0", "index.handler", "UserCodeError", "Module initialization error: 'division by zero'",
         "ZeroDivisionError: division by zero"),
        ("x = 1", "index.handler", "HandlerNotFound", "Handler 'handler' is missing on module 'index'", None),
        ("x = 1", "other.handler", "ImportModuleError", "Unable to import module 'other'",
         "ModuleNotFoundError: No module named 'other'"),
        ("x = 1", "handler", "InvalidHandleName", "Invalid handler 'handler'", None),
    ],
)  # fmt: skip
async def test_a_handler_that_cannot_be_loaded(
    runner: FunctionRunner, make_spec: MakeSpec, source: str, handler: str, kind: str, message: str, last: str | None
) -> None:
    result = await runner.invoke(make_spec(source, handler=handler), call())
    told = json.loads(result.payload)
    assert (result.error_type, told["errorType"], told["errorMessage"]) == ("UnhandledInvocationError", kind, message)
    assert told.get("stackTrace", [None])[-1] == last


async def test_handlers_in_folders(runner: FunctionRunner, make_spec: MakeSpec, pack: Callable[..., object]) -> None:
    source = "def run(event, context): return __name__"
    code = pack({"api/v1/main.py": source, "package/__init__.py": "", "package/module.py": source})
    for handler, name in (("api/v1/main.run", b"api/v1/main"), ("package.module.run", b"package.module")):
        assert (await runner.invoke(make_spec(code=code, handler=handler), call())).payload == name


async def test_what_cannot_be_json_is_the_functions_error(runner: FunctionRunner, make_spec: MakeSpec) -> None:
    result = await runner.invoke(make_spec("def handler(event, context): return {1, 2}"), call())
    assert (result.error_type, json.loads(result.payload)["errorType"]) == ("UnhandledInvocationError", "TypeError")


async def test_secrets_stay_out_of_what_is_shown(make_spec: MakeSpec) -> None:
    shown = repr(call()) + repr(make_spec("", environment={"PASSWORD": "hunter2"}))
    assert "very-secret" not in shown and "a-token" not in shown and "hunter2" not in shown
    assert "STS.key" in shown
