"""What of a role's rights was used, what never was, and the smallest document that still allows what was. Pure.

A right is an action on a resource, as patterns of one statement. Conditions are not looked at: who made the calls
passed them. What statements with NotAction or NotResource allow cannot be told apart and counts as one right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from yunfn.access import evaluation
from yunfn.access.documents.spelling import spelling
from yunfn.access.grammar import CAM, Grammar, PolicyDocument
from yunfn.access.normal_form import minimise
from yunfn.access.statement import Statement


@dataclass(frozen=True, slots=True)
class Unused:
    """A right that was granted and not used, or not all of it.

    ``policy`` is the document's source, ``path`` the place of its action or of the statement
    (``Statement[0].Action[1]``). ``only`` are the actions that were used of a pattern such as ``oss:*``; empty: none.
    """

    policy: str
    path: str
    action: str
    resource: str
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeastReport:
    """``unused`` rights in the order of the documents; ``least`` are the statements that are enough, ``used`` how many
    different calls there were.
    """

    unused: tuple[Unused, ...]
    least: tuple[Statement, ...]
    used: int


def least(grammar: Grammar, policies: Sequence[PolicyDocument], used: Iterable[tuple[str, str]]) -> LeastReport:
    """Compare what ``policies`` of one role allow with ``used``, each an action and the resource it was allowed on.

    In ``least`` statements that deny stay as they are, a pattern of actions becomes the actions that were used, and
    resources stay as they were granted: which names there are differs from one run to the next.
    """
    calls = tuple(dict.fromkeys(used))
    unused: list[Unused] = []
    kept: list[Statement] = []
    for document in policies:
        for index, statement in enumerate(document.statements):
            if not statement.allows:
                kept.append(statement)
                continue
            place = f"{spelling(grammar).statement}[{index}]"
            if statement.not_actions or statement.not_resources:
                found = _whole(grammar, document.source, place, statement, calls)
            else:
                found = _pairs(grammar, document.source, place, statement, calls)
            for each in found:
                (unused if isinstance(each, Unused) else kept).append(each)  # type: ignore[arg-type]
    if all(not statement.allows for statement in kept):
        kept = []
    return LeastReport(tuple(unused), minimise(kept, grammar) if kept else (), len(calls))


def _whole(
    grammar: Grammar, policy: str, place: str, statement: Statement, calls: Sequence[tuple[str, str]]
) -> Iterator[Unused | Statement]:
    if any(_means(grammar, statement, *call) for call in calls):
        yield statement
        return
    action = ("every action but " if statement.not_actions else "") + ", ".join(statement.actions)
    resource = ("every resource but " if statement.not_resources else "") + ", ".join(statement.resources)
    yield Unused(policy, place, action, resource)


def _pairs(
    grammar: Grammar, policy: str, place: str, statement: Statement, calls: Sequence[tuple[str, str]]
) -> Iterator[Unused | Statement]:
    word = spelling(grammar).action
    for at, action in enumerate(statement.actions):
        for resource in statement.resources:
            one = replace(statement, actions=(action,), resources=(resource,), sid="")
            done = tuple(sorted({call[0] for call in calls if _means(grammar, one, *call)}))
            exact = "*" not in action and "?" not in action
            if not done or not exact:
                yield Unused(policy, f"{place}.{word}[{at}]", action, resource, done)
            if done:
                yield one if exact else replace(one, actions=_written(grammar, action, done))


def _written(grammar: Grammar, pattern: str, actions: tuple[str, ...]) -> tuple[str, ...]:
    """The actions in the document's spelling: with CAM's ``name/`` if the pattern has it."""
    if grammar is not CAM:
        return actions
    prefix = "name/" if pattern.startswith("name/") else ""
    return tuple(prefix + each.removeprefix("name/") for each in actions)


def _means(grammar: Grammar, statement: Statement, action: str, resource: str) -> bool:
    return evaluation.names_action(grammar, statement, action) and evaluation.names_resource(
        grammar, statement, resource
    )
