"""What ends an instance: its timeout, its memory, its own exit, a caller that leaves; and what is said then."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from support.held_functions import HOLD, let_go
from unit.localcloud.runner.calls import call
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec, Isolation, instance
from yunfn.localcloud.runner import runner as running

MakeSpec = Callable[..., FunctionSpec]
MakeRunner = Callable[..., FunctionRunner]
ANSWERS = "def handler(event, context): return str(n)"


@pytest.mark.parametrize("runtime", ["python3", "python3.10", "python3.12"])
async def test_a_call_is_killed_at_its_timeout(
    runner: FunctionRunner, make_spec: MakeSpec, runtime: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine it does not say at once where it hangs.
    monkeypatch.setattr(instance, "_LAST_WORDS_SECONDS", 1)
    source = """
        import time
        def wait_for_ever():
            time.sleep(60)
        def handler(event, context):
            print("before")
            if event == b"hang":
                wait_for_ever()
            return "fine"
    """
    spec = make_spec(source, runtime=runtime, timeout=1)
    begun = time.monotonic()
    result = await runner.invoke(spec, call(b"hang", request_id="r"))
    assert 1 <= time.monotonic() - begun < 30 and result.duration_ms >= 1000
    assert result.error_type == "UnhandledInvocationError"
    message = json.loads(result.payload)["errorMessage"]
    assert re.fullmatch(r"Function timed out after 1 seconds \(maxMemoryUsage: \d+\.\d\dMB\)", message)
    log = result.log.decode()
    assert "before\n" in log and log.endswith(f"FC Invoke End RequestId: r, Error: {message}\n")
    assert re.search(r'File "/code/index\.py", line 4 in wait_for_ever', log), log
    again = await runner.invoke(replace(spec, timeout=30), call())
    assert again.payload == b"fine" and again.cold_start and again.instance_id != result.instance_id


async def test_every_isolation_kills_at_the_timeout(
    make_runner: MakeRunner, isolation: Isolation, make_spec: MakeSpec
) -> None:
    source = """
        import os, signal, subprocess, time
        def handler(event, context):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            subprocess.Popen(["sleep", "61"], start_new_session=True)
            time.sleep(60)
    """
    result = await make_runner(isolation).invoke(make_spec(source, timeout=0.3), call())
    assert "timed out after 0.3 seconds" in json.loads(result.payload)["errorMessage"]


@pytest.mark.parametrize("how", ["os._exit(3)", "sys.exit(1)", "os.kill(os.getpid(), 9)", "ctypes.string_at(0)"])
async def test_a_process_that_ends_is_replaced(runner: FunctionRunner, make_spec: MakeSpec, how: str) -> None:
    source = f"""
        import ctypes, os, sys
        n = 0
        def handler(event, context):
            global n
            n += 1
            print("last words")
            if event:
                {how}
            return str(n)
    """
    spec = make_spec(source)
    assert (await runner.invoke(spec, call())).payload == b"1"
    result = await runner.invoke(spec, call(b"x", request_id="r"))
    assert result.error_type == "UnhandledInvocationError" and not result.cold_start
    message = json.loads(result.payload)["errorMessage"]
    words = r"Process exited unexpectedly before completing request \(duration: \d+ms, maxMemoryUsage: [\d.]+MB\)"
    assert re.fullmatch(words, message)
    assert b"last words\n" in result.log and f"RequestId: r, Error: {message}\n".encode() in result.log
    again = await runner.invoke(spec, call())
    assert (again.payload, again.cold_start) == (b"1", True)


@pytest.mark.parametrize("runtime", ["python3", "python3.10", "python3.12"])
async def test_too_much_memory_kills(runner: FunctionRunner, make_spec: MakeSpec, runtime: str) -> None:
    source = """
        import time
        def handler(event, context):
            held = bytearray(int(event) << 20)
            time.sleep(60 if int(event) > 128 else 0)
            return "held"
    """
    spec = make_spec(source, runtime=runtime, memory_mb=128)
    fits = await runner.invoke(spec, call(b"60"))
    assert fits.payload == b"held" and 60 < fits.max_memory_mb < 128
    begun = time.monotonic()
    result = await runner.invoke(spec, call(b"200"))
    assert time.monotonic() - begun < 30
    assert result.error_type == "UnhandledInvocationError" and result.max_memory_mb > 128
    assert "Process exited unexpectedly before completing request" in json.loads(result.payload)["errorMessage"]
    assert re.search(rb"\[local cloud\] killed: [\d.]+ MB of memory used, 128 MB allowed\n", result.log)


async def test_a_peak_between_two_looks_is_not_missed(
    runner: FunctionRunner, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_LOOK_SECONDS", 60)
    source = "def handler(event, context):\n    del event\n    return str(len(bytearray(200 << 20)))"
    result = await runner.invoke(make_spec(source, memory_mb=128), call())
    assert result.error_type == "UnhandledInvocationError" and result.max_memory_mb > 200


async def test_memory_of_children_counts(make_runner: MakeRunner, isolation: Isolation, make_spec: MakeSpec) -> None:
    source = """
        import subprocess, sys
        def handler(event, context):
            children = [subprocess.Popen([sys.executable, "-c", "x = bytearray(90 << 20); import time; time.sleep(9)"])
                        for _ in range(2)]
            return [child.wait() for child in children]
    """
    result = await make_runner(isolation).invoke(make_spec(source, memory_mb=128), call())
    assert b"[local cloud] killed" in result.log and result.error_type == "UnhandledInvocationError"


async def test_memory_shared_after_a_fork_counts_once(runner: FunctionRunner, make_spec: MakeSpec) -> None:
    source = """
        import os, time
        def handler(event, context):
            held = bytearray(60 << 20)
            if os.fork() == 0:
                os.fork(), os.fork()  # four processes besides the first
                time.sleep(0.4)
                os._exit(0)
            time.sleep(0.4)
            return "fine"
    """
    result = await runner.invoke(make_spec(source, memory_mb=128), call())
    assert result.payload == b"fine" and 60 < result.max_memory_mb < 128


async def test_a_caller_that_leaves_never_passes_its_answer_on(
    runner: FunctionRunner, make_spec: MakeSpec, tmp_path: Path
) -> None:
    spec = make_spec(HOLD + "def handler(event, context):\n    if event == b'late': hold()\n    return event")
    first = await runner.invoke(spec, call(b"first"))
    task = asyncio.ensure_future(runner.invoke(spec, call(b"late")))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    let_go(tmp_path / "work0")
    results = [await runner.invoke(spec, call(b"next")) for _ in range(2)]
    assert [result.payload for result in results] == [b"next", b"next"]
    assert first.instance_id not in {result.instance_id for result in results}


async def test_an_endless_log_is_cut(runner: FunctionRunner, make_spec: MakeSpec) -> None:
    source = "def handler(event, context):\n    for _ in range(300): print('x' * 100000)\n    return 'done'"
    result = await runner.invoke(make_spec(source), call(request_id="r"))
    assert result.payload == b"done" and 16 << 20 <= len(result.log) < (16 << 20) + 1000
    assert result.log.endswith(b"\nFC Invoke End RequestId: r\n")


async def test_a_fork_bomb_is_stopped(make_runner: MakeRunner, namespaces: Isolation, make_spec: MakeSpec) -> None:
    if namespaces.user_namespace:
        pytest.skip("without root there is no limit of processes per function")
    source = """
        import os, time
        def handler(event, context):
            for _ in range(3000):
                try:
                    if os.fork() == 0:
                        time.sleep(30)
                        os._exit(0)
                except OSError as error:
                    return type(error).__name__
            return "no end"
    """
    result = await make_runner(namespaces).invoke(make_spec(source, timeout=30, memory_mb=8192), call())
    assert result.payload == b"BlockingIOError"
