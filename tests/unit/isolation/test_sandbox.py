"""What a command of others' can reach when it runs isolated: one folder, and nothing else of this machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from yunfn.exceptions import IsolationError
from yunfn.isolation import Isolation, Outcome, folder_inside, run_isolated
from yunfn.pythons import running_python

Run = Callable[..., Outcome]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "folder"
    place.mkdir()
    return place


@pytest.fixture
def run(folder: Path) -> Run:
    """Runs a shell line isolated in ``folder``."""

    def run(line: str, **options: Any) -> Outcome:
        settings: dict[str, Any] = {"folder": folder, "environment": {}, "timeout": 20}
        return run_isolated(["/bin/sh", "-c", line], **(settings | options))

    return run


@pytest.fixture
def python(folder: Path) -> Callable[..., Any]:
    """Runs a Python program isolated in ``folder``; what it prints, read as JSON."""

    def python(source: str, **options: Any) -> Any:
        interpreter = running_python()
        settings: dict[str, Any] = {"folder": folder, "environment": {}, "timeout": 20}
        done = run_isolated(
            [str(interpreter.executable), "-I", "-S", "-c", source],
            readable=interpreter.prefixes,
            **(settings | options),
        )
        assert done.code == 0, done.output
        return json.loads(done.output)

    return python


def test_it_writes_to_its_folder_and_the_files_are_the_callers(isolated: Isolation, run: Run, folder: Path) -> None:
    (folder / "given").write_text("in")
    done = run("pwd; cat given; mkdir -p a/b && echo out > a/b/made && chmod 700 a && chmod 0 a/b")
    assert (done.code, done.output) == (0, "/build\nin")
    assert (folder / "a/b/made").read_text() == "out\n"
    assert {path.lstat().st_uid for path in (folder, *folder.rglob("*"))} == {os.geteuid()}


def test_nothing_else_can_be_written(isolated: Isolation, run: Run, tmp_path: Path) -> None:
    places = ["/", "/usr", "/etc", "/opt", "/dev", "/proc/sys/kernel", "/proc/self", str(tmp_path), str(Path.home())]
    mark = f"yunfn-{uuid.uuid4().hex}"
    assert run("; ".join(f"(echo x > {place}/{mark}) 2>/dev/null && echo {place}" for place in places)).output == ""
    assert run(f"(echo x > {mark}) 2>/dev/null && echo .").output == ".\n"
    assert run(f"echo x > /tmp/{mark} && ls /tmp").output == f"{mark}\n"
    assert not Path("/tmp", mark).exists()


def test_the_kernels_settings_cannot_be_changed(isolated: Isolation, run: Run) -> None:
    # Opened and closed, with nothing written: were it open to this, the machine must not be the worse for the test.
    done = run(": >> /proc/sys/kernel/core_pattern")
    assert done.code != 0 and "Read-only file system" in done.output


def test_what_is_readable_is_read_only_with_what_is_mounted_below_it(
    isolated: Isolation, run: Run, tmp_path: Path
) -> None:
    shown, below = tmp_path / "shown", tmp_path / "shown" / "below"
    below.mkdir(parents=True)
    (shown / "file").write_text("text")
    for path, mode in ((shown, 0o755), (shown / "file", 0o644)):
        path.chmod(mode)
    mounted = os.geteuid() == 0
    if mounted:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=777", "tmpfs", str(below)], check=True)
    try:
        done = run(f"cat {shown}/file; echo x > {shown}/new; echo x > {below}/new", readable=[shown])
    finally:
        if mounted:
            subprocess.run(["umount", str(below)], check=True)
    assert done.output.startswith("text") and done.output.count("Read-only file system") == 2


def test_the_users_files_are_not_there(isolated: Isolation, python: Callable[..., Any], tmp_path: Path) -> None:
    planted = [place / f"yunfn-planted-{uuid.uuid4().hex}" for place in (Path.home(), Path("/tmp"), tmp_path)]
    for path in planted:
        path.write_text("the user's own")
    try:
        told = python(
            "import json, os\nseen = {}\n"
            f"for path in {[*map(str, planted), '/etc/shadow', '/run', '/var', '/sys', '/home']}:\n"
            "    seen[path] = os.path.exists(path) and (os.listdir(path) if os.path.isdir(path) else 'read')\n"
            "seen['home'] = os.listdir(os.path.expanduser('~'))\nprint(json.dumps(seen))"
        )
    finally:
        for path in planted:
            path.unlink()
    assert told.pop("home") == [] and told.pop("/home") == ["build"]
    assert set(told.values()) == {False}


def test_the_environment_is_clean(isolated: Isolation, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "the developer's")
    told = dict(line.split("=", 1) for line in run("env", environment={"GIVEN": "x"}).output.splitlines())
    assert told == {
        "GIVEN": "x", "HOME": "/home/build", "TMPDIR": "/tmp", "LANG": "C.UTF-8", "PWD": "/build",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
    }  # fmt: skip


REACH = """
import json, socket
def reach(family, address):
    try:
        with socket.socket(family) as sock:
            sock.settimeout(2)
            sock.connect(address)
            return "reached"
    except OSError as error:
        return type(error).__name__ + ": " + str(error)
