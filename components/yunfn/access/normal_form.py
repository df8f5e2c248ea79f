"""Statements said with less, and in one form: what means the same compares equal.

Nothing here changes what a policy allows or denies; a test holds that by the evaluator.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from yunfn.access import conditions, extent
from yunfn.access.extent import Extent, Names
from yunfn.access.grammar import CAM, RAM, Grammar, PolicyDocument
from yunfn.access.statement import Condition, Statement

#: More pairs of action and resource than documents at any cloud's size limit have are merged, not compared.
MAX_PAIRS = 20_000

_Frame = tuple[str, tuple[Condition, ...], bool, bool, tuple[tuple[str, tuple[str, ...]], ...]]
_Pair = tuple[str, str]


def merge(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Say the same with fewer statements: equal actions join resources, then equal resources join actions.

    Effect, conditions and principals must be the same, too. The order of the result depends on the content alone.
    """
    listed = tuple(statements)
    # A list that is turned round joins with nothing: all but A, or all but B, is not all but A and B.
    by_actions = _joined(
        listed, lambda s: s.actions, lambda s: s.resources, lambda s: s.resources if s.not_resources else ()
    )
    joined = [_framed(frame, names, found) for (frame, names, _), found in by_actions.items()]
    by_resources = _joined(
        joined, lambda s: s.resources, lambda s: s.actions, lambda s: s.actions if s.not_actions else ()
    )
    return tuple(
        sorted((_framed(frame, found, names) for (frame, names, _), found in by_resources.items()), key=_order)
    )


def minimise(statements: Iterable[Statement], grammar: Grammar) -> tuple[Statement, ...]:
    """Say the same with the least: what another statement of the same effect says already, on no more conditions, is
    dropped, and the rest joined.

    The order of the result depends on the content alone. A list of more than MAX_PAIRS pairs of action and resource
    is only merged.
    """
    merged = merge(_tidied(statement, grammar) for statement in _alike(tuple(statements), grammar))
    # What was joined may cover itself, and be equal to another then.
    while (tidied := merge(_tidied(statement, grammar) for statement in merged)) != merged:
        merged = tidied
    if _too_many(merged):
        return merged
    plain = [s for s in merged if not s.not_actions and not s.not_resources]
    turned = _needed([s for s in merged if s.not_actions or s.not_resources], plain, grammar)
    pairs: dict[_Frame, set[_Pair]] = defaultdict(set)
    for statement in plain:
        pairs[_frame(statement)].update((a, r) for a in statement.actions for r in statement.resources)
    _drop_covered(pairs, turned, grammar)
    rest = [_framed(frame, a, r) for frame, found in pairs.items() for a, r in _shortest(found)]
    return tuple(sorted((*rest, *merge(turned)), key=_order))


def normal(document: PolicyDocument) -> PolicyDocument:
    """The document in the form that all documents of the same meaning have: two such compare equal.

    Names stand in one spelling (RAM's actions in lower case, CAM's without ``name/``), texts and sources are left out.
    What only several statements together say over again is not found, nor what conditions of different operators say.
    """
    grammar = document.grammar
    spelled = (_spelled(statement, grammar) for statement in document.statements)
    return PolicyDocument(grammar, minimise(spelled, grammar), document.trust)


def _spelled(statement: Statement, grammar: Grammar) -> Statement:
    return replace(
        statement,
        actions=tuple(map(extent.actions(grammar).canonical, statement.actions)),
        resources=tuple(map(extent.resources(grammar).canonical, statement.resources)),
        conditions=tuple(_spelled_condition(condition, grammar) for condition in statement.conditions),
    )


def _spelled_condition(condition: Condition, grammar: Grammar) -> Condition:
    known = conditions.operator(grammar, condition.operator)
    values = condition.values
    if known is not None and known.family == "same but case":
        values = tuple(value.lower() for value in values)
    operator = condition.operator.removeprefix("for_any_value:") if grammar is CAM else condition.operator
    key = condition.key.lower() if grammar is RAM else condition.key
    return Condition(operator, key, tuple(sorted(set(values))))


def _alike(statements: tuple[Statement, ...], grammar: Grammar) -> Iterator[Statement]:
    """The statements with one spelling, of those that stand in them, for all names that mean the same."""
    actions = _spellings((a for s in statements for a in s.actions), extent.actions(grammar))
    resources = _spellings((r for s in statements for r in s.resources), extent.resources(grammar))
    for statement in statements:
        yield replace(
            statement,
            actions=tuple(actions[each] for each in statement.actions),
            resources=tuple(resources[each] for each in statement.resources),
        )


def _spellings(found: Iterable[str], names: Names) -> dict[str, str]:
    first: dict[str, str] = {}
    return {name: first.setdefault(names.canonical(name), name) for name in sorted(set(found))}


def _tidied(statement: Statement, grammar: Grammar) -> Statement:
    """Each list without what others in it cover, and without the statement's name."""
    return replace(
        statement,
        actions=_widest(statement.actions, extent.actions(grammar)),
        resources=_widest(statement.resources, extent.resources(grammar)),
        conditions=tuple(sorted({replace(c, values=tuple(sorted(set(c.values)))) for c in statement.conditions})),
        principals=tuple(sorted((kind, tuple(sorted(set(names)))) for kind, names in statement.principals)),
        sid="",
    )


