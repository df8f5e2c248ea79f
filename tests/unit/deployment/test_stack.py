"""What the Pulumi CLI says of a stack, by a command of its name that the test writes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from unit.deployment.states_of_stacks import scf_function, state
from yunfn.deployment import export, run_under_way
from yunfn.exceptions import MissingToolError, StackError

EXPORTED = state(pending=(("creating", scf_function("new")),))


def _pulumi(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """A ``pulumi`` that does what ``body`` says and notes its arguments."""
    file, arguments = folder / "pulumi", folder / "arguments"
    file.write_text(f'#!/bin/sh\necho "$@" > {arguments}\n{body}\n')
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return arguments


def test_the_state_is_exported_with_its_secrets_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _pulumi(tmp_path, monkeypatch, f"echo '{json.dumps(EXPORTED)}'")
    assert export("dev") == EXPORTED
    assert asked.read_text().split() == ["stack", "export", "--stack", "dev", "--non-interactive"]


def test_a_refusal_is_one_sentence_in_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pulumi(tmp_path, monkeypatch, "printf \"error: no stack named 'dev'\\n  found\\n\" >&2; exit 255")
    with pytest.raises(StackError, match=r"^stack dev: no stack named 'dev' found$"):
        export("dev")


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions", "yunfn local run"),
        ("if you're using the --stack flag, pass the fully qualified name (organization/project/stack)", "Pulumi.yaml"),
    ],
)
def test_what_pulumi_does_not_say_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, hint: str
) -> None:
    _pulumi(tmp_path, monkeypatch, f'echo "error: {said}" >&2; exit 255')
    with pytest.raises(StackError, match=hint) as refused:
        export("dev")
    assert said in str(refused.value)


@pytest.mark.parametrize("said", ["EOF", "unexpected end of JSON input"])
def test_a_state_that_a_run_is_writing_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr("yunfn.deployment.stack._PAUSE", 0.01)
    looks = tmp_path / "looks"
    refuses = f"echo x >> {looks}; echo 'error: failed to load checkpoint: {said}' >&2; exit 255"
    _pulumi(tmp_path, monkeypatch, f"if [ -e {looks} ]; then echo '{json.dumps(EXPORTED)}'; else {refuses}; fi")
    assert export("dev") == EXPORTED
    _pulumi(tmp_path, monkeypatch, refuses)
    looks.unlink()
    with pytest.raises(StackError, match=f"failed to load checkpoint: {said}"):
        export("dev")
    assert len(looks.read_text().split()) == 5


@pytest.mark.parametrize(
    ("body", "expected"),
    [("exit 3", "pulumi stack export ended with 3"), ("echo hello", "pulumi stack export did not answer in JSON")],
)
def test_what_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, expected: str
) -> None:  # fmt: skip
    _pulumi(tmp_path, monkeypatch, body)
    with pytest.raises(StackError, match=expected):
        export("dev")


def test_without_pulumi_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="pulumi is not on PATH"):
        export("dev")


def _lock(backend: Path, pid: int, host: str = "", project: str = "shop", stack: str = "dev") -> None:
    folder = backend / ".pulumi" / "locks" / "organization" / project / stack
    folder.mkdir(parents=True)
    content = {
        "pid": pid,
        "username": "u",
        "hostname": host or socket.gethostname(),
        "timestamp": "2026-01-01T00:00:00Z",
    }
    (folder / "0b61.json").write_text(json.dumps(content))


@pytest.fixture
def ended() -> int:
    """The id of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def _backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str = "") -> Path:
    folder = tmp_path / "state of stacks"
    folder.mkdir()
    told = url or f"file://{str(folder).replace(' ', '%20')}?no_tmp_dir=true"
    _pulumi(tmp_path, monkeypatch, f"""echo '{{"user": "u", "url": "{told}"}}'""")
    return folder


def test_a_lock_whose_process_lives_is_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _lock(_backend(tmp_path, monkeypatch), os.getpid())
    assert run_under_way(EXPORTED, "dev") is True


def test_a_lock_of_another_machine_is_one_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: int) -> None:
    _lock(_backend(tmp_path, monkeypatch), ended, host="elsewhere")
    assert run_under_way(EXPORTED, "dev") is True


def test_a_lock_that_a_killed_run_left_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: int) -> None:
    _lock(_backend(tmp_path, monkeypatch), ended)
    assert run_under_way(EXPORTED, "dev") is False


def test_locks_of_other_stacks_and_none_at_all_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = _backend(tmp_path, monkeypatch)
    assert run_under_way(EXPORTED, "dev") is False
    _lock(backend, os.getpid(), project="other")
    _lock(backend, os.getpid(), stack="prod")
    assert run_under_way(EXPORTED, "dev") is False


@pytest.mark.parametrize("url", ["https://api.pulumi.com/u", "s3://states"])
def test_of_a_state_elsewhere_nobody_can_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    _backend(tmp_path, monkeypatch, url)
    assert run_under_way(EXPORTED, "dev") is None
