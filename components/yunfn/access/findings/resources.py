"""Rules on resources: those that are everything, those that only look narrower, those no action of theirs takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from yunfn.access import patterns
from yunfn.access.findings import rule
from yunfn.access.findings.actions import ActionList, NamedActions, listed
from yunfn.access.findings.conditions import narrows
from yunfn.access.findings.finding import Severity
from yunfn.access.findings.hit import Hit, shown
from yunfn.access.findings.names import VARIABLE, is_everything, parts, shape
from yunfn.access.findings.subject import Subject
from yunfn.access.tables import ActionRow, meets

_STARS = re.compile(r"\*+")
_ONE_NAME = re.compile(r"(?<!\*)\*(?!\*)")


def fitting(subject: Subject) -> Iterator[Hit]:
    """YF-…-002, YF-…-003 and YF-…-004: how the actions and resources of each statement go together.

    002 is an action that can meet no resource, or a resource that no action takes. 003 and 004 are resources that are
    everything, by word or in effect, where the actions take something narrower. Conditions on what is touched (tags,
    the service a role is passed to) narrow a statement; those on who, when and from where do not.
    """
    if subject.trust:
        return
    for index, (statement, given) in enumerate(zip(subject.statements, subject.actions, strict=True)):
        if statement.not_actions or statement.not_resources:
            continue
        fit = _fit(subject, given, statement.resources)
        # Most statements end here: each action meets a resource, and each resource an action.
        if fit.unmet or fit.untaken:
            yield from _mismatched(given, statement.resources, fit, index)
        if fit.whole and statement.allows and not any(narrows(each) for each in statement.conditions):
            for item, found in fit.whole:
                resource = statement.resources[item]
                if "${" in resource:
                    # It may be any name, and so meet an action; but it is one for each who asks.
                    found = _all_of(given, shape(VARIABLE.sub("n", resource), given.words))
                if found:
                    yield _wide(resource, found, ("Statement", index, "Resource", item))


def _mismatched(given: ActionList, resources: Sequence[str], fit: _Fit, index: int) -> Iterator[Hit]:
    lost = 0
    for item, action in enumerate(given.items):
        if _is_sure(action) and all(row.resources in fit.unmet for row in action.rows):
            lost += 1
            wanted = sorted({form for row in action.rows for form in row.resources})
            takes = "no resource but *" if wanted == ["*"] else shown(wanted)
            message = f"{action.text} takes {takes}, which none of the statement's resources can be"
            yield Hit(rule.MISMATCH, message, ("Statement", index, "Action", item))
    if lost == len(given.items) or not all(_is_sure(action) for action in given.items):
        return
    for item in fit.untaken:
        # It allows nothing, and nothing is missing: documentation of the clouds has such ones.
        message = f"none of the statement's actions takes {resources[item]}: it adds nothing"
        yield Hit(rule.MISMATCH, message, ("Statement", index, "Resource", item), "info", "Remove it.")


def _is_sure(action: NamedActions) -> bool:
    """Whether all is known that an action can be: rows that no document has, and tables with gaps, prove nothing."""
    if not action.rows or action.table is None or any(row.inferred for row in action.rows):
        return False
    return action.table.complete or not action.varies


@dataclass(frozen=True, slots=True)
class _Fit:
    """How the actions and resources of a statement go together.

    ``unmet`` are the forms of resources, as rows have them, that no resource of the statement can be; ``untaken`` the
    resources, by index, that no action takes; ``whole`` those that are all that some actions take, with their rows.
    """

    unmet: frozenset[tuple[str, ...]]
    untaken: tuple[int, ...]
    whole: tuple[tuple[int, tuple[ActionRow, ...]], ...]


def _fit(subject: Subject, given: ActionList, resources: tuple[str, ...]) -> _Fit:
    # Names that no table knows are all alike to them: the shapes come again and again, and are looked at once.
    shapes = tuple([shape(each, given.words) for each in resources])
    return _fitted(subject.grammar.name, given.texts, shapes)


@lru_cache(maxsize=8192)
def _fitted(grammar: str, names: tuple[str, ...], resources: tuple[str, ...]) -> _Fit:
    given = listed(grammar, names)
    unmet = {forms for forms, _ in given.by_forms if not any(meets(form, one) for form in forms for one in resources)}
    untaken = [
        index
        for index, one in enumerate(resources)
        if not any(meets(form, one) for forms, _ in given.by_forms for form in forms)
    ]
    whole = [(index, _all_of(given, one)) for index, one in enumerate(resources) if "*" in one]
    return _Fit(frozenset(unmet), tuple(untaken), tuple(each for each in whole if each[1]))


def _all_of(given: ActionList, resource: str) -> tuple[ActionRow, ...]:
    """The actions that take something narrower, and for which ``resource`` is all that they take."""
    everything = is_everything(resource)
    return tuple(
        row
        for forms, rows in given.by_forms
        if everything or any(_is_all_of(resource, form) for form in forms)
        for row in rows
        if _takes_narrower(row)
    )


def _takes_narrower(row: ActionRow) -> bool:
    # What lists, or reads of the service as a whole, is often asked without any name.
    return "*" not in row.resources or (row.access not in ("list", "read") and row.resources != ("*",))


def _wide(resource: str, found: Sequence[ActionRow], where: tuple[str | int, ...]) -> Hit:
    # What lists and describes gives no contents away; and where the table has "*" as well, it may be meant so.
    grave = [row for row in found if row.access != "list" and "*" not in row.resources and ":Describe" not in row.name]
    severity: Severity | None = None if grave else "info"
    grave = grave or list(found)
    names = shown([row.name for row in grave])
    if is_everything(resource):
        form = next(each for each in grave[0].resources if each != "*")
        message = f"{resource} for {names}, which {'take' if len(grave) > 1 else 'takes'} {_with_names(form)}"
        return Hit(rule.WILDCARD_RESOURCE, message, where, severity)
    message = f"{resource} is every resource that {names} can be asked for: as much as *"
    return Hit(rule.EFFECTIVE_WILDCARD, message, where, severity)


def _with_names(form: str) -> str:
    """A table's form with a word for each name that is to be told: ``acs:oss:*:*:*`` is as wide as ``*``."""
    place, colon, name = form.rpartition(":")
    return place + colon + _ONE_NAME.sub("<name>", name).replace("**", "*" if "*/" in name else "<name>")


def _is_all_of(resource: str, form: str) -> bool:
    """Whether every resource of a table's ``form`` fits ``resource``, region and account apart."""
    given, wanted = parts(resource), parts(form)
    if given is None or wanted is None:
        return patterns.covers(resource, form)
    # No name is empty: key/?* is every key as key/* is.
    return patterns.covers(given[0], wanted[0]) and patterns.covers(given[1], _STARS.sub("?*", wanted[1]))
