"""``yunfn local start`` and ``stop``: twice, at once, after a kill, on a taken port, in odd folders."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from unit.cli.command import Yunfn
from yunfn.exceptions import LocalCloudStartError
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection


def _start(yunfn: Yunfn, *arguments: str | Path) -> dict[str, object]:
    done = yunfn("local", "start", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    document: dict[str, object] = json.loads(done.stdout)
    return document


def _wait_gone(pid: int) -> None:
    """Wait until a process has ended, whether or not somebody has asked how."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        deadline = time.monotonic() + 20
        while process.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline, f"process {pid} is still there"
            time.sleep(0.05)


def test_a_second_start_finds_the_first_and_a_second_stop_nothing(yunfn: Yunfn) -> None:
    first, second = _start(yunfn), _start(yunfn)
    assert (first["started"], second["started"]) == (True, False)
    assert first["pid"] == second["pid"]
    assert json.loads(yunfn("local", "stop", "--json").stdout) == {"stopped": True}
    again = yunfn("local", "stop")
    assert (again.returncode, again.stdout) == (0, "no local cloud is running\n")
    _wait_gone(int(str(first["pid"])))


def test_starts_at_the_same_time_make_one_cloud(yunfn: Yunfn) -> None:
    command = yunfn.command("local", "start", "--json")
    several = [subprocess.Popen(command, env=yunfn.variables, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [json.loads(process.communicate(timeout=60)[0]) for process in several]
    assert len({one["pid"] for one in said}) == 1
    assert [one["started"] for one in said].count(True) == 1
    status = json.loads(yunfn("local", "status", "--json").stdout)
    assert status["pid"] == said[0]["pid"]
    assert status["account"] == yunfn.home.account


def test_after_a_kill_it_is_not_running_and_starts_again(yunfn: Yunfn) -> None:
    pid = int(str(_start(yunfn)["pid"]))
    account = yunfn.home.account
    os.kill(pid, signal.SIGKILL)
    _wait_gone(pid)
    assert yunfn("local", "status").returncode == 1
    assert yunfn("local", "stop").stdout == "no local cloud is running\n"
    assert _start(yunfn)["started"] is True
    assert yunfn.home.account == account


def test_it_comes_back_on_its_port_if_that_is_free(yunfn: Yunfn) -> None:
    """Deployed functions and open shells were told it."""
    proxy = str(_start(yunfn)["proxy"])
    assert yunfn("local", "stop").returncode == 0
    assert _start(yunfn)["proxy"] == proxy
    assert yunfn("local", "stop").returncode == 0
    with socket.create_server(("127.0.0.1", int(proxy.rpartition(":")[2]))):
        assert _start(yunfn)["proxy"] != proxy


def test_a_taken_port_is_told_in_one_sentence(yunfn: Yunfn) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = yunfn("local", "start", "--port", str(port))
    assert done.returncode == 1
    assert f"port {port} of 127.0.0.1 cannot be had: Address already in use" in done.stderr
    assert done.stderr.count("\n") == 1
    assert _start(yunfn, "--port", str(port))["proxy"] == f"http://127.0.0.1:{port}"


def test_a_running_cloud_does_not_change_its_port(yunfn: Yunfn) -> None:
    proxy = str(_start(yunfn)["proxy"])
    done = yunfn("local", "start", "--port", "1")
    assert done.returncode == 1
    assert f"runs on port {proxy.rpartition(':')[2]} already, not on 1" in done.stderr


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_what_is_no_port_is_wrong_usage(yunfn: Yunfn, port: str) -> None:
    assert yunfn("local", "start", "--port", port).returncode == 2


def test_an_interrupted_start_leaves_no_server(yunfn: Yunfn) -> None:
    command = yunfn.command("local", "start")
    with subprocess.Popen(command, env=yunfn.variables, stderr=subprocess.PIPE, text=True) as process:
        while not yunfn.home.server_log.exists():
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    if yunfn.home.lock.exists() and (pid := yunfn.home.lock.read_text()):
        _wait_gone(int(pid))
    assert connection.find(yunfn.home) is None
    assert _start(yunfn)["started"] is True


def test_a_server_that_is_not_found_can_be_stopped(yunfn: Yunfn, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = int(str(_start(yunfn)["pid"]))
    # As if the file with its address were lost: no command finds it, and it still holds the folder.
    yunfn.home.server.unlink()
    monkeypatch.setattr(connection, "_FIND_SECONDS", 0.2)
    with pytest.raises(LocalCloudStartError, match=f"process {pid} serves .* already and does not answer"):
        connection.start(yunfn.home)
    assert yunfn("local", "stop").stdout == "local cloud stopped; its state is kept\n"
    _wait_gone(pid)


@pytest.mark.parametrize("reaped", ["", "; ended.wait()"], ids=["zombie", "reaped"])
def test_one_that_ended_is_gone_though_nobody_asked_how_it_did(yunfn: Yunfn, reaped: str) -> None:
    """As where the first process of a container reaps no orphans."""
    forgets = (
        "import subprocess, time; ended = subprocess.Popen(['true'])"
        f"{reaped}; print(ended.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", forgets], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        ended = Connection(yunfn.home, proxy_port=1, pid=int(parent.stdout.readline()))
        try:
            _wait_gone(ended.pid)
            assert psutil.pid_exists(ended.pid) is not bool(reaped)
            connection.stop(ended)
        finally:
            parent.kill()


def test_a_server_ends_when_its_folder_is_removed(yunfn: Yunfn) -> None:
    pid = int(str(_start(yunfn)["pid"]))
    yunfn.home.folder.rename(yunfn.folder / "moved")
    _wait_gone(pid)


def test_two_clouds_at_once_are_two_accounts(yunfn: Yunfn) -> None:
    show = ("--", "sh", "-c", "echo $ALIBABA_CLOUD_ACCOUNT_ID $HTTPS_PROXY")
    said = []
    for name in ("one", "two"):
        _start(yunfn, "--home", yunfn.folder / name)
        said.append(yunfn("local", "run", "--home", yunfn.folder / name, *show).stdout.split())
    assert len({account for account, _ in said}) == 2
    assert len({proxy for _, proxy in said}) == 2
    for name in ("one", "two"):
        assert yunfn("local", "stop", "--home", yunfn.folder / name).returncode == 0


@pytest.mark.parametrize("name", ["/".join(["a-folder-with-a-long-name"] * 12), "it's 云 dir"])
def test_folders_with_long_and_odd_names(yunfn: Yunfn, name: str) -> None:
    home = yunfn.folder / name
    _start(yunfn, "--home", home)
    assert json.loads(yunfn("local", "status", "--json", "--home", home, LC_ALL="C").stdout)["home"] == str(home)
    shown = yunfn("local", "env", "--home", home).stdout
    echo = 'eval "$1"; echo "$PULUMI_BACKEND_URL"'
    spoken = subprocess.run(["sh", "-c", echo, "sh", shown], capture_output=True, text=True, check=True).stdout
    assert spoken == f"file://{home}/pulumi\n"
    assert yunfn("local", "stop", "--home", home).stdout.startswith("local cloud stopped")


@pytest.mark.parametrize(
    ("arguments", "variable", "way_out"),
    [
        (("start",), "YUNFN_LOCAL_HOME", "choose another folder by --home or YUNFN_LOCAL_HOME"),
        (("run", "true"), "XDG_STATE_HOME", "set XDG_STATE_HOME to a folder that can be written"),
    ],
)
def test_a_folder_that_cannot_be_made_is_told(
    yunfn: Yunfn, arguments: tuple[str, ...], variable: str, way_out: str
) -> None:
    done = yunfn("local", *arguments, **{variable: "/dev/null/there"})
    assert done.returncode == 1
    assert "/dev/null/there" in done.stderr
    assert done.stderr.endswith(f"{way_out}\n")
    assert "Traceback" not in done.stderr


def test_modules_of_the_users_folder_do_not_stand_in_for_the_servers(yunfn: Yunfn, tmp_path: Path) -> None:
    for name in ("secrets", "starlette", "uvicorn"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module')\n")
    done = subprocess.run(
        ["yunfn", "local", "start"],
        env=yunfn.variables | {"PATH": f"{Path(yunfn.command()[0]).parent}:{yunfn.variables['PATH']}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert yunfn("local", "stop").stdout.startswith("local cloud stopped")


def test_without_the_extra_the_way_to_get_it_is_told(yunfn: Yunfn, tmp_path: Path) -> None:
    (tmp_path / "starlette.py").write_text("raise ModuleNotFoundError('No module named starlette', name='starlette')\n")
    for arguments in (("start",), ("run", "--", "true"), ("coverage",)):
        done = yunfn("local", *arguments, PYTHONPATH=str(tmp_path))
        assert done.returncode == 1
        assert "pip install 'yunfn[local]'" in done.stderr
        assert "Traceback" not in done.stderr
    assert yunfn("local", "status", PYTHONPATH=str(tmp_path)).returncode == 1
    assert yunfn.leftovers() == []
