"""Instances' lives: reuse, the initializer, idleness, retirement, provisioned ones, and their end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from support.held_functions import HOLD, let_go
from unit.localcloud.runner.calls import call, processes_of
from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec, Isolation, instance
from yunfn.localcloud.runner.plan import InstancePlan

MakeSpec = Callable[..., FunctionSpec]
MakeRunner = Callable[..., FunctionRunner]
COUNTS = "n = 0\ndef handler(event, context):\n    global n\n    n += 1\n    return str(n)"


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for something that happens in the background."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


async def test_calls_in_a_row_share_an_instance_and_its_globals(runner: FunctionRunner, make_spec: MakeSpec) -> None:
    spec = make_spec(COUNTS)
    results = [await runner.invoke(spec, call()) for _ in range(3)]
    assert [result.payload for result in results] == [b"1", b"2", b"3"]
    assert [result.cold_start for result in results] == [True, False, False]
    assert [result.initialization_ms > 0 for result in results] == [True, False, False]
    other = await runner.invoke(replace(spec, key="another"), call())
    assert (other.payload, other.cold_start) == (b"1", True)


async def test_calls_at_once_have_an_instance_each(runner: FunctionRunner, make_spec: MakeSpec, tmp_path: Path) -> None:
    spec = make_spec(HOLD + "def handler(event, context): hold()", instance_concurrency=10)
    running = asyncio.gather(*[runner.invoke(spec, call()) for _ in range(3)])
    await until(lambda: len([each for each in runner._pool.instances() if each.ready]) == 3)
    let_go(tmp_path / "work0")
    results = await running
    assert len({result.instance_id for result in results}) == 3
    again = await asyncio.gather(*[runner.invoke(spec, call()) for _ in range(2)])
    assert not any(result.cold_start for result in again)


@pytest.mark.parametrize("runtime", ["python3", "python3.10", "python3.12"])
async def test_the_initializer_runs_once_per_instance(
    runner: FunctionRunner, make_spec: MakeSpec, runtime: str
) -> None:
    source = """
        ran = []
        def begin(context):
            print("initializing")
            ran.append(context.request_id)
        def handler(event, context):
            return ",".join(ran)
    """
    spec = make_spec(source, runtime=runtime, initializer="index.begin")
    first = await runner.invoke(spec, call(request_id="r-1"))
    second = await runner.invoke(spec, call(request_id="r-2"))
    assert (first.payload, second.payload) == (b"r-1", b"r-1")
    assert first.log.decode().splitlines()[1:] == [
        "FC Initialize Start RequestId: r-1", "initializing", "FC Initialize End RequestId: r-1",
        "FC Invoke Start RequestId: r-1", "FC Invoke End RequestId: r-1",
    ]  # fmt: skip
    assert b"Initialize" not in second.log


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise KeyError('no settings')", "'no settings'"),
        ("import time; time.sleep(30)", "Function initialization timed out after 0.5 seconds"),
        ("import os; os._exit(1)", "Process exited unexpectedly before completing request"),
    ],
)
async def test_an_initializer_that_fails_fails_the_call_and_the_instance(
    runner: FunctionRunner, make_spec: MakeSpec, body: str, words: str
) -> None:
    source = f"def begin(context):\n    {body}\ndef handler(event, context): return 'never'"
    spec = make_spec(source, initializer="index.begin", initializer_timeout=0.5 if "timed out" in words else 30)
    results = [await runner.invoke(spec, call(request_id="r")) for _ in range(2)]
    for result in results:
        assert result.error_type == "InitializationError" and result.cold_start
        assert words in json.loads(result.payload)["errorMessage"]
        assert b"FC Initialize End RequestId: r, Error: " in result.log and b"FC Invoke" not in result.log
    assert results[0].instance_id != results[1].instance_id


async def test_an_idle_instance_is_stopped(runner: FunctionRunner, make_spec: MakeSpec, tmp_path: Path) -> None:
    spec = make_spec(COUNTS, idle_seconds=1)
    assert [(await runner.invoke(spec, call())).payload for _ in range(2)] == [b"1", b"2"]
    (instance,) = runner._pool.instances()
    instances = tmp_path / "work0" / "instances"
    assert [path.name for path in instances.iterdir()] == [instance.id]
    await until(lambda: not list(instances.iterdir()))
    assert time.monotonic() - instance.idle_since >= 1
    assert (await runner.invoke(spec, call())).cold_start


async def test_retired_instances_finish_their_calls_and_take_no_more(
    runner: FunctionRunner, make_spec: MakeSpec, tmp_path: Path
) -> None:
    source = HOLD + "def handler(event, context):\n    if event == b'hold': hold()\n    return 'finished'"
    busy, idle = make_spec(source, key="fn/a/1"), make_spec(source, key="fn/a/2")
    other = make_spec(source, key="fn/b/1")
    for spec in (idle, other):
        await runner.invoke(spec, call())
    running = asyncio.ensure_future(runner.invoke(busy, call(b"hold")))
    await until(lambda: any(each.ready for each in runner._pool.instances(busy.key)))
    await runner.retire("fn/a/")
    assert (await runner.invoke(busy, call())).cold_start
    assert not running.done()
    let_go(tmp_path / "work0")
    assert (await running).payload == b"finished"
    assert (await runner.invoke(idle, call())).cold_start
    assert not (await runner.invoke(other, call())).cold_start
    await until(lambda: len(list((tmp_path / "work0" / "instances").iterdir())) == 3)


async def test_provisioned_instances_wait_ready_and_are_replaced(
    runner: FunctionRunner, make_spec: MakeSpec, tmp_path: Path
) -> None:
    source = """
        import os, time
        def begin(context):
            print("ready", os.environ.get("ALIBABA_CLOUD_ACCESS_KEY_ID"))
        def handler(event, context):
            if event:
                os._exit(1)
            time.sleep(0.2)
    """
    spec = make_spec(source, initializer="index.begin", idle_seconds=0.2)
    await runner.warm(spec, 2, call().credentials)
    instances = tmp_path / "work0" / "instances"
    await asyncio.sleep(0.5)
    assert len(list(instances.iterdir())) == 2
    results = await asyncio.gather(*[runner.invoke(spec, call()) for _ in range(3)])
    assert sorted(result.cold_start for result in results) == [False, False, True]
    await until(lambda: len(list(instances.iterdir())) == 2)
    before = set(instances.iterdir())
    assert (await runner.invoke(spec, call(b"x"))).error_type
    await until(lambda: len(list(instances.iterdir())) == 2 and set(instances.iterdir()) != before)
    await runner.warm(spec, 0)
    await until(lambda: not list(instances.iterdir()))


async def test_a_provisioned_instance_that_does_not_start_is_told(runner: FunctionRunner, make_spec: MakeSpec) -> None:
    spec = make_spec("def begin(context): raise OSError('no')\ndef handler(e, c): pass", initializer="index.begin")
    with pytest.raises(FunctionRunnerError, match=r"(?s)provisioned instance does not start: Unhandled.*OSError"):
        await runner.warm(spec, 1)


async def test_output_outside_of_calls_goes_to_the_sink(
    make_runner: MakeRunner, make_spec: MakeSpec, tmp_path: Path
) -> None:
    got: list[tuple[str, str, bytes]] = []
    runner = make_runner(log_sink=lambda spec, instance, data: got.append((spec.key, instance, data)))
    source = """
