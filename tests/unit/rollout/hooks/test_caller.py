"""Hooks of either kind: in time, stopped, judged; functions on both clouds."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from support.served_alias import FcAlias, ServedAlias
from yunfn.exceptions import CloudAnswerError
from yunfn.rollout.callers.fc import FcCaller
from yunfn.rollout.callers.scf import ScfCaller
from yunfn.rollout.calling import CallAnswer, Ending
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.hook import FunctionCall, HttpCall, Moment
from yunfn.rollout.hooks import caller
from yunfn.rollout.hooks.caller import Hooks

PLACE = AliasPlace("tencent", "125", "ap-shanghai", "team", "shop", "live")
FACTS = {"stable": "1", "candidate": "2", "weight": "0.1", "moment": "step"}


class Functions:
    """A cloud's functions: each answers what it is called by, ``wait`` seconds later."""

    def __init__(self, answer: CallAnswer | Exception | None = None) -> None:
        self.answer = answer
        self.called: list[tuple[Any, ...]] = []
        self.slow = threading.Event()
        self.slow.set()

    def call(
        self, function: str, qualifier: str, event: str, *, namespace: str = "", timeout: float = 60.0
    ) -> CallAnswer:
        self.called.append((function, namespace, qualifier, event, timeout))
        self.slow.wait(20)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or CallAnswer(Ending.ANSWERED, event, 1.0)


def function(**more: Any) -> FunctionCall:
    return FunctionCall(**{"name": "smoke", "moment": Moment.BEFORE, "timeout": 5.0, **more})


def never() -> bool:
    return False


def test_no_function_is_the_candidate_and_no_event_the_rollout_itself() -> None:
    functions = Functions()
    assert Hooks(PLACE, functions).call(function(), FACTS, never).passed
    ((name, namespace, qualifier, event, timeout),) = functions.called
    assert (name, namespace, qualifier, timeout) == ("shop", "team", "2", 5.0)
    assert json.loads(event) == FACTS | {
        "cloud": "tencent",
        "region": "ap-shanghai",
        "namespace": "team",
        "function": "shop",
        "alias": "live",
        "hook": "smoke",
    }


@pytest.mark.parametrize(("cloud", "usual"), [("tencent", "$DEFAULT"), ("alibaba", "LATEST")])
def test_another_function_is_called_as_clients_call_it(cloud: str, usual: str) -> None:
    functions = Functions()
    hooks = Hooks(AliasPlace(cloud, "125", "r", "team", "shop", "live"), functions)
    hooks.call(function(function="judge", event="{}"), FACTS, never)
    hooks.call(function(function="judge", namespace="court", qualifier="7", event="{}"), FACTS, never)
    assert functions.called == [("judge", "team", usual, "{}", 5.0), ("judge", "court", "7", "{}", 5.0)]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (CallAnswer(Ending.FAILED, "it broke", 1.0, "r-1"), "the function failed: it broke (request r-1)"),
        (CallAnswer(Ending.REFUSED, "too many", 1.0), "the function refused: too many (request -)"),
        (CloudAnswerError("FC InvokeFunction: FunctionNotFound"), "FC InvokeFunction: FunctionNotFound"),
        (ValueError("surprise"), "ValueError: surprise"),
    ],
)
def test_whatever_goes_wrong_is_a_hook_that_did_not_pass(answer: Any, words: str) -> None:
    result = Hooks(PLACE, Functions(answer)).call(function(), FACTS, never)
    assert (result.passed, result.answer) == (False, words)


@pytest.mark.parametrize(
    ("expect", "passes", "words"),
    [
        (r'"ok":\s*true', True, '{"ok": true}'),
        ("^done$", False, "expect='^done$' is not in its answer: {\"ok\": true}"),
        ("(", False, "expect='(' is no regular expression"),
    ],
)
def test_what_the_answer_must_hold(expect: str, passes: bool, words: str) -> None:
    answer = CallAnswer(Ending.ANSWERED, '{"ok": true}', 1.0)
    result = Hooks(PLACE, Functions(answer)).call(function(expect=expect), FACTS, never)
    assert result.passed is passes and result.answer.startswith(words)


