"""``yunfn local start`` keeps a cloud: what was deployed before a stop, or a kill, is there after the next start."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.clients import http_client
from support.local_account import account_of
from support.pulumi_cli import PulumiCli
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.home import Home

pytestmark = pytest.mark.engine
PROGRAM = Path(__file__).parent / "programs" / "one_function.py"


@pytest.fixture
def home() -> Iterator[Home]:
    # Short, because the control socket's name lies below it.
    with tempfile.TemporaryDirectory(prefix="y") as folder:
        made = Home(Path(folder) / "kept")
        yield made
        running = connection.find(made)
        if running is not None:
            connection.stop(running)


def _deploy(running: Connection, folder: Path, code: Path) -> PulumiCli:
    account = account_of(running)
    account.bootstrap(folder / "bootstrap")
    stack = account.stack(folder / "project", PROGRAM, "kept")
    stack.configure(t__code=str(code))
    stack.up()
    return stack


def _answers(running: Connection, url: str) -> bool:
    with http_client(running) as client:
        return client.get(url).json()["said"] == "first"


def test_a_stack_of_yesterday_is_there_after_a_stop_and_after_a_kill(home: Home, tmp_path: Path, code: Path) -> None:
    first, started = connection.start(home)
    assert started
    (tmp_path / "bootstrap").mkdir()
    stack = _deploy(first, tmp_path, code)
    url = stack.outputs()["url"]
    assert _answers(first, url)
    connection.stop(first)
    assert connection.find(home) is None

    second, _ = connection.start(home)
    assert (second.home.account, _answers(second, url)) == (first.home.account, True)
    os.kill(second.pid, signal.SIGKILL)

    third, started = connection.start(home)
    assert started
    assert _answers(third, url)
    again = PulumiCli(stack.folder, stack.stack, account_of(third).variables)
    again.up("--expect-no-changes")
    again.refresh("--expect-no-changes")
    again.destroy()
