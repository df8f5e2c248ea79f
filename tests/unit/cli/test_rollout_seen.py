"""``yunfn rollout status``, ``watch`` and ``history``: what is shown of rollouts, and how they end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.cli.rolling_stack import RollingStack, at, in_place
from unit.deployment.test_rollouts import rolling_fc, state
from unit.rollout.records_of_rollouts import BEGAN, HOLDER, Writer, promoted, rejected, waiting
from yunfn.rollout.event import Ended, Measured, decode, encode
from yunfn.rollout.phase import Phase

# The first step of the one in progress was measured 61 s after its beginning.
MEASURED = BEGAN + 2 * 86_400 + 61


@pytest.fixture
def stack() -> Iterator[RollingStack]:
    with in_place(RollingStack()) as stack:
        yield stack


def _lines(text: str) -> list[str]:
    """With runs of spaces as one."""
    return [" ".join(line.split()) for line in text.splitlines()]


class TestStatus:
    def test_one_in_progress(self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch) -> None:
        stack.hold(promoted(), rejected(), waiting())
        at(monkeypatch, MEASURED + 30, "status")
        done = stack("status")
        assert done.exit_code == 0, done.output
        assert _lines(done.stdout) == [
            "alias phase versions calls step last verdict driven by reason",
            "live Progressing 5 over 3 99 % to 3, 1 % to 5 1 of 4, 3 min 30 s left errors success, p95 success, "
            "30 s ago",
        ]
        assert stack.opened[0].bucket == "artifacts"

    @pytest.mark.parametrize(("age", "code"), [(119, 0), (121, 3), (100_000, 3)])
    def test_a_verdict_older_than_two_intervals_ends_with_3(
        self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch, age: float, code: int
    ) -> None:
        stack.hold(waiting())
        at(monkeypatch, MEASURED + age, "status")
        done = stack("status", "live")
        assert done.exit_code == code
        said = f"live: no verdict on errors for {age} s, it is due every 60 s: yunfn rollout drive -s dev live\n"
        assert done.stderr == (said if code else "")

    @pytest.mark.parametrize("age", [0, 1_000_000])
    def test_what_has_ended_needs_nobody(
        self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch, age: float
    ) -> None:
        stack.hold(promoted(), rejected())
        at(monkeypatch, BEGAN + 2 * 86_400 + age, "status")
        done = stack("status")
        assert done.exit_code == 0
        assert "Failed 4 over 3 all to 3 errors failure, p95 success errors: 20 % of 400" in _lines(done.stdout)[1]

    def test_a_rejected_one_that_may_come_again_says_so(self, stack: RollingStack) -> None:
        stack.hold(rejected())
        assert "may try again" not in stack("status").stdout
        assert stack("retry").exit_code == 0
        assert stack("status").stdout.rstrip().endswith("; may try again, by a retry")

    def test_a_driver_whose_clock_is_ahead_has_measured_just_now(
        self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stack.hold(waiting())
        at(monkeypatch, MEASURED - 3, "status")
        assert "errors success, p95 success, 0 s ago" in _lines(stack("status").stdout)[1]

    def test_before_the_first_weight_it_is_neglected_too(
        self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stack.hold(Writer(1, "4", "3").recorded())
        at(monkeypatch, BEGAN + 100, "status")
        assert stack("status").exit_code == 0
        at(monkeypatch, BEGAN + 121, "status")
        done = stack("status")
        assert (done.exit_code, "nobody has driven it for 121 s" in done.stderr) == (3, True)

    def test_json_has_it_all(self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch) -> None:
        stack.hold(waiting())
        at(monkeypatch, MEASURED + 200, "status")
        done = stack("status", "--json")
        assert done.exit_code == 3
        (document,) = json.loads(done.stdout)
        verdicts = document.pop("verdicts")
        assert [(each["metric"], each["outcome"], each["at"]) for each in verdicts] == [
            ("errors", "success", MEASURED),
            ("p95", "success", MEASURED),
        ]
        steps = [{"weight": weight, "seconds": 300.0} for weight in ("0.01", "0.05", "0.2", "0.5")]
        assert document == {
            "name": "live",
            "cloud": "alibaba",
            "region": "cn-shanghai",
            "namespace": None,
            "function": "dev-orders",
            "alias": "live",
            "rollout": 3,
            "phase": "Progressing",
            "stable": "3",
            "candidate": "5",
            "weight": "0.01",
            "step": 1,
            "steps": steps,
            "began": BEGAN + 2 * 86_400,
            "ended": None,
            "reason": None,
            "rejected": False,
            "driver": None,
            "neglected": "no verdict on errors for 200 s, it is due every 60 s",
        }

    def test_where_there_was_none_yet(self, stack: RollingStack) -> None:
        done = stack("status")
        assert (done.exit_code, _lines(done.stdout)[1]) == (0, "live none yet")
        assert json.loads(stack("status", "--json").stdout)[0]["rollout"] is None


class TestWatch:
    def test_it_tells_what_was_and_ends_as_the_rollout_did(self, stack: RollingStack) -> None:
        stack.hold(promoted())
        done = stack("watch")
        assert done.exit_code == 0
        lines = done.stdout.splitlines()
        assert lines[0] == (
            "2026-11-22T04:00:00Z  rollout 1 of 3 over 2: 1, 5, 20, 50 % for 5 min each, then all: 20 min at least"
        )
        assert [line.partition("  ")[2] for line in lines if "  step " in line] == [
            "step 1 of 4: 99 % to 2, 1 % to 3",
            "step 2 of 4: 95 % to 2, 5 % to 3",
            "step 3 of 4: 80 % to 2, 20 % to 3",
            "step 4 of 4: 50 % to 2, 50 % to 3",
        ]
        # Measurements that come out as before are told by --measurements only.
        assert sum("errors: success" in line for line in lines) == 1
        assert lines[-1].endswith("  Succeeded")
        assert sum("errors: success" in line for line in stack("watch", "--measurements").stdout.splitlines()) == 16

    def test_a_rejected_candidate_ends_with_1(self, stack: RollingStack) -> None:
        stack.hold(rejected())
        done = stack("watch", "live")
        assert done.exit_code == 1
        assert "errors: failure, 20 %" in done.stdout and "4 is rejected, 3 is put back" in done.stdout

    def test_it_follows_one_event_after_the_other(self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = rejected()
        events = [encode(event) for event in whole.events]
        clock = at(monkeypatch, whole.began.at, "watch")
        stack.logs["live"].objects[whole.number, 1] = events[0]

        def one_more() -> None:
            count = len(stack.logs["live"].objects)
            if count < len(events):
                stack.logs["live"].objects[whole.number, count + 1] = events[count]

        clock.then = one_more
        followed = stack("watch")
        at_once = stack("watch")
        assert followed.stdout == at_once.stdout
        assert clock.pauses == len(events) - 2, "it ended with Ended, before Released"

    def test_json_is_a_line_an_event(self, stack: RollingStack) -> None:
        stack.hold(rejected())
        lines = [json.loads(line) for line in stack("watch", "--json").stdout.splitlines()]
        assert [line["event"] for line in lines] == [json.loads(encode(each))["event"] for each in rejected().events]
        assert {(line["name"], line["rollout"]) for line in lines} == {("live", 2)}

    def test_it_goes_on_with_the_one_that_superseded(
        self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = Writer(1, "4", "2")
        old.shift(0, "0.01")
        stack.hold(old.end(Phase.SUPERSEDED, "5 came"))
        clock = at(monkeypatch, BEGAN, "watch")
        clock.then = lambda: stack.hold(promoted(2)) if clock.pauses == 2 else None
        done = stack("watch")
        assert done.exit_code == 0
        assert "Superseded: 5 came" in done.stdout and "rollout 2 of 3 over 2" in done.stdout

    def test_a_superseded_one_with_nothing_after_it_is_the_end(
        self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stack.hold(Writer(1, "4", "2").end(Phase.SUPERSEDED))
        at(monkeypatch, BEGAN, "watch")
        assert stack("watch").exit_code == 1

    def test_it_says_once_that_nobody_drives(self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch) -> None:
        recorded = waiting()
        stack.hold(recorded)
        clock = at(monkeypatch, MEASURED, "watch")

        def end() -> None:
            if clock.now > MEASURED + 300:
                ended = Ended(at=clock.now, holder=HOLDER, phase=Phase.ABORTED, reason="enough")
                stack.logs["live"].objects[recorded.number, len(recorded.events) + 1] = encode(ended)

        clock.then = end
        done = stack("watch")
        assert (done.exit_code, done.stderr.count("no verdict on errors for 122 s")) == (1, 1)

    def test_without_a_rollout_it_says_so(self, stack: RollingStack) -> None:
        done = stack("watch")
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", "live: no rollout yet\n")


class TestHistory:
    def test_a_table_of_all(self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch) -> None:
        stack.hold(promoted(), rejected(), waiting())
        at(monkeypatch, MEASURED, "history")
        assert _lines(stack("history").stdout) == [
            "alias rollout began (UTC) versions phase lasted reason",
            "live 1 2026-11-22 04:00:00 3 over 2 Succeeded 30 min 39 s every step passed",
            "live 2 2026-11-23 04:00:00 4 over 3 Failed 6 min 4 s "
            "errors: 20 % of 400 against 0.5 % of 8000 calls <script>alert(1)</script>",
            "live 3 2026-11-24 04:00:00 5 over 3 Progressing 1 min 1 s",
        ]

    def test_json_is_complete(self, stack: RollingStack) -> None:
        stack.hold(promoted(), rejected())
        (document,) = json.loads(stack("history", "--json").stdout)
        assert document["function"] == "dev-orders" and document["alias"] == "live"
        first, second = document["rollouts"]
        assert (first["phase"], second["phase"], second["rejected"]) == ("Succeeded", "Failed", True)
        again = [decode(json.dumps(event).encode()) for event in second["events"]]
        assert tuple(again) == rejected().events
        assert any(isinstance(event, Measured) for event in again)

    def test_the_page_is_written_beside_the_json(self, stack: RollingStack, tmp_path: Path) -> None:
        stack.hold(promoted(), rejected())
        file = tmp_path / "rollouts.html"
        done = stack("history", "--html", str(file))
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"wrote {file}\n")
        assert "Rollouts of stack dev" in file.read_text() and file.read_text().count("<svg") == 8
        assert json.loads(stack("history", "--json", "--html", str(file)).stdout)

    def test_a_page_that_cannot_be_written_is_an_error(self, stack: RollingStack, tmp_path: Path) -> None:
        done = stack("history", "--html", str(tmp_path / "none" / "x.html"))
        assert isinstance(done.exception, FileNotFoundError)

    def test_where_there_was_none_yet(self, stack: RollingStack) -> None:
        assert stack("history").stdout == "no rollout yet\n"


class TestSelection:
    def test_both_clouds_side_by_side(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with in_place(RollingStack(one=False)) as stack:
            stack.hold(waiting())
            at(monkeypatch, MEASURED, "status")
            assert [line.split()[:2] for line in _lines(stack("status").stdout)[1:]] == [
                ["live", "Progressing"],
                ["site-alias", "none"],
            ]
            assert [each.name for each in stack.opened] == ["live", "site-alias"]

    @pytest.mark.parametrize("name", ["live", "alibaba:live", "dev-orders", "dev-orders:live"])
    def test_an_alias_has_many_names(self, stack: RollingStack, name: str) -> None:
        assert stack("status", name).exit_code == 0

    def test_an_unknown_one_is_refused_with_those_there_are(self, stack: RollingStack) -> None:
        done = stack("status", "lively")
        assert str(done.exception) == "stack dev has no alias lively with a rollout; it has live"

    def test_a_stack_without_any(self, stack: RollingStack) -> None:
        stack.exported = {}
        assert "stack dev has no alias with a rollout: Alias(rollout=" in str(stack("history").exception)

    def test_one_that_the_state_does_not_tell_of_is_found_by_its_record(self, stack: RollingStack) -> None:
        stack.exported = state(rolling_fc(rollout=None))
        assert "has no alias with a rollout" in str(stack("status").exception)
        stack.hold(rejected(1))
        assert "4 over 3" in stack("status", "live").stdout
        assert "4, which rollout 1 rejected, may try again" in stack("retry").stdout
        assert {each.bucket for each in stack.opened} == {"yunfn-artifacts-1000000000000001-cn-shanghai"}
