"""The plugin's process: quick to start, as every preview and update waits for it, and gone with its engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from support.pulumi_cli import PLUGIN


def test_no_cloud_sdk_is_imported_at_the_start() -> None:
    """Each takes a third of a second, and most previews need none."""
    sdks = {"oss2", "aliyunsdkcore", "alibabacloud_fc20230330", "qcloud_cos", "requests"}
    code = f"import sys, yunfn.provider.__main__\nprint(sorted(sys.modules.keys() & {sdks}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def running() -> Iterator[subprocess.Popen[str]]:
    """A plugin whose engine's address leads nowhere, past its first line."""
    environment = {**os.environ, "YUNFN_PYTHON": sys.executable}
    command = [PLUGIN / "pulumi-resource-yunfn", "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as plugin:
        assert plugin.stdout is not None
        assert plugin.stdout.readline().strip().isdigit()
        yield plugin
        plugin.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once(running: subprocess.Popen[str], number: int) -> None:
    begun = time.monotonic()
    running.send_signal(number)
    assert running.wait(30) == 0
    assert time.monotonic() - begun < 10


def test_it_ends_with_the_process_that_started_it() -> None:
    """A shell starts it and is killed; nobody is left to tell the plugin."""
    script = f"'{PLUGIN}/pulumi-resource-yunfn' 127.0.0.1:1 & echo $!; wait"
    environment = {**os.environ, "YUNFN_PYTHON": sys.executable}
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True, env=environment) as shell:
        assert shell.stdout is not None
        plugin = int(shell.stdout.readline())
        assert shell.stdout.readline().strip().isdigit()
        shell.kill()
        shell.wait()
        # Its end closes the pipe.
        begun = time.monotonic()
        assert shell.stdout.read() == ""
        assert time.monotonic() - begun < 20
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.kill(plugin, 0)
            time.sleep(0.05)
