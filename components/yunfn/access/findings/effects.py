"""Rules on statements that change nothing: said twice, taken away again, or all taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from yunfn.access import conditions, names_of_resources, patterns
from yunfn.access.findings import actions, rule
from yunfn.access.findings.hit import Hit
from yunfn.access.findings.names import is_everything, may_cover, parts
from yunfn.access.findings.subject import Subject
from yunfn.access.grammar import GRAMMARS, RAM, Grammar
from yunfn.access.sentences import statement_path
from yunfn.access.statement import Statement

# Each is compared with each; no document that the clouds take (6,144 characters) has so many.
_MOST = 200


def redundant(subject: Subject) -> Iterator[Hit]:
    """YF-…-015: an action or resource that another of its list includes, a statement that another includes."""
    grammar, statements = subject.grammar, subject.statements
    for index, statement in enumerate(statements):
        number = len(statement.actions)
        if number > _MOST or len(statement.resources) > _MOST:
            continue
        if number > 1:
            element = "NotAction" if statement.not_actions else "Action"
            for item, other in _included_actions(grammar.name, statement.actions):
                message = f"{statement.actions[item]} is said already by {statement.actions[other]}"
                yield Hit(rule.REDUNDANT, message, ("Statement", index, element, item))
        if len(statement.resources) > 1:
            element = "NotResource" if statement.not_resources else "Resource"
            for item, other in _included(statement.resources, grammar.name, _resource_covers):
                message = f"{statement.resources[item]} is said already by {statement.resources[other]}"
                yield Hit(rule.REDUNDANT, message, ("Statement", index, element, item))
    if 1 < len(statements) <= _MOST:
        told: set[int] = set()
        for index, other in _repeated(subject):
            if index in told:
                continue
            told.add(index)
            does = "allows" if statements[index].allows else "denies"
            message = f"{statement_path(grammar, other)} {does} all of this already"
            yield Hit(rule.REDUNDANT, message, ("Statement", index))


def taken_away(subject: Subject) -> Iterator[Hit]:
    """YF-…-014 and YF-…-016: what a Deny of the same document leaves nothing of."""
    if subject.trust:
        return
    statements = subject.statements
    denies = [(index, each) for index, each in enumerate(statements) if not each.allows]
    if not denies or len(denies) == len(statements):
        return
    allows = [(index, each) for index, each in enumerate(statements) if each.allows]
    total = next((index for index, each in denies if denies_all(subject.grammar, each)), None)
    if total is not None:
        yield Hit(rule.DENY_ALL, "all that the other statements allow is denied here again", ("Statement", total))
        return
    for index, allow in allows if len(statements) <= _MOST else ():
        for by, deny in denies:
            if includes(subject.grammar, deny, allow):
                message = f"all that this allows is denied by {statement_path(subject.grammar, by)}"
                yield Hit(rule.NEVER_EFFECTIVE, message, ("Statement", index))
                break


def denies_all(grammar: Grammar, statement: Statement) -> bool:
    """Whether a statement denies every action on every resource, whatever the circumstances."""
    return (
        not statement.allows
        and not (statement.conditions or statement.not_actions or statement.not_resources)
        and any(each.all_services for each in actions.listed(grammar.name, statement.actions).items)
        and any(is_everything(each) for each in statement.resources)
    )


def includes(grammar: Grammar, wide: Statement, narrow: Statement) -> bool:
    """Whether ``wide`` speaks of all that ``narrow`` speaks of; False where that is not plain."""
    if wide.not_actions or wide.not_resources or narrow.not_actions or narrow.not_resources:
        return False
    name = grammar.name
    return (
        wide.principals == narrow.principals
        # Actions first: the same ones come again and again, and what is known of them is kept.
        and _all_covered(name, wide.actions, narrow.actions, _action_covers)
        and _all_covered(name, wide.resources, narrow.resources, _resource_covers)
        and conditions.implies(grammar, narrow.conditions, wide.conditions)
    )


def _all_covered(
    grammar: str, wide: Sequence[str], narrow: Sequence[str], covers: Callable[[str, str, str], bool]
) -> bool:
    for each in narrow:
        if each not in wide:
            for one in wide:
                if covers(grammar, one, each):
                    break
            else:
                return False
    return True


def _repeated(subject: Subject) -> Iterator[tuple[int, int]]:
    """The statements that another of the same effect includes, each with that one."""
    statements, lists = subject.statements, subject.actions
    for other, given in enumerate(lists):
        literal, services = given.literal, given.services
        for index, listed in enumerate(lists):
            # Most pairs differ in their actions at a glance.
            if literal is not None:
                if index == other or listed.literal is None or not listed.literal <= literal:
                    continue
            elif index == other or not ("*" in services or listed.services <= services):
                continue
            wide, statement = statements[other], statements[index]
            if wide.effect != statement.effect or not includes(subject.grammar, wide, statement):
                continue
            # Of two that say the same, the later one is the one too many.
            if other < index or not includes(subject.grammar, statement, wide):
                yield index, other


@lru_cache(maxsize=4096)
def _included_actions(grammar: str, values: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    return tuple(_included(values, grammar, _action_covers))


def _included(
    values: Sequence[str], grammar: str, covers: Callable[[str, str, str], bool]
) -> Iterator[tuple[int, int]]:
    """The values that another one of the list includes, each with that one."""
    wide = [index for index, each in enumerate(values) if "*" in each or "?" in each]
    # Without a glob only what stands twice is included in something.
    if not wide and len(set(values)) == len(values):
        return
    for index, value in enumerate(values):
        first = values.index(value)
        if first < index:
            yield index, first
            continue
        for other in wide:
            if values[other] != value and covers(grammar, values[other], value):
                if other > index and covers(grammar, value, values[other]):
                    continue
                yield index, other
                break


@lru_cache(maxsize=8192)
def _action_covers(grammar: str, wide: str, narrow: str) -> bool:
    wide, narrow = wide.removeprefix("name/"), narrow.removeprefix("name/")
    ignore_case = GRAMMARS[grammar] is RAM
    return may_cover(wide, narrow, ignore_case=ignore_case) and patterns.covers(wide, narrow, ignore_case=ignore_case)


@lru_cache(maxsize=8192)
def _resource_covers(grammar: str, wide: str, narrow: str) -> bool:
    # The names in the two tell most pairs apart.
    left, right = parts(wide), parts(narrow)
    if left and right and not may_cover(left[1], right[1], ignore_case=left[0] == "ram"):
        return False
    return names_of_resources.covers(GRAMMARS[grammar], wide, narrow)
