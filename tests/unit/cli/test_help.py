"""Every command explains itself, and the shell completes its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer
from typer._completion_classes import BashComplete
from typer.main import get_command
from typer.testing import CliRunner

from unit.cli.command import Yunfn
from yunfn import __version__
from yunfn.cli.application import application

RUNNER = CliRunner()


def _leaves(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield path
        return
    for name, each in below.items():
        yield from _leaves(each, (*path, name))


LEAVES = list(_leaves(typer.main.get_command(application), ()))


def test_all_commands_are_there() -> None:
    assert {" ".join(path) for path in LEAVES} == {
        *(
            f"local {name}"
            for name in (
                "run",
                "start",
                "stop",
                "status",
                "env",
                "reset",
                "clock",
                "journal",
                "coverage",
                "transition",
                "faults",
                "denials",
                "version-faults",
                "traffic",
            )
        ),
        *(
            f"rollout {name}"
            for name in (
                "status",
                "watch",
                "promote",
                "pause",
                "resume",
                "abort",
                "retry",
                "drive",
                "history",
            )
        ),
        *(f"artifacts {name}" for name in ("list", "purge", "bucket")),
        *("status", "invoke", "result", "logs"),
        *(f"layer {name}" for name in ("build", "check", "plan", "list", "tree", "lock", "cache")),
        *(f"plugin {name}" for name in ("install", "path")),
        *(f"sts {name}" for name in ("assume", "check")),
        *(f"access {name}" for name in ("lint", "explain", "diff", "simulate", "least")),
    }


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_each_command_has_an_example_of_itself(path: tuple[str, ...], option: str) -> None:
    shown = RUNNER.invoke(application, [*path, option])
    assert shown.exit_code == 0
    words = re.sub(r"\s+", " ", click.unstyle(shown.output))
    assert f"yunfn {' '.join(path)}" in words.partition("Example: ")[2]


@pytest.mark.parametrize("path", [path for path in LEAVES if path not in (("local", "run"), ("local", "journal"))])
def test_each_command_can_answer_in_json(path: tuple[str, ...]) -> None:
    """Except run, whose output is its command's, and journal, which is JSON anyway."""
    assert "--json" in RUNNER.invoke(application, [*path, "--help"]).output


def test_the_root_tells_version_and_exit_codes() -> None:
    assert RUNNER.invoke(application, ["--version"]).output == f"yunfn {__version__}\n"
    shown = RUNNER.invoke(application, ["--help"])
    assert (shown.exit_code, "Exit codes: 0 done" in shown.output) == (0, True)


@pytest.mark.parametrize(
    "wrong", [[], ["cloud"], ["local"], ["local", "begin"], ["local", "run"], ["local", "stop", "-x"]]
)
def test_wrong_usage_ends_with_2(wrong: list[str]) -> None:
    assert RUNNER.invoke(application, wrong).exit_code == 2


def test_no_command_imports_the_clouds_sdks_for_others(yunfn: Yunfn) -> None:
    """They take seconds, and each ``yunfn local`` in a script would pay for them."""
    done = yunfn("local", "status", PYTHONPROFILEIMPORTTIME="1")
    assert "yunfn.localcloud.connection" in done.stderr
    assert not re.search(r"\b(oss2|aliyunsdkcore|alibabacloud\w*|pulumi\w*)\b", done.stderr)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("yunfn loc", {"local"}),
        ("yunfn local st", {"start", "stop", "status"}),
        ("yunfn local start --p", {"--port"}),
        ("yunfn rollout re", {"resume", "retry"}),
    ],
)
def test_the_shell_completes(yunfn: Yunfn, words: str, expected: set[str]) -> None:
    completed = yunfn(_YUNFN_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(words.count(" ")))
    assert set(completed.stdout.split()) == expected


@pytest.mark.parametrize(
    ("words", "incomplete", "expected"),
    [
        ("access lint --ignore", "YF-RAM-01", {f"YF-RAM-{number:03}" for number in range(10, 20)}),
        ("access lint --managed", "QcloudCOSF", {"QcloudCOSFullAccess"}),
        ("access lint -s", "de", {"dev"}),
        ("rollout abort -s", "de", {"dev"}),
        ("access least --stack", "de", {"dev"}),
        ("access simulate --action", "mn", {"mns:"}),
        ("access simulate --action", "cos:HeadO", {"cos:HeadObject"}),
        ("sts assume --accept", "YF-CAM-019", {"YF-CAM-019"}),
    ],
)
def test_values_are_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, incomplete: str, expected: set[str]
) -> None:
    (tmp_path / "Pulumi.dev.yaml").touch()
    monkeypatch.chdir(tmp_path)
    found = BashComplete(get_command(application), {}, "yunfn", "_YUNFN_COMPLETE").get_completions(
        words.split(), incomplete
    )
    assert {each.value for each in found} == expected
