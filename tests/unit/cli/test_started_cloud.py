"""``yunfn local status, env, clock, journal, reset, coverage`` against one started cloud."""

from __future__ import annotations

import json
import shlex
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from unit.cli.command import Yunfn

_WHO = "curl -sS https://sts.cn-shanghai.aliyuncs.com/?Action=GetCallerIdentity"


def _clock(yunfn: Yunfn, *arguments: str) -> dict[str, float | str]:
    done = yunfn("local", "clock", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    document: dict[str, float | str] = json.loads(done.stdout)
    return document


def test_status_shows_the_cloud_in_words_and_in_json(started: Yunfn) -> None:
    document = json.loads(started("local", "status", "--json").stdout)
    assert document["account"] == started.home.account
    assert document["home"] == str(started.home.folder)
    shown = started("local", "status").stdout
    assert f"account               {started.home.account}\n" in shown
    assert "clock offset seconds  " in shown


def test_lines_of_status_are_neither_wrapped_nor_cut(started: Yunfn) -> None:
    shown = started("local", "status", COLUMNS="40").stdout
    assert f"  {started.home.folder}\n" in shown
    assert "…" not in shown


@pytest.mark.parametrize("command", ["status", "env", "reset", "clock", "journal"])
def test_where_no_cloud_runs_it_is_said_how_to_start_one(yunfn: Yunfn, command: str) -> None:
    done = yunfn("local", command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: no local cloud runs at {yunfn.home.folder}; start one: yunfn local start\n"


def test_a_shell_that_evaluates_env_is_in_the_cloud(started: Yunfn) -> None:
    planted = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI5tREAL",
        "ALIBABA_CLOUD_SECURITY_TOKEN": "realToken",
        "PULUMI_ACCESS_TOKEN": "pul-real",
    }
    script = f'eval "$({shlex.join(started.command("local", "env"))})" && env'
    shown = subprocess.run(
        ["sh", "-c", script], env=started.variables | planted, capture_output=True, text=True, check=True
    ).stdout
    variables = dict(line.split("=", 1) for line in shown.splitlines())
    assert variables["ALIBABA_CLOUD_ACCESS_KEY_ID"] == started.home.owner_key.id
    assert variables["YUNFN_LOCAL"] == str(started.home.folder)
    assert not {"ALIBABA_CLOUD_SECURITY_TOKEN", "PULUMI_ACCESS_TOKEN"} & set(variables)


def test_env_as_json_is_the_same(started: Yunfn) -> None:
    document = json.loads(started("local", "env", "--json", PULUMI_ACCESS_TOKEN="pul-real").stdout)
    assert document["unset"] == ["PULUMI_ACCESS_TOKEN"]
    assert document["set"]["ALICLOUD_SECRET_KEY"] == started.home.owner_key.secret


def test_the_clock_moves_by_durations_and_to_times(started: Yunfn) -> None:
    _clock(started, "--move", "15m")
    assert _clock(started)["offset_seconds"] == 900
    _clock(started, "--move", "-900")
    assert _clock(started)["offset_seconds"] == 0
    target = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    reached = datetime.fromisoformat(str(_clock(started, "--move", target.isoformat())["now"]))
    assert target <= reached < target + timedelta(seconds=30)
    _clock(started, "--move", f"{-float(_clock(started)['offset_seconds'])}")


@pytest.mark.parametrize("move", ["soon", "1e99", "2026-12-24T18:00:00", "", "1w"])
def test_what_is_no_duration_and_no_time_is_wrong_usage(started: Yunfn, move: str) -> None:
    assert started("local", "clock", "--move", move).returncode == 2


@pytest.mark.parametrize("move", ["999999999999d", "-99999d", "9999-01-01T00:00:00Z"])
def test_a_clock_beyond_all_calendars_is_refused_and_the_cloud_goes_on(started: Yunfn, move: str) -> None:
    done = started("local", "clock", "--move", move)
    assert done.returncode == 1
    assert done.stderr == "error: the local cloud refused: the cloud's clock goes from the year 2000 to 2999\n"
    assert _clock(started)["offset_seconds"] == 0


def test_the_journal_lists_requests_and_unknown_hosts_apart(started: Yunfn) -> None:
    assert started("local", "run", "--", "sh", "-c", _WHO).returncode == 0
    assert started("local", "run", "--", "curl", "-sS", "https://example.com").returncode != 0
    lines = [json.loads(line) for line in started("local", "journal").stdout.splitlines()]
    assert {"time", "service", "operation", "resource", "status", "ms"} <= set(lines[0])
    assert [line["status"] for line in lines if line["operation"] == "GetCallerIdentity"] == [400]
    unknown = [json.loads(line)["resource"] for line in started("local", "journal", "--unknown").stdout.splitlines()]
    assert unknown == ["example.com"]


def test_a_reader_that_ends_early_is_no_error(started: Yunfn) -> None:
    script = f"{shlex.join(started.command('local', 'journal'))} | head -n 0"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], env=started.variables, capture_output=True)
    assert done.stderr == b""


def test_reset_asks_first_and_empties_the_cloud_but_not_its_account(started: Yunfn) -> None:
    account = started.home.account
    started("local", "run", "--", "curl", "-sS", "https://example.com")
    (started.home.pulumi / "stacks").mkdir()
    (started.home.pulumi / "stacks" / "dev.json").write_text("{}")
    refused = started("local", "reset", stdin="n\n")
    assert refused.returncode == 1
    assert started("local", "journal").stdout
    assert json.loads(started("local", "reset", "--yes", "--json").stdout) == {"reset": True}
    assert started("local", "journal").stdout == ""
    assert list(started.home.pulumi.iterdir()) == []
    assert started.home.account == account
    assert started.home.pulumi.stat().st_mode & 0o777 == 0o700


def test_coverage_is_the_same_in_all_its_forms(started: Yunfn) -> None:
    table = json.loads(started("local", "coverage", "--json").stdout)
    words, page = started("local", "coverage").stdout, started("local", "coverage", "--markdown").stdout
    assert all("GetCallerIdentity" in table[name] for name in ("alibaba sts", "tencent sts"))
    for name, operations in table.items():
        assert f"{name} ({len(operations)}): {', '.join(operations)}\n" in words
        assert f"## {name} ({len(operations)})\n" in page