def _widest(listed: tuple[str, ...], names: Names) -> tuple[str, ...]:
    found = sorted(set(listed))
    globs = [name for name in found if "*" in name or "?" in name]
    if len(globs) * len(found) > MAX_PAIRS:
        return tuple(found)
    return tuple(name for name in found if not any(glob != name and names.covers(glob, name) for glob in globs))


def _too_many(statements: tuple[Statement, ...]) -> bool:
    count = 0
    for statement in statements:
        count += len(statement.actions) * len(statement.resources)
    actions = {a for statement in statements for a in statement.actions}
    resources = {r for statement in statements for r in statement.resources}
    compared = sum(len(found) * sum("*" in name or "?" in name for name in found) for found in (actions, resources))
    return count > MAX_PAIRS or compared > 10 * MAX_PAIRS or len(statements) > 1_000


def _needed(turned: list[Statement], plain: list[Statement], grammar: Grammar) -> list[Statement]:
    """Of the statements with a list turned round those that no other covers."""
    kept = list(turned)
    for statement in sorted(turned, key=_order):
        others = [each for each in (*kept, *plain) if each is not statement]
        if any(_covers(other, statement, grammar) for other in others):
            kept.remove(statement)
    return kept


def _covers(wide: Statement, narrow: Statement, grammar: Grammar) -> bool:
    return (
        wide.effect == narrow.effect
        and wide.principals == narrow.principals
        and extent.actions_of(wide).includes(extent.actions_of(narrow), extent.actions(grammar))
        and extent.resources_of(wide).includes(extent.resources_of(narrow), extent.resources(grammar))
        and conditions.implies(grammar, narrow.conditions, wide.conditions)
    )


def _drop_covered(pairs: dict[_Frame, set[_Pair]], turned: list[Statement], grammar: Grammar) -> None:
    """Take out every pair that another pair, or one of ``turned``, says already."""
    action_names, resource_names = extent.actions(grammar), extent.resources(grammar)
    wider_actions = _wider({a for found in pairs.values() for a, _ in found}, action_names)
    wider_resources = _wider({r for found in pairs.values() for _, r in found}, resource_names)
    for frame in sorted(pairs):
        effect, asked, _, _, principals = frame
        wider_frames = [
            other
            for other in pairs
            if (other[0], other[4]) == (effect, principals) and conditions.implies(grammar, asked, other[1])
        ]
        widest = [
            s
            for s in turned
            if (s.effect, s.principals) == (effect, principals) and conditions.implies(grammar, asked, s.conditions)
        ]
        for pair in sorted(pairs[frame]):
            action, resource = pair
            covered = any(
                (a, r) in pairs[other]
                for other in wider_frames
                for a in wider_actions[action]
                for r in wider_resources[resource]
                if (a, r) != pair or other != frame
            ) or any(
                extent.actions_of(s).includes(Extent((action,)), action_names)
                and extent.resources_of(s).includes(Extent((resource,)), resource_names)
                for s in widest
            )
            if covered:
                pairs[frame].discard(pair)


def _wider(found: set[str], names: Names) -> dict[str, list[str]]:
    """For each name itself and those that cover it."""
    globs = sorted(name for name in found if "*" in name or "?" in name)
    return {name: [name, *(glob for glob in globs if glob != name and names.covers(glob, name))] for name in found}


def _shortest(pairs: set[_Pair]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The pairs as lists of actions and resources, in the shorter of two ways to join them."""
    by_resource = [(a, r) for r, a in _grouped((r, a) for a, r in pairs)]
    by_action = list(_grouped(pairs))
    # Quotation marks and comma of a name, the words of a statement.
    return min(
        by_action, by_resource, key=lambda way: sum(45 + sum(len(name) + 3 for name in (*a, *r)) for a, r in way)
    )


def _grouped(pairs: Iterable[_Pair]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every first with all its seconds, and the firsts that have the same seconds together."""
    seconds: dict[str, set[str]] = defaultdict(set)
    for first, second in pairs:
        seconds[first].add(second)
    firsts: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for first in sorted(seconds):
        firsts[tuple(sorted(seconds[first]))].append(first)
    for both, names in sorted(firsts.items()):
        yield tuple(names), both


def _frame(statement: Statement) -> _Frame:
    conditions_ = tuple(sorted(statement.conditions))
    return (statement.effect, conditions_, statement.not_actions, statement.not_resources, statement.principals)


def _framed(frame: _Frame, actions: tuple[str, ...], resources: tuple[str, ...]) -> Statement:
    effect, asked, not_actions, not_resources, principals = frame
    return Statement(actions, resources, effect, asked, not_actions, not_resources, principals)


def _order(statement: Statement) -> tuple[object, ...]:
    effect, asked, not_actions, not_resources, principals = _frame(statement)
    return effect, statement.actions, statement.resources, asked, not_actions, not_resources, principals


_Key = tuple[_Frame, tuple[str, ...], tuple[str, ...]]


def _joined(
    statements: Iterable[Statement],
    same: Callable[[Statement], tuple[str, ...]],
    value: Callable[[Statement], tuple[str, ...]],
    apart: Callable[[Statement], tuple[str, ...]],
) -> dict[_Key, tuple[str, ...]]:
    found: dict[_Key, set[str]] = {}
    for statement in statements:
        key = (_frame(statement), tuple(sorted(set(same(statement)))), tuple(sorted(set(apart(statement)))))
        found.setdefault(key, set()).update(value(statement))
    return {key: tuple(sorted(values)) for key, values in found.items()}
