"""Policies made to break their readers: mutated real documents and random JSON, against parser, linter, normal form.

Nothing but PolicyDocumentError may come out, and no input may take a second.
"""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from support import random_policies
from yunfn.access import findings
from yunfn.access.documents import line_of, parse, render
from yunfn.access.documents.positions import scan
from yunfn.access.evaluation import Request, decide
from yunfn.access.grammar import PolicyDocument
from yunfn.access.normal_form import minimise, normal
from yunfn.exceptions import PolicyDocumentError, ValidationError

INPUTS = Path(__file__).parents[1] / "inputs" / "policies"
LONGEST = 1.0
"""Seconds of processor time that an input may take."""
HANG = 20
"""Seconds after which one that has not ended is given up."""

_PIECES = (
    '"Effect": "Allow"', '"effect": "deny"', '"Statement": [', '"statement": {', '"Version": "1"', '"version": "2.0"',
    "NaN", "-Infinity", "1e999", "9" * 400, '"\\ud800"', "\ud800", "\ufeff", "\x00", "\\u0000", "[" * 300,
    '{"a":' * 300, "*" * 50, "*a" * 200, "*?" * 100, "${uin}", "${", "acs:", "acs:oss:*:*:", "qcs::cos::uid/",
    "*:*", "permid/1",
    '"Condition": {"StringLike": {"k": ["*a*a*a*b"]}}', '"condition": {"for_any_value:null_equal": {"k": true}}',
    "null", "true", "{}", "[]", ",", ":", "}", "]", '"', "\\", "\n", "\r\n", "  ", "é", "\U0001f600", "0x1", "1.", "-",
)  # fmt: skip


class _Hang(BaseException):
    """Raised by the alarm; nothing that is fuzzed catches it."""


@dataclass
class Fuzzed:
    """What came of it: inputs by outcome, the slowest in seconds, and what failed."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_input: str = ""
    failures: list[str] = field(default_factory=list)


def fuzz(seconds: float, seed: int) -> Fuzzed:
    """Try inputs drawn from ``seed`` for ``seconds``; stops at the tenth failure."""
    rng = random.Random(seed)
    corpus = [path.read_text() for path in sorted(INPUTS.rglob("*.json"))]
    result = Fuzzed()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and len(result.failures) < 10:
        text = _input(rng, corpus)
        began = time.process_time()
        try:
            with _alarm():
                result.outcomes[_try(rng, text)] += 1
        except (Exception, _Hang) as error:
            result.failures.append(f"{type(error).__name__}: {str(error)[:300]}\n  {text[:2000]!r}")
        took = time.process_time() - began
        if took > result.slowest:
            result.slowest, result.slowest_input = took, text
        if took > LONGEST:
            result.failures.append(f"took {took:.1f} s\n  {text[:2000]!r}")
    return result


def _try(rng: random.Random, text: str) -> str:
    """All that is done with a document that somebody brings; answers how it ended."""
    content: str | bytes = text if rng.random() < 0.8 else text.encode("utf-8", "surrogatepass")
    try:
        document = parse(content, source="fuzzed", trust=rng.choice((None, None, None, True, False)))
    except PolicyDocumentError as error:
        assert error.reason, text
        assert error.line is None or 1 <= error.line <= text.count("\n") + 1, text
        scan(text)
        return "refused"
    for path in list(scan(document.text).lines)[:50]:
        assert line_of(document, path) is not None, path
    found = findings.lint(document)
    json.dumps([each.message for each in found], ensure_ascii=False).encode()
    form = normal(document)
    assert normal(form) == form, "the normal form is not normal"
    _decide_alike(rng, document)
    _write_again(document)
    return f"read, {'findings' if found else 'no findings'}"


def _decide_alike(rng: random.Random, document: PolicyDocument) -> None:
    words = random_policies.RAM if document.grammar.name == "ram" else random_policies.CAM
    small = PolicyDocument(document.grammar, minimise(document.statements, document.grammar))
    for _ in range(3):
        request = Request(*random_policies.request(rng, words))
        assert decide([document], request).reason == decide([small], request).reason, f"minimised differs: {request}"


def _write_again(document: PolicyDocument) -> None:
    try:
        text = render(document.statements, document.grammar, trust=document.trust)
    except ValidationError:
        return
    principals = any(statement.principals for statement in document.statements)
    if document.trust or not principals:
        assert parse(text, trust=document.trust).statements == document.statements, "written differs"


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _Hang(f"no end after {HANG} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(HANG)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _input(rng: random.Random, corpus: list[str]) -> str:
    kind = rng.random()
    if kind < 0.1:
        return json.dumps(_value(rng, 0), ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, 1)))
    if kind < 0.45:
        words = rng.choice((random_policies.RAM, random_policies.CAM))
        text = json.dumps(random_policies.policy(rng, words, trust=rng.random() < 0.2), indent=rng.choice((None, 1)))
    else:
        text = rng.choice(corpus)
    if kind < 0.75:
        try:
            value: Any = json.loads(text)
        except ValueError:
            value = None
        for _ in range(rng.choice((0, 1, 1, 2))):
            value = random_policies.spoiled(rng, value) if isinstance(value, dict) and value else value
        return json.dumps(value, indent=rng.choice((None, 2)))
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        text = rng.choice(_MUTATIONS)(rng, text, rng.choice(corpus))
    return text


def _cut(rng: random.Random, text: str, other: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + text[at + rng.choice((1, 1, 3, 40)) :]


def _insert(rng: random.Random, text: str, other: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(_PIECES) + text[at:]


def _repeat(rng: random.Random, text: str, other: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + text[at : at + rng.randint(1, 200)] * rng.choice((2, 3, 50)) + text[at:]


def _splice(rng: random.Random, text: str, other: str) -> str:
    return text[: rng.randrange(len(text) + 1)] + other[rng.randrange(len(other) + 1) :]


def _swap(rng: random.Random, text: str, other: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + chr(rng.choice((rng.randrange(128), rng.randrange(0x3000)))) + text[at + 1 :]


_MUTATIONS: tuple[Callable[[random.Random, str, str], str], ...] = (_cut, _insert, _insert, _repeat, _splice, _swap)


def _value(rng: random.Random, depth: int) -> Any:
    kind = rng.randrange(8 if depth < 6 else 5)
    if kind < 5:
        return rng.choice((None, True, 0, -1.5, 10**30, "", "x", "*", rng.choice(_PIECES[:8]), "Allow", "oss:*"))
    if kind == 5:
        return [_value(rng, depth + 1) for _ in range(rng.randrange(5))]
    names = ("Version", "Statement", "version", "statement", "Effect", "effect", "Action", "action", "Resource", "x")
    found = {name: _value(rng, depth + 1) for name in rng.sample(names, rng.randrange(5))}
    if kind == 7 and depth == 0:
        found.update(rng.choice(({"Version": "1"}, {"version": "2.0"})))
    return found
