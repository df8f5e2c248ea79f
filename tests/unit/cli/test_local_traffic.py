"""Load and versions that fail on purpose, from the command line."""

from __future__ import annotations

import json

import pytest

from unit.cli.command import Yunfn


def test_rules_of_versions_are_set_told_and_ended(started: Yunfn) -> None:
    assert started.inside("local", "version-faults").stdout == "no version fails on purpose\n"
    told = started.inside(
        "local", "version-faults", "tencent:site", "3", "--errors", "0.2", "--latency", "50", "--json"
    )
    (rule,) = json.loads(told.stdout)["rules"]
    assert (rule["function"], rule["version"], rule["errors"], rule["latency_ms"]) == ("default/site", "3", 0.2, 50)
    shown = started.inside("local", "version-faults", "proc", "7", "--errors", "1").stdout
    assert "tencent:default/site" in shown and "alibaba:proc" in shown
    assert started.inside("local", "version-faults", "--stop").stdout == "no version fails on purpose\n"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("version-faults", "proc"), 2, "version"),
        (("version-faults", "aws:proc", "1"), 2, "alibaba:NAME"),
        (("version-faults", "proc", "1", "--errors", "2"), 1, "errors is 0 to 1"),
        (("traffic", "proc", "--for", "long"), 2, "30s"),
        (("traffic", "proc", "--rps", "0"), 1, "rate"),
    ],
)
def test_what_is_wrong_is_told(started: Yunfn, arguments: tuple[str, ...], code: int, told: str) -> None:
    done = started.inside("local", *arguments)
    assert done.returncode == code and told in done.stderr


def test_load_tells_each_second_and_the_whole(started: Yunfn) -> None:
    lines = started.inside("local", "traffic", "nobody", "--rps", "10", "--for", "1s", "--json").stdout.splitlines()
    assert json.loads(lines[-1])["total"]["refused"] == {"FunctionNotFound": 10}
    done = started.inside("local", "traffic", "nobody", "--for", "1s")
    assert "refused FunctionNotFound: 10" in done.stdout
    # Who misspelled a name finds out, and so does a script.
    assert done.returncode == 1
    assert "alibaba:nobody in cn-shanghai, LATEST: no call was let in: FunctionNotFound" in done.stderr
