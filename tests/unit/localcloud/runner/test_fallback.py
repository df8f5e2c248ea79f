"""The fallback: visible, and as near to the cloud as plain processes come."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from unit.localcloud.runner.calls import FALLBACK, PROXY_PORT, call
from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec, Isolation, plan


def test_what_the_machine_allows_is_said(machine: Isolation, make_runner: Callable[..., FunctionRunner]) -> None:
    assert make_runner().isolation() == machine
    assert make_runner(FALLBACK).isolation() is FALLBACK
    assert str(FALLBACK) == "fallback: functions are plain child processes (forced by a test)"
    assert str(Isolation("namespaces")) == "namespaces"


async def test_code_layers_and_proxy_are_found_by_the_environment(
    make_runner: Callable[..., FunctionRunner], make_spec: Callable[..., FunctionSpec], pack: Callable[..., Path],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("ALICLOUD_ACCESS_KEY", "LTAI-of-the-developer")
    layers = (pack({"python/m.py": "x = 1"}), pack({"python/m.py": "x = 2", "bin/tool": "#!/bin/sh\necho hi"},
                                                   {"bin/tool": 0o755}))  # fmt: skip
    source = """
        import m, os, subprocess, sys
        def handler(event, context):
            open(os.path.join(os.environ["HOME"], "mine"), "w").close()
            names = ("FC_FUNC_CODE_PATH", "HTTPS_PROXY", "SSL_CERT_FILE", "HOME", "TMPDIR")
            told = {name: os.environ[name] for name in names}
            said = subprocess.check_output("tool").decode()
            return [m.x, said, told, "ALICLOUD_ACCESS_KEY" in os.environ, sys.path[0], os.getcwd()]
    """
    result = await make_runner(FALLBACK).invoke(make_spec(source, layers=layers), call())
    value, said, told, leaked, first, cwd = json.loads(result.payload)
    assert (value, said, leaked) == (1, "hi\n", False)
    assert told["HTTPS_PROXY"] == f"http://127.0.0.1:{PROXY_PORT}" and told["SSL_CERT_FILE"] == str(tmp_path / "ca.pem")
    assert first == cwd == told["FC_FUNC_CODE_PATH"] and Path(cwd).is_relative_to(tmp_path)
    assert told["HOME"] == told["TMPDIR"] and Path(told["HOME"], "mine").exists()


async def test_instances_have_a_temporary_folder_each_that_goes_with_them(
    make_runner: Callable[..., FunctionRunner], make_spec: Callable[..., FunctionSpec]
) -> None:
    source = (
        "import os, tempfile\ndef handler(event, context):\n    tempfile.mkstemp()\n    return tempfile.gettempdir()"
    )
    runner = make_runner(FALLBACK)
    first, second = [(await runner.invoke(make_spec(source), call())).payload.decode() for _ in range(2)]
    assert first != second and Path(first).is_dir()
    await runner.close()
    assert not Path(first).exists() and not Path(second).exists()


def test_programs_are_told_different_ports_that_are_free_and_that_the_kernel_gives_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ports = [plan._free_port() for _ in range(100)]
    assert len(set(ports)) == 100
    # Where Linux begins to choose.
    assert max(ports) < 32768
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(plan, "_PORTS", range(port, port + 1))
        with pytest.raises(FunctionRunnerError, match=f"no port from {port} to {port} is free"):
            plan._free_port()