def test_of_a_long_answer_the_beginning_is_kept_and_all_is_looked_into() -> None:
    text = "x" * 5000 + "the end"
    result = Hooks(PLACE, Functions(CallAnswer(Ending.ANSWERED, text, 1.0))).call(
        function(expect="the end$"), FACTS, never
    )
    assert result.passed and result.answer == "x" * 1000 + "… (5007 characters)"


def test_it_ends_in_its_time_whatever_is_called() -> None:
    functions = Functions()
    functions.slow.clear()
    result = Hooks(PLACE, functions).call(function(timeout=0.2), FACTS, never)
    functions.slow.set()
    assert (result.passed, result.answer) == (False, "no answer in 0.2 s")
    assert 0.2 <= result.seconds < 2


def test_it_is_given_up_when_it_is_stopped() -> None:
    functions, stopped = Functions(), threading.Event()
    functions.slow.clear()
    threading.Timer(0.1, stopped.set).start()
    result = Hooks(PLACE, functions).call(function(timeout=15.0), FACTS, stopped.is_set)
    functions.slow.set()
    assert not result.passed and "stopped" in result.answer
    assert result.seconds < 5


def test_one_that_was_stopped_before_is_not_called() -> None:
    functions = Functions()
    result = Hooks(PLACE, functions).call(function(), FACTS, lambda: True)
    assert not result.passed and functions.called == []


def test_http_hooks_are_told_of_the_rollout(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[HttpCall, str]] = []

    def call(hook: HttpCall, body: str) -> str:
        sent.append((hook, body))
        return "fine"

    monkeypatch.setattr(caller, "call_http", call)
    hook = HttpCall(name="tell", moment=Moment.AFTER, url="https://example.com/")
    result = Hooks(PLACE, Functions()).call(hook, FACTS, never)
    assert (result.passed, result.answer) == (True, "fine")
    ((asked, body),) = sent
    assert asked is hook and json.loads(body)["candidate"] == "2" and json.loads(body)["hook"] == "tell"


# Functions as the clouds run them


@pytest.fixture
def hooks(served: ServedAlias) -> Hooks:
    session: Any = served.session  # type: ignore[attr-defined]
    return Hooks(served.place, FcCaller(session) if isinstance(served, FcAlias) else ScfCaller(session))


def test_the_candidate_answers_before_it_serves_anybody(hooks: Hooks, served: ServedAlias) -> None:
    result = hooks.call(function(timeout=30.0, event='{"order": 7}', expect="order.*7.*said.*v2"), FACTS, never)
    assert result.passed, result.answer
    assert served.found()[:2] == ("1", {})
    assert hooks.call(function(timeout=30.0, qualifier="live", expect="v1"), FACTS, never).passed


def test_a_function_that_fails_is_told_in_its_own_words(hooks: Hooks) -> None:
    result = hooks.call(function(timeout=30.0, event='{"fail": "no such order"}'), FACTS, never)
    assert not result.passed and "no such order" in result.answer


def test_a_function_that_takes_longer_than_it_may(hooks: Hooks) -> None:
    hooks.call(function(timeout=30.0, event="{}"), FACTS, never)
    began = time.monotonic()
    result = hooks.call(function(timeout=0.6, event='{"sleep": 3}'), FACTS, never)
    assert not result.passed and "no answer" in result.answer
    assert time.monotonic() - began < 2.5


def test_a_function_or_version_that_is_not_there(hooks: Hooks) -> None:
    for missing in (function(function="nobody", event="{}"), function(qualifier="99", event="{}")):
        result = hooks.call(missing, FACTS, never)
        assert not result.passed and "request" in result.answer
