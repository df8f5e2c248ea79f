"""What the page about rollouts shows is true: its declarations can be carried out, its commands are those there are."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from yunfn.cli.application import application
from yunfn.cli.rollout import application as commands
from yunfn.program.rollout.sources import Probes
from yunfn.program.rollout.strategies import Strategy
from yunfn.rollout.metric import Measure

PAGE = (Path(__file__).parents[3] / "docs" / "rollouts.md").read_text()
BLOCKS = re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PROGRAMS = [block for block in BLOCKS if block.startswith("from ")]


def _strategies(program: str, names: dict[str, Any]) -> Iterator[Strategy]:
    """Run a program of the page but for aliases, which need a stack; every strategy in it."""
    for statement in ast.parse(program).body:
        if isinstance(statement, ast.ImportFrom):
            exec(compile(ast.Module([statement], []), "page", "exec"), names)
            continue
        for found in ast.walk(statement):
            if isinstance(found, ast.Call) and isinstance(found.func, ast.Name):
                value = None if found.func.id == "Alias" else eval(ast.unparse(found), names)
                if isinstance(value, Strategy):
                    yield value


@pytest.mark.parametrize("cloud", ["alibaba", "tencent"])
def test_the_declarations_can_be_carried_out(cloud: str) -> None:
    assert len(PROGRAMS) == 3
    found = []
    for number, program in enumerate(PROGRAMS):
        if cloud == "tencent":
            program = program.replace("yunfn.alibaba", "yunfn.tencent").replace(", RequestMetrics", ", RequestLogs")
        names: dict[str, Any] = {}
        if number == 2:
            exec(f"from yunfn.{cloud} import Steps", names)
        found += _strategies(program, names)
    assert [len(each._steps("live")) for each in found] == [1, 1, 2]
    for each in found:
        source = Probes(["{}"])
        each.specification("live", bucket="b", defaults=dict.fromkeys(Measure, source), logs=["p", "l"])


def test_what_the_tables_name_is_there() -> None:
    rows = re.findall(r"^\| `([A-Z]\w+\(.*?\))`", PAGE, re.MULTILINE)
    assert len(rows) == 12
    given = {"address": "https://prometheus.example", "query": "q", "event": "{}"}
    clouds = [vars(importlib.import_module(f"yunfn.{cloud}")) | given for cloud in ("alibaba", "tencent")]
    for row in rows:
        made = [eval(row.replace(", …", ""), names) for names in clouds if row.partition("(")[0] in names]
        assert len(made) == (1 if (row.endswith("()") and "Monitor" in row) or "Request" in row else 2), row


def test_its_commands_and_no_others_are_there() -> None:
    shown = {line.split()[2] for block in BLOCKS for line in block.splitlines() if line.startswith("yunfn rollout ")}
    assert shown == set(typer.main.get_command(commands).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "line", [line for block in BLOCKS for line in block.splitlines() if re.match("yunfn (rollout|local) ", line)]
)
def test_its_commands_have_those_options(line: str) -> None:
    words = line.partition("#")[0].split()
    command = words[1:3]
    offered = CliRunner().invoke(application, [*command, "--help"], env={"COLUMNS": "200"}).output
    for option in (each for each in words[3:] if each.startswith("-")):
        assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", offered), option