print(json.dumps({"loopback": reach(socket.AF_INET, ("127.0.0.1", PORT)), "abstract": reach(socket.AF_UNIX, NAME),
                  "away": reach(socket.AF_INET, ("192.0.2.1", 80)),
                  "interfaces": [name for _, name in socket.if_nameindex()]}))
"""


@contextlib.contextmanager
def listeners() -> Iterator[tuple[int, str]]:
    """A listener on loopback and one on an abstract address; the port and the address."""
    name = f"\0yunfn-{uuid.uuid4().hex}"
    with socket.socket() as inet, socket.socket(socket.AF_UNIX) as unix:
        inet.bind(("127.0.0.1", 0))
        unix.bind(name)
        for each in (inet, unix):
            each.listen()
        yield inet.getsockname()[1], name


def test_the_network_is_there_only_when_asked_for(isolated: Isolation, python: Callable[..., Any]) -> None:
    with listeners() as (port, name):
        source = REACH.replace("PORT", str(port)).replace("NAME", repr(name))
        alone, connected = python(source), python(source, network=True)
    assert alone["interfaces"] == ["lo"]
    assert "reached" not in (alone["loopback"], alone["abstract"], alone["away"])
    assert connected["loopback"] == "reached" and connected["interfaces"] == [n for _, n in socket.if_nameindex()]


def test_names_are_resolved_as_on_this_machine_with_the_network_only(isolated: Isolation, run: Run) -> None:
    if not Path("/etc/resolv.conf").is_file():
        pytest.skip("this machine resolves no names by /etc/resolv.conf")
    assert run("cat /etc/resolv.conf", network=True).output == Path("/etc/resolv.conf").read_text()
    assert run("cat /etc/resolv.conf").code != 0


def test_no_other_process_is_seen_and_rights_are_none(isolated: Isolation, python: Callable[..., Any]) -> None:
    told = python(
        "import json, os\n"
        "status = dict(line.rstrip('\\n').split(':\\t', 1) for line in open('/proc/self/status') if ':\\t' in line)\n"
        "print(json.dumps({'pids': [n for n in os.listdir('/proc') if n.isdigit()], 'uid': os.getuid(), 'groups':"
        " os.getgroups(), 'caps': [status['Cap' + n] for n in ('Prm', 'Eff', 'Bnd')], 'new': status['NoNewPrivs']}))"
    )
    assert len(told["pids"]) == 2 and told["uid"] > 65535 and 0 not in told["groups"]
    assert told["caps"] == ["0" * 16] * 3 and told["new"] == "1"


def test_its_end_is_told(isolated: Isolation, run: Run, folder: Path) -> None:
    assert run("exit 7") == Outcome(7, "")
    assert run("kill -TERM $$").code == 128 + signal.SIGTERM
    missing = run_isolated(["no-such-program"], folder=folder, environment={}, timeout=5)
    assert (missing.code, missing.output) == (127, "no-such-program: No such file or directory\n")


@pytest.fixture
def mark() -> str:
    """Seconds that nobody else on this machine sleeps, who runs the same tests perhaps."""
    return f"4321.{uuid.uuid4().int % 10**12:012}"


def alive(mark: str) -> list[int]:
    """Processes with ``mark`` in their command line, this one left out."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and mark.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return [pid for pid in found if pid != os.getpid()]


def test_after_its_time_nothing_of_it_is_left(isolated: Isolation, run: Run, mark: str) -> None:
    begun = time.monotonic()
    done = run(f"(setsid sleep {mark} &) ; echo said; sleep {mark}", timeout=1.5)
    assert time.monotonic() - begun < 30 and done.timed_out and done.code == 137 and done.output == "said\n"
    assert not alive(mark)


