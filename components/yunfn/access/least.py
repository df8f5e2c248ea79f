"""What of a role's rights was used, what never was, and the smallest document that still allows what was. Pure.

A right is an action on a resource, as patterns of one statement. Conditions are not looked at: who made the calls
passed them. What statements with NotAction or NotResource allow cannot be told apart and counts as one right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from yunfn.access import evaluation, patterns, tables
from yunfn.access.documents.spelling import spelling
from yunfn.access.grammar import CAM, Grammar, PolicyDocument
from yunfn.access.names_of_resources import VARIABLES
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
    calls = _Calls(grammar, used)
    unused: list[Unused] = []
    kept: list[Statement] = []
    for document in policies:
        for index, statement in enumerate(document.statements):
            if not statement.allows:
                kept.append(statement)
                continue
            place = f"{spelling(grammar).statement}[{index}]"
            if statement.not_actions or statement.not_resources:
                found = _whole(document.source, place, statement, calls)
            else:
                found = _pairs(grammar, document.source, place, statement, calls)
            for each in found:
                (unused if isinstance(each, Unused) else kept).append(each)  # type: ignore[arg-type]
    if all(not statement.allows for statement in kept):
        kept = []
    return LeastReport(tuple(unused), minimise(kept, grammar) if kept else (), calls.count)


class _Calls:
    """What was used, by action; what a statement was used for is looked at once for each name of resources."""

    def __init__(self, grammar: Grammar, used: Iterable[tuple[str, str]]) -> None:
        self._grammar = grammar
        self._resources: dict[str, dict[str, None]] = {}
        for action, resource in used:
            self._resources.setdefault(action, {})[resource] = None
        self._known: dict[tuple[str, tuple[str, ...], bool], bool] = {}

    @property
    def count(self) -> int:
        """How many different ones there were."""
        return sum(map(len, self._resources.values()))

    def of(self, statement: Statement) -> tuple[str, ...]:
        """The actions that were used on something, of those that ``statement`` speaks of."""
        actions = (each for each in self._resources if evaluation.names_action(self._grammar, statement, each))
        return tuple(sorted(each for each in actions if self._named(statement, each)))

    def _named(self, statement: Statement, action: str) -> bool:
        if self._grammar is CAM:
            # What a variable stood for when it was asked is not told: anything.
            statement = replace(statement, resources=tuple(map(_any_variable, statement.resources)))
        at = (action, statement.resources, statement.not_resources)
        if at not in self._known:
            used = self._resources[action]
            self._known[at] = any(_means(self._grammar, statement, action, each) for each in used)
        return self._known[at]


def _whole(policy: str, place: str, statement: Statement, calls: _Calls) -> Iterator[Unused | Statement]:
    if calls.of(statement):
        yield statement
        return
    action = ("every action but " if statement.not_actions else "") + ", ".join(statement.actions)
    resource = ("every resource but " if statement.not_resources else "") + ", ".join(statement.resources)
    yield Unused(policy, place, action, resource)


def _pairs(
    grammar: Grammar, policy: str, place: str, statement: Statement, calls: _Calls
) -> Iterator[Unused | Statement]:
    word = spelling(grammar).action
    for at, action in enumerate(statement.actions):
        met = {each for each in statement.resources if _can_meet(grammar, action, each)}
        for resource in statement.resources:
            one = replace(statement, actions=(action,), resources=(resource,), sid="")
            done = calls.of(one)
            if not done and met and resource not in met:
                continue
            exact = "*" not in action and "?" not in action
            if not done or not exact:
                yield Unused(policy, f"{place}.{word}[{at}]", action, resource, done)
            if done:
                yield one if exact else replace(one, actions=_written(grammar, action, done))


def _can_meet(grammar: Grammar, action: str, resource: str) -> bool:
    """Whether a request can be about both; where the tables do not say, it can.

    Of a list of actions on a list of resources, a bucket's and its objects', not every pair is a right.
    """
    service = action.removeprefix("name/").partition(":")[0]
    table = tables.table(grammar, service) if patterns.is_literal(service) else None
    rows = table.expand(action) if table else ()
    return not rows or any(row.inferred or row.meets(resource) for row in rows)


def _any_variable(resource: str) -> str:
    for variable in VARIABLES:
        resource = resource.replace(variable, "*")
    return resource


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
