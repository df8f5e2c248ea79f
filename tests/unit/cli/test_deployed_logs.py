"""``yunfn logs`` over clouds of which a test says what they answer: order, times, and each line as often as printed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from unit.cli.two_clouds import CALLER, SPEAKER, TwoClouds, in_place, pausing, yunfn
from unit.deployment.states_of_stacks import fc_function, state
from yunfn.deployment import LogLine
from yunfn.exceptions import StackError

NOON = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def clouds(monkeypatch: pytest.MonkeyPatch) -> TwoClouds:
    made = TwoClouds()
    made.exported = state(*CALLER, *SPEAKER)
    in_place(made, monkeypatch)
    return made


def line(message: str, seconds: float = 0, function: str = "caller", request: str = "r-1") -> LogLine:
    return LogLine(NOON + timedelta(seconds=seconds), function, request, message)


def test_lines_of_several_functions_are_merged_by_time_and_named(clouds: TwoClouds) -> None:
    clouds.looks = {
        "caller": [[line("z", 0), line("c", 2)]],
        "speaker": [[line("b", 1, "speaker"), line("d", 3, "speaker")]],
    }
    done = yunfn("logs")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "2026-01-31T12:00:00Z  caller  z",
        "2026-01-31T12:00:01Z  speaker  b",
        "2026-01-31T12:00:02Z  caller  c",
        "2026-01-31T12:00:03Z  speaker  d",
    ]


def test_one_function_alone_is_not_named(clouds: TwoClouds) -> None:
    clouds.looks = {"caller": [[line("a")]]}
    assert yunfn("logs", "--function", "caller").stdout == "2026-01-31T12:00:00Z  a\n"


def test_in_json_each_line_is_an_object(clouds: TwoClouds) -> None:
    clouds.looks = {"caller": [[line("ä", 0.25), line("nobody's", 1, request="")]]}
    told = [json.loads(each) for each in yunfn("logs", "-f", "caller", "--json").stdout.splitlines()]
    assert told == [
        {"time": "2026-01-31T12:00:00.250000+00:00", "function": "caller", "request_id": "r-1", "message": "ä"},
        {"time": "2026-01-31T12:00:01+00:00", "function": "caller", "request_id": None, "message": "nobody's"},
    ]


def test_a_line_printed_twice_in_one_second_is_told_twice(clouds: TwoClouds) -> None:
    clouds.looks = {"caller": [[line("."), line("."), line(".")]]}
    assert len(yunfn("logs").stdout.splitlines()) == 3


def test_the_call_that_is_asked_for_is_asked_of_each_cloud(clouds: TwoClouds) -> None:
    yunfn("logs", "--request", "r-7")
    assert [(function, request) for function, _, _, request in clouds.read] == [("caller", "r-7"), ("speaker", "r-7")]


@pytest.mark.parametrize(
    ("span", "seconds"), [(None, 3600), ("30s", 30), ("10m", 600), ("2h", 7200), ("3d", 259_200), ("0s", 0)]
)
def test_how_far_back(clouds: TwoClouds, span: str | None, seconds: int) -> None:
    assert yunfn("logs", "-f", "caller", *(("--since", span) if span else ())).exit_code == 0
    ((_, since, until, _),) = clouds.read
    assert abs((until - since).total_seconds() - seconds) < 5
    assert abs((datetime.now(UTC) - until).total_seconds()) < 60


@pytest.mark.parametrize("span", ["", "1", "h", "1w", "-1h", "1.5h", "1h30m", "999999999d"])
def test_what_is_no_span_is_wrong_usage_before_anything_is_asked(clouds: TwoClouds, span: str) -> None:
    done = yunfn("logs", f"--since={span}")
    assert (done.exit_code, clouds.opened) == (2, [])
    assert "--since" in done.stderr


def test_a_very_long_span_begins_with_time(clouds: TwoClouds) -> None:
    assert yunfn("logs", "-f", "caller", "--since", "99999d").exit_code == 0
    assert clouds.read[0][1].year == 1970


def test_follow_tells_each_line_once_though_its_looks_overlap(
    clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    pausing("logs", monkeypatch, last=4)
    clouds.exported = state(*CALLER)
    now = datetime.now(UTC).replace(microsecond=0)

    def at(message: str, ago: int, request: str = "r-1") -> LogLine:
        return LogLine(now - timedelta(seconds=ago), "caller", request, message)

    clouds.looks = {
        "caller": [
            [at("old", 600), at(".", 3), at(".", 3)],
            # One that came late, and another of the same second.
            [at("late", 20), at(".", 3), at(".", 3), at(".", 3)],
            # Whose it is was not known before: that makes it no other line.
            [at("late", 20, "r-2"), at(".", 3), at(".", 3), at(".", 3), at("new", 0)],
            [at(".", 3), at(".", 3), at(".", 3), at("new", 0)],
        ]
    }
    done = yunfn("logs", "--follow")
    assert done.exit_code == 130
    assert [each.partition("Z  ")[2] for each in done.stdout.splitlines()] == ["old", ".", ".", "late", ".", "new"]
    starts = [since for _, since, _, _ in clouds.read]
    assert len(starts) == 4
    assert (now - starts[0]).total_seconds() >= 3595
    assert all(25 < (datetime.now(UTC) - start).total_seconds() < 60 for start in starts[1:])


def test_follow_looks_no_further_back_than_asked(clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch) -> None:
    pausing("logs", monkeypatch, last=3)
    clouds.exported = state(*CALLER)
    yunfn("logs", "--follow", "--since", "1s")
    assert len({since for _, since, _, _ in clouds.read}) == 1


def test_a_function_without_a_log_is_named_and_the_others_are_read(clouds: TwoClouds) -> None:
    clouds.exported = state(fc_function("mute"), *SPEAKER)
    clouds.looks = {"speaker": [[line("b", 1, "speaker")]]}
    done = yunfn("logs")
    assert (done.exit_code, done.stdout) == (0, "2026-01-31T12:00:01Z  speaker  b\n")
    assert done.stderr == "mute: no log project keeps their lines; give their Service a log_project\n"


def test_where_none_has_a_log_that_is_an_error(clouds: TwoClouds) -> None:
    clouds.exported = state(fc_function("mute"), fc_function("dumb"))
    refused = yunfn("logs").exception
    assert isinstance(refused, StackError) and str(refused).startswith("dumb, mute: no log project keeps their lines")