def test_what_it_left_in_the_background_ends_with_it(isolated: Isolation, run: Run, mark: str) -> None:
    assert run(f"(setsid sleep {mark} &) ; exit 0").code == 0
    assert not alive(mark)


def test_it_can_be_cancelled(isolated: Isolation, run: Run, mark: str) -> None:
    event = threading.Event()
    threading.Timer(0.3, event.set).start()
    done = run(f"sleep {mark}", cancelled=event)
    assert done.cancelled and not done.timed_out and not alive(mark)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_the_callers_end_is_its_end(namespaces: Isolation, folder: Path, how: signal.Signals, mark: str) -> None:
    code = (
        "from pathlib import Path\nfrom yunfn.isolation import run_isolated\n"
        f"run_isolated(['sleep', '{mark}'], folder=Path({str(folder)!r}), environment={{}}, timeout=60)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "components")}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL) as caller:
        deadline = time.monotonic() + 60
        while not [pid for pid in alive(mark) if pid != caller.pid] and time.monotonic() < deadline:
            time.sleep(0.05)
        assert [pid for pid in alive(mark) if pid != caller.pid]
        caller.send_signal(how)
        caller.wait(60)
    deadline = time.monotonic() + 60
    while alive(mark) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(mark)


def test_lines_are_passed_on_while_it_runs(isolated: Isolation, run: Run, folder: Path) -> None:
    seen: list[str] = []

    def heard(line: str) -> None:
        seen.append(line)
        (folder / "heard").touch()

    # It goes on only once its line was heard.
    done = run("echo one; until [ -e heard ]; do sleep 0.02; done; printf two", on_output=heard)
    assert (done.code, seen) == (0, ["one", "two"])


def test_however_much_it_prints_only_the_end_is_kept(isolated: Isolation, run: Run) -> None:
    done = run("yes | head -c 5000000; echo; echo end")
    assert len(done.output) == 1 << 20 and done.output.endswith("\nend\n")


def test_what_it_leaves_is_made_harmless(isolated: Isolation, run: Run, folder: Path) -> None:
    done = run("mkfifo pipe; ln -s /etc/passwd link; cp /bin/ls set; chmod 6755 set; mkdir shut; chmod 0 shut")
    assert done.code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["link", "set", "shut"]
    assert stat.S_IMODE((folder / "set").stat().st_mode) == 0o755
    assert stat.S_IMODE((folder / "shut").stat().st_mode) == 0o700
    assert (folder / "link").is_symlink() and Path("/etc/passwd").stat().st_uid == 0


def test_files_with_another_name_elsewhere_are_not_changed_there(
    isolated: Isolation, run: Run, folder: Path, tmp_path: Path
) -> None:
    original = tmp_path / "cached"
    original.write_text("cached")
    (folder / "file").hardlink_to(original)
    before = original.stat()
    assert run("echo changed > file").code == 0
    after = original.stat()
    assert original.read_text() == "cached" and (folder / "file").read_text() == "changed\n"
    assert (after.st_uid, after.st_mode, after.st_mtime_ns) == (before.st_uid, before.st_mode, before.st_mtime_ns)


def test_several_run_side_by_side(namespaces: Isolation, tmp_path: Path) -> None:
    done: dict[int, Outcome] = {}

    def one(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        line = f"echo {number} > mine; sleep 0.3; ls; cat mine"
        done[number] = run_isolated(["/bin/sh", "-c", line], folder=folder, environment={}, timeout=20)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: outcome.output for number, outcome in done.items()} == {n: f"mine\n{n}\n" for n in range(6)}


def test_a_machine_that_cannot_says_so_and_names_the_way_out(fallback: Isolation, run: Run, folder: Path) -> None:
    with pytest.raises(IsolationError, match=r"cannot isolate .*forced by a test.*--allow-unsandboxed"):
        run("touch ran")
    assert not (folder / "ran").exists()


def test_a_kernel_that_refuses_this_time_is_quoted(namespaces: Isolation, run: Run, tmp_path: Path) -> None:
    with pytest.raises(IsolationError, match="no-such-folder: No such file or directory"):
        run("true", readable=[tmp_path / "no-such-folder"])


def test_the_folder_is_seen_at_the_same_place_by_everyone(namespaces: Isolation, folder: Path) -> None:
    assert folder_inside(folder) == Path("/build")