import threading
def later():
    hold()
    os.write(1, b"afterwards\\nno newline")  # both at once: what comes later may come after the end
def handler(event, context):
    print("during")
    threading.Thread(target=later).start()
"""
    spec = make_spec(HOLD + source)
    result = await runner.invoke(spec, call())
    assert b"during" in result.log
    let_go(tmp_path / "work0")
    await until(lambda: bool(got))
    assert got == [(spec.key, result.instance_id, b"afterwards\n")]
    await runner.close()
    assert got[1:] == [(spec.key, result.instance_id, b"no newline")]


async def test_close_leaves_no_process_and_no_folder(
    make_runner: MakeRunner, isolation: Isolation, make_spec: MakeSpec, tmp_path: Path
) -> None:
    source = """
        import subprocess, time
        def handler(event, context):
            subprocess.Popen(["sleep", "62"], start_new_session=True)
            if event:
                time.sleep(60)
    """
    runner = make_runner(isolation)
    spec = make_spec(source, environment={"MARK": str(tmp_path)}, timeout=60)
    await runner.invoke(spec, call())
    running = [asyncio.ensure_future(runner.invoke(spec, call(b"x"))) for _ in range(2)]
    await until(lambda: len(processes_of(tmp_path)) >= 3 + 2)
    begun = time.monotonic()
    await runner.close()
    assert time.monotonic() - begun < 20
    assert processes_of(tmp_path) == [os.getpid()] * (str(tmp_path) in os.environ.values())
    assert not (tmp_path / "work0" / "instances").exists()
    for task in running:
        assert (await task).error_type == "UnhandledInvocationError"
    with pytest.raises(FunctionRunnerError, match="closed"):
        await runner.invoke(spec, call())


@pytest.mark.parametrize("wait", [0.0, 0.02, 0.06])
async def test_closing_while_an_instance_starts_leaves_nothing(
    make_runner: MakeRunner, isolation: Isolation, make_spec: MakeSpec, tmp_path: Path, wait: float
) -> None:
    runner = make_runner(isolation)
    spec = make_spec("def handler(event, context): pass", environment={"MARK": str(tmp_path)})
    running = asyncio.ensure_future(runner.invoke(spec, call()))
    await asyncio.sleep(wait)
    await runner.close()
    await asyncio.wait([running], timeout=60)
    assert running.done() and (running.exception() is None or isinstance(running.exception(), FunctionRunnerError))
    await until(lambda: not processes_of(tmp_path / "work0"))
    assert not list((tmp_path / "work0").glob("instances/*"))


async def test_an_instance_stopped_before_it_was_started_never_starts(
    runner: FunctionRunner, make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planning, stopped = threading.Event(), threading.Event()

    def slow_plan(*arguments: Any) -> InstancePlan:
        planning.set()
        assert stopped.wait(60)
        return InstancePlan(*arguments)

    monkeypatch.setattr(instance, "InstancePlan", slow_plan)
    running = asyncio.ensure_future(runner.invoke(make_spec(COUNTS, environment={"MARK": str(tmp_path)}), call()))
    await until(planning.is_set)
    await runner.close()
    stopped.set()
    with pytest.raises(FunctionRunnerError, match="stopped while it started"):
        await running
    assert not processes_of(tmp_path)


async def test_the_launchers_death_is_the_functions(
    make_runner: MakeRunner, isolation: Isolation, make_spec: MakeSpec, tmp_path: Path
) -> None:
    source = "import time\ndef handler(event, context): time.sleep(60)"
    spec = make_spec(source, environment={"MARK": str(tmp_path)}, timeout=60)
    runner = make_runner(isolation)
    running = asyncio.ensure_future(runner.invoke(spec, call()))
    await until(lambda: any(each.ready for each in runner._pool.instances()))
    for child in psutil.Process().children():
        # A zombie that another test of this process left has no command line.
        with contextlib.suppress(psutil.Error):
            if "launcher.supervisor" in " ".join(child.cmdline()):
                child.kill()
    assert (await asyncio.wait_for(running, 30)).error_type == "UnhandledInvocationError"
    await until(lambda: not processes_of(tmp_path))


async def test_what_a_killed_cloud_left_is_removed(runner: FunctionRunner, make_spec: MakeSpec, tmp_path: Path) -> None:
    left = [tmp_path / "work0" / "instances" / "c-old" / "root", tmp_path / "work0" / "trees" / "filling-x"]
    for path in left:
        path.mkdir(parents=True)
    await runner.invoke(make_spec(COUNTS), call())
    assert not any(path.exists() for path in left)


async def test_an_instance_that_never_stops_printing_does_not_stop_the_cloud(
    runner: FunctionRunner, make_spec: MakeSpec
) -> None:
    endless = make_spec("def handler(event, context):\n    while True: print('x' * 60000)", timeout=300)
    running = asyncio.ensure_future(runner.invoke(endless, call()))
    await until(lambda: any(each.output.tail for each in runner._pool.instances()))
    other = await asyncio.wait_for(runner.invoke(make_spec(COUNTS), call()), 60)
    assert other.payload == b"1" and not running.done()
    # Nor does it outlast its own time.
    late = await runner.invoke(replace(endless, key="late", timeout=1), call())
    assert b"timed out" in late.payload and not running.done()
    await runner.close()
    assert (await running).error_type == "UnhandledInvocationError"


CLOUD = """
import asyncio, sys
from pathlib import Path
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec, Invocation, Isolation

