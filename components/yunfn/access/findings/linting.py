"""The linter: every rule over a document, over what a role has together, over an environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from yunfn.access.findings import (
    action_rules,
    condition_values,
    conditions,
    effects,
    managed,
    negation,
    resources,
    rule,
    secrets,
    trust,
)
from yunfn.access.findings.escalation import Escalation, escalations
from yunfn.access.findings.finding import Finding, Severity
from yunfn.access.findings.hit import Hit, shown
from yunfn.access.findings.places import finding, placeless
from yunfn.access.findings.subject import Check, Subject
from yunfn.access.grammar import CAM, GRAMMARS, RAM, Grammar, PolicyDocument
from yunfn.access.sentences import statement_path
from yunfn.exceptions import PolicyDocumentError

_CHECKS: tuple[Check, ...] = (
    action_rules.unknown,
    action_rules.wide,
    resources.fitting,
    negation.turned_round,
    trust.open_to_many,
    secrets.in_document,
    effects.redundant,
    effects.taken_away,
)
_ON_CONDITIONS: tuple[Check, ...] = (
    conditions.always_true,
    conditions.unknown_keys,
    condition_values.impossible,
)
_GRAVITY = {"error": 0, "warning": 1, "info": 2}


def lint(document: PolicyDocument) -> tuple[Finding, ...]:
    """Every finding of one document, taken as all that its holder has, by the place in it."""
    return tuple(_sorted([*_own(document), *_escalations([document], ())]))


def lint_role(
    documents: Sequence[PolicyDocument],
    *,
    trust: PolicyDocument | None = None,
    managed: Sequence[str] = (),
    grammar: Grammar | None = None,
) -> tuple[Finding, ...]:
    """Every finding of what one role has: each of its ``documents``, its ``trust``, and all rights together.

    ``managed`` are the names of the cloud's own policies that are attached as well. ``grammar`` tells whose they are
    where there is no document to tell; else the one that knows their names is taken.
    """
    found: list[Finding] = []
    for document in (*documents, *((trust,) if trust is not None else ())):
        found += _sorted(list(_own(document)))
    given = (*documents, trust) if trust is not None else tuple(documents)
    for each in _grammars(given, managed, grammar):
        own = [document for document in documents if document.grammar is each]
        found += _managed(each, managed)
        found += _escalations(own, _system(each, managed))
        found += _denied(own, _system(each, managed))
    return tuple(found)


def lint_environment(
    values: Mapping[str, str], source: str = "environment", *, grammar: Grammar | None = None
) -> tuple[Finding, ...]:
    """Every secret that stands in plain text in the variables of a function of ``grammar``'s cloud.

    Without ``grammar`` a key's own form tells the cloud; RAM's id is taken where it does not.
    """
    found = []
    for name, hit in secrets.in_environment(values):
        by_form = CAM if "Tencent" in hit.message else RAM
        found.append(placeless(hit, grammar or by_form, source, name))
    return tuple(found)


def malformed(error: PolicyDocumentError, text: str = "") -> tuple[Finding, ...]:
    """What can be said of a document that could not be read: why, and the secrets in its ``text``."""
    grammar = CAM if '"version"' in text and '"Version"' not in text else RAM
    document = PolicyDocument(grammar, (), source=error.source, text=text)
    found = [finding(hit, document) for hit in secrets.in_text(text)]
    return (placeless(Hit(rule.MALFORMED, error.reason), grammar, error.source, error.path, error.line), *found)


def _own(document: PolicyDocument) -> Iterator[Finding]:
    subject = Subject(document)
    for check in _CHECKS:
        for hit in check(subject):
            yield finding(hit, document)
    for statement in document.statements:
        # Most documents have none.
        if statement.conditions:
            for check in _ON_CONDITIONS:
                for hit in check(subject):
                    yield finding(hit, document)
            break


def _sorted(found: list[Finding]) -> list[Finding]:
    if len(found) > 1:
        found.sort(key=lambda each: (each.line or 0, _GRAVITY[each.severity], each.id, each.path))
    return found


def _grammars(
    documents: Sequence[PolicyDocument], managed: Sequence[str], grammar: Grammar | None
) -> tuple[Grammar, ...]:
    """The grammars of what is to be looked at; where only names are, the one that they are of."""
    if grammar is not None:
        return (grammar,)
    found = tuple(each for each in GRAMMARS.values() if any(document.grammar is each for document in documents))
    if found:
        return found
    return (CAM,) if managed and all(name.lower().startswith("qcloud") for name in managed) else (RAM,)


def _managed(grammar: Grammar, names: Sequence[str]) -> Iterator[Finding]:
    for name in names:
        hit = managed.full_access(grammar, name)
        if hit:
            yield placeless(hit, grammar, name)


def _system(grammar: Grammar, names: Sequence[str]) -> tuple[PolicyDocument, ...]:
    return tuple(each for name in names if (each := managed.document_of(grammar, name)) is not None)


def _escalations(own: Sequence[PolicyDocument], system: Sequence[PolicyDocument]) -> Iterator[Finding]:
    """YF-…-008, once for each set of statements that open ways, at the first of them."""
    policies = [each for each in own if not each.trust]
    together = [*policies, *system]
    by_places: dict[tuple[object, ...], list[Escalation]] = {}
    for each in escalations(together):
        # What a system policy gives by itself is told of the policy (006).
        if any(place.document < len(policies) for place in each.places):
            by_places.setdefault(each.places, []).append(each)
    for ways in by_places.values():
        places = ways[0].places
        at = next(place for place in places if place.document < len(policies))
        document = policies[at.document]
        named = list(dict.fromkeys(action for each in ways for action in each.actions))
        gains = "; ".join(each.way.gains for each in ways[:3]) + ("; and more" if len(ways) > 3 else "")
        others = [
            f"{statement_path(document.grammar, place.index)} of {together[place.document].source}"
            for place in places
            if place != at
        ]
        message = f"by {shown(named, 4)}{' (with ' + shown(others) + ')' if others else ''} its holder gets {gains}"
        severity: Severity | None = None if any(each.way.certain for each in ways) else "warning"
        remedy = ways[0].way.remedy if len(ways) == 1 else ""
        hit = Hit(rule.ESCALATION, message, ("Statement", at.index), severity, remedy)
        yield finding(hit, document)


def _denied(own: Sequence[PolicyDocument], system: Sequence[PolicyDocument]) -> Iterator[Finding]:
    """YF-…-016 where the Deny stands in another document than all that it takes away."""
    policies = [each for each in own if not each.trust]
    for document in policies:
        if any(statement.allows for statement in document.statements):
            continue
        others = [each for each in (*policies, *system) if each is not document]
        if not any(statement.allows for each in others for statement in each.statements):
            continue
        for index, statement in enumerate(document.statements):
            if effects.denies_all(document.grammar, statement):
                message = "all that the role's other policies allow is denied here again"
                yield finding(Hit(rule.DENY_ALL, message, ("Statement", index)), document)
                break
