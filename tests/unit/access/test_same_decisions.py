"""Two evaluators, written apart, decide alike: the one of the checks, and the local cloud's."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from support import random_policies
from support.random_policies import Words
from yunfn.access.documents import parse
from yunfn.access.evaluation import Request, decide
from yunfn.access.grammar import CAM, RAM, Grammar, PolicyDocument
from yunfn.exceptions import PolicyDocumentError
from yunfn.localcloud import policy_decision
from yunfn.localcloud.alibaba.ram import documents as ram
from yunfn.localcloud.tencent.cam import documents as cam

POLICIES = 10_000
REQUESTS = 2
"""For each policy: 20,000 decisions of each grammar."""


def _ours(text: str, grammar: Grammar, trust: bool) -> PolicyDocument | None:
    try:
        return parse(text, grammar=grammar, trust=trust)
    except PolicyDocumentError:
        return None


def _theirs(text: str, read: Callable[[str], tuple[Any, ...]]) -> tuple[Any, ...] | None:
    try:
        return read(text)
    except Exception as error:  # The local cloud's refusals have no root in common.
        assert type(error).__name__ in ("MalformedPolicyDocument", "PolicyDocumentTooLong", "InvalidParameter"), text
        return None


@pytest.mark.parametrize(
    ("grammar", "words", "module"),
    [(RAM, random_policies.RAM, ram), (CAM, random_policies.CAM, cam)],
    ids=["ram", "cam"],
)
def test_both_take_the_same_documents_and_decide_alike(grammar: Grammar, words: Words, module: Any) -> None:
    rng = random.Random(6)
    seen: Counter[str] = Counter()
    for _ in range(POLICIES):
        trust = rng.random() < 0.12
        document = random_policies.policy(rng, words, trust=trust)
        if rng.random() < 0.25:
            document = random_policies.spoiled(rng, document)
        text = json.dumps(document)
        ours = _ours(text, grammar, trust)
        theirs = _theirs(text, module.read_trust if trust else module.read_policy)
        assert (ours is None) == (theirs is None), (
            f"taken by {'the local cloud' if ours is None else 'us'} only: {text}"
        )
        if ours is None or theirs is None:
            seen["refused"] += 1
            continue
        seen["trust"] += trust
        for _ in range(REQUESTS):
            action, resource, context = random_policies.request(rng, words)
            _compare(ours, theirs, action, resource, _with_lists(rng, grammar, context), seen)
    _assert_all_occurred(seen)


def _with_lists(rng: random.Random, grammar: Grammar, context: dict[str, str]) -> Mapping[str, str | tuple[str, ...]]:
    """CAM's tags: none, one or several values of one key."""
    if grammar is RAM or "qcs:resource_tag" not in context:
        return context
    return {**context, "qcs:resource_tag": tuple(rng.sample(("dev", "Dev", "prod", "5"), rng.randrange(3)))}


def _compare(
    ours: PolicyDocument,
    theirs: tuple[Any, ...],
    action: str,
    resource: str,
    context: Mapping[str, str | tuple[str, ...]],
    seen: Counter[str],
) -> None:
    decision = decide([ours], Request(action, resource, context))
    expected = policy_decision.decide(theirs, action.removeprefix("name/"), resource, context)
    assert decision.allowed == expected, f"{ours.text}\n{action} on {resource}, {context}: we say {decision.reason}"
    seen[decision.reason] += 1
    if decision.statement is not None:
        seen["by a condition"] += bool(decision.statement.conditions)
        seen["by a NotAction"] += decision.statement.not_actions
        seen["by a NotResource"] += decision.statement.not_resources
    elif any(statement.conditions for statement in ours.statements):
        seen["nothing, with conditions"] += 1


def _assert_all_occurred(seen: Counter[str]) -> None:
    least = {"refused": 1000, "trust": 300, "allow": 2500, "deny": 800, "nothing": 5000, "by a condition": 700}
    for outcome, count in least.items():
        assert seen[outcome] >= count, seen


@pytest.mark.parametrize(
    ("grammar", "text"),
    [
        (
            CAM,
            '{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*",'
            '"condition":{"null_equal_if_exist":{"k":"true"}}}}',
        ),
        (RAM, '{"Version":"1","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'),
        (RAM, "[" * 6000),
        (CAM, "[" * 6000),
    ],
)  # fmt: skip
def test_neither_takes_these(grammar: Grammar, text: str) -> None:
    assert _ours(text, grammar, False) is None
    assert _theirs(text, (ram if grammar is RAM else cam).read_policy) is None