async def main(folder, mode):
    isolation = Isolation("fallback", "forced") if mode == "fallback" else None
    runner = FunctionRunner(work=folder / "work", connect_proxy=None, proxy_port=18080, ca_bundle=folder / "ca.pem",
                            isolation=isolation)
    spec = FunctionSpec("k", "1", "cn-shanghai", "f", "LATEST", "python3.10", "index.handler", None, 3, 60, 256,
                        folder / "code.zip", environment={"MARK": str(folder)})
    await runner.invoke(spec, Invocation("r", b"", None))
    print("ready", flush=True)
    await runner.invoke(spec, Invocation("r", b"x", None))

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.parametrize("mode", ["best", "fallback"])
async def test_the_clouds_death_is_the_functions(
    pack: Callable[..., Path], tmp_path: Path, ca_bundle: Path, mode: str
) -> None:
    source = """
        import subprocess, time
        subprocess.Popen(["sleep", "63"], start_new_session=True)
        def handler(event, context):
            if event:
                time.sleep(60)
    """
    pack({"index.py": source}).rename(tmp_path / "code.zip")
    components = str(Path(__file__).parents[4] / "components")
    cloud = subprocess.Popen(
        [sys.executable, "-c", CLOUD, str(tmp_path), mode], env=os.environ | {"PYTHONPATH": components},
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert cloud.stdout is not None
    with cloud.stdout:
        assert await asyncio.to_thread(cloud.stdout.readline) == b"ready\n"
        await until(lambda: len(processes_of(tmp_path)) >= 3)
        cloud.send_signal(signal.SIGKILL)
        cloud.wait()
        await until(lambda: not processes_of(tmp_path))
