"""The ``yunfn`` command with no cloud, and with one that a module's tests share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.cli.command import Yunfn
from yunfn.localcloud import connection
from yunfn.localcloud.home import Home


def _made() -> Iterator[Yunfn]:
    # Short, because the control socket's name lies below it.
    folder = Path(tempfile.mkdtemp(prefix="y"))
    yield Yunfn(folder)
    for home in map(Home, {path.parent for path in folder.rglob("server.json")}):
        running = connection.find(home)
        if running is not None:
            connection.stop(running)
    shutil.rmtree(folder)


@pytest.fixture
def yunfn() -> Iterator[Yunfn]:
    """The command, with no cloud started."""
    yield from _made()


@pytest.fixture(scope="module")
def started() -> Iterator[Yunfn]:
    """The command, with a default cloud that the module's tests share."""
    for made in _made():
        done = made("local", "start")
        assert done.returncode == 0, done.stderr
        yield made
