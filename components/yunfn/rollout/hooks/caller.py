"""Calls hooks of any kind: within their time, given up when it is stopped, and never an error."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from typing import Final, assert_never

from yunfn.exceptions import RolloutError, YunfnError
from yunfn.rollout.calling import Ending, FunctionCaller
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.hook import FunctionCall, Hook, HookResult, HttpCall
from yunfn.rollout.hooks.http import call_http

# Characters of an answer that are kept in the record.
_KEPT: Final = 1000
_LOOK: Final = 0.05


class Hooks:
    """Calls the hooks of rollouts of the alias at ``place``: a HookCaller (see there).

    Hooks without an event or body of their own get a JSON object with ``facts``, the ``hook``, and ``cloud``,
    ``region``, ``namespace``, ``function`` and ``alias``.
    """

    def __init__(self, place: AliasPlace, functions: FunctionCaller) -> None:
        self._place = place
        self._functions = functions

    def call(self, hook: Hook, facts: dict[str, str], cancelled: Callable[[], bool]) -> HookResult:
        """See HookCaller."""
        began = time.monotonic()
        if cancelled():
            return HookResult(passed=False, answer="was stopped before it was called", seconds=0.0)
        found: list[tuple[bool, str]] = []
        done = threading.Event()

        def run() -> None:
            try:
                found.append(self._judged(hook, self._asked(hook, facts)))
            except YunfnError as error:
                found.append((False, str(error)))
            except Exception as error:
                found.append((False, f"{type(error).__name__}: {error}"))
            finally:
                done.set()

        # A daemon: one that hangs in the network must keep neither the rollout nor the interpreter.
        threading.Thread(target=run, name=f"hook {hook.name}", daemon=True).start()
        passed, answer = self._waited(hook, found, done, began + hook.timeout, cancelled)
        return HookResult(passed=passed, answer=_shortened(answer), seconds=time.monotonic() - began)

    def _waited(
        self,
        hook: Hook,
        found: list[tuple[bool, str]],
        done: threading.Event,
        end: float,
        cancelled: Callable[[], bool],
    ) -> tuple[bool, str]:
        while not done.wait(_LOOK):
            if cancelled():
                return False, "was stopped before it had an answer"
            if time.monotonic() >= end:
                return False, f"no answer in {hook.timeout:g} s"
        return found[0]

    def _asked(self, hook: Hook, facts: dict[str, str]) -> str:
        match hook:
            case HttpCall():
                return call_http(hook, self._told(hook, facts))
            case FunctionCall():
                return self._called(hook, facts)
            case _:
                assert_never(hook)

    def _called(self, hook: FunctionCall, facts: dict[str, str]) -> str:
        place = self._place
        # What clients call who name none.
        usual = "LATEST" if place.cloud == "alibaba" else "$DEFAULT"
        answer = self._functions.call(
            hook.function or place.function,
            hook.qualifier or (usual if hook.function else facts["candidate"]),
            hook.event or self._told(hook, facts),
            namespace=hook.namespace or place.namespace,
            timeout=hook.timeout,
        )
        if answer.ending is not Ending.ANSWERED:
            raise RolloutError(f"the function {answer.ending}: {answer.text} (request {answer.request_id or '-'})")
        return answer.text

    def _told(self, hook: Hook, facts: dict[str, str]) -> str:
        place = self._place
        where = {"cloud": place.cloud, "region": place.region, "namespace": place.namespace}
        return json.dumps({**where, "function": place.function, "alias": place.alias, "hook": hook.name, **facts})

    def _judged(self, hook: Hook, answer: str) -> tuple[bool, str]:
        if not hook.expect:
            return True, answer
        try:
            met = re.search(hook.expect, answer) is not None
        except re.error as error:
            return False, f"expect={hook.expect!r} is no regular expression: {error}"
        return met, answer if met else f"expect={hook.expect!r} is not in its answer: {answer}"


def _shortened(text: str) -> str:
    return text if len(text) <= _KEPT else f"{text[:_KEPT]}… ({len(text)} characters)"
