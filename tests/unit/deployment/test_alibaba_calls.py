"""Whose a line in a function's log is, over one look at it and over several."""

from __future__ import annotations

from yunfn.deployment.alibaba_calls import Calls

ONE, TWO = "1-aa", "1-bb"


def start(call: str, what: str = "Invoke") -> str:
    return f"FC {what} Start RequestId: {call}"


def end(call: str, what: str = "Invoke") -> str:
    return f"FC {what} End RequestId: {call}"


def of(*lines: str, instance: str = "i") -> list[tuple[str, str]]:
    return [(instance, line) for line in lines]


def test_lines_belong_to_the_call_that_they_stand_in() -> None:
    lines = of("before", start(ONE), "a", end(ONE), "between", start(TWO), "b", end(TWO))
    assert Calls().of(lines) == ["", ONE, ONE, ONE, "", TWO, TWO, TWO]


def test_what_is_printed_at_the_first_start_belongs_to_the_call_that_began_it() -> None:
    lines = of(start(ONE, "Initialize"), "ready", end(ONE, "Initialize"), start(ONE), "a", end(ONE))
    assert Calls().of(lines) == [ONE] * 6


def test_instances_side_by_side_keep_apart() -> None:
    lines = [("i", start(ONE)), ("j", start(TWO)), ("i", "a"), ("j", "b"), ("i", end(ONE)), ("j", "c")]
    assert Calls().of(lines) == [ONE, TWO, ONE, TWO, ONE, TWO]


def test_one_instance_with_two_calls_at_once_tells_only_lines_that_name_theirs() -> None:
    lines = of(start(ONE), start(TWO), "whose", f"2026 {TWO} [INFO] mine", end(ONE), "now it is clear", end(TWO))
    assert Calls().of(lines) == [ONE, TWO, "", TWO, ONE, TWO, TWO]


def test_a_call_that_began_before_the_look_is_known_by_its_end() -> None:
    assert Calls().of(of("a", "b", end(ONE), "after")) == [ONE, ONE, ONE, ""]


def test_a_long_call_is_still_known_looks_later() -> None:
    calls = Calls()
    assert calls.of(of(start(ONE), "a")) == [ONE, ONE]
    assert calls.of(of("b")) == [ONE]
    assert calls.of([]) == []
    assert calls.of(of("c", end(ONE), start(TWO), "d")) == [ONE, ONE, TWO, TWO]
    assert calls.of(of("e", end(TWO))) == [TWO, TWO]
    assert calls.of(of("f")) == [""]


def test_looks_that_overlap_say_the_same() -> None:
    calls, lines = Calls(), of("a", end(ONE), start(TWO), "b")
    whole = [ONE, ONE, TWO, TWO]
    assert calls.of(lines) == whole
    assert calls.of(lines) == whole
    # The first line is older than the call that was running last.
    assert calls.of(lines[:3]) == whole[:3]


def test_a_call_that_failed_ends_too() -> None:
    lines = of(start(ONE), "a", f"{end(ONE)}, Error: Unhandled function error", start(TWO), "b", end(TWO))
    assert Calls().of(lines) == [ONE, ONE, ONE, TWO, TWO, TWO]
