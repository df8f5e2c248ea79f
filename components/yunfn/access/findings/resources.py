"""Rules on resources: those that are everything, those that only look narrower, those no action of theirs takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from yunfn.access import patterns
from yunfn.access.findings import actions, rule
from yunfn.access.findings.conditions import narrows
from yunfn.access.findings.finding import Severity
from yunfn.access.findings.hit import Hit, shown
from yunfn.access.findings.names import is_everything, parts, without_variables
from yunfn.access.grammar import PolicyDocument
from yunfn.access.statement import Statement
from yunfn.access.tables import ActionRow


def wide(document: PolicyDocument) -> Iterator[Hit]:
    """YF-…-003 and YF-…-004: everything is named where the actions take something narrower.

    Conditions on what is touched (tags, the service a role is passed to) narrow a statement; those on who, when and
    from where do not.
    """
    if document.trust:
        return
    for index, statement in enumerate(document.statements):
        if not statement.allows or statement.not_actions or statement.not_resources:
            continue
        if any(narrows(each) for each in statement.conditions):
            continue
        takers: list[ActionRow] | None = None
        for item, resource in enumerate(statement.resources):
            everything = is_everything(resource)
            if not everything and "*" not in resource:
                continue
            if takers is None:
                takers = _takers(document, statement)
            yield from _wide(resource, everything, takers, ("Statement", index, "Resource", item))


def mismatched(document: PolicyDocument) -> Iterator[Hit]:
    """YF-…-002: an action that can meet no resource of its statement, and a resource that no action takes."""
    if document.trust:
        return
    for index, statement in enumerate(document.statements):
        if statement.not_actions or statement.not_resources:
            continue
        if "*" not in statement.resources:
            yield from _mismatched(document, index, statement)


def _mismatched(document: PolicyDocument, index: int, statement: Statement) -> Iterator[Hit]:
    resources = [without_variables(each) for each in statement.resources]
    known: list[tuple[int, actions.NamedActions]] = []
    sure = True
    for item, action in enumerate(actions.of(document, statement)):
        # Rows that nobody saw in a document, and tables with gaps, prove nothing.
        if not action.rows or any(row.inferred for row in action.rows):
            sure = False
        else:
            known.append((item, action))
            # A pattern of an incomplete table may fit actions that are not in it.
            sure = sure and not (action.varies and action.table is not None and not action.table.complete)
    lost = 0
    for item, action in known:
        if action.varies and action.table is not None and not action.table.complete:
            continue
        if not any(row.meets(resource) for row in action.rows for resource in resources):
            lost += 1
            forms = sorted({form for row in action.rows for form in row.resources})
            taken = "no resource but *" if forms == ["*"] else shown(forms)
            message = f"{action.text} takes {taken}, which none of the statement's resources can be"
            yield Hit(rule.MISMATCH, message, ("Statement", index, "Action", item))
    if not sure or lost == len(known):
        return
    rows = [row for _, action in known for row in action.rows]
    for item, resource in enumerate(resources):
        if not any(row.meets(resource) for row in rows):
            message = f"none of the statement's actions takes {statement.resources[item]}"
            yield Hit(rule.MISMATCH, message, ("Statement", index, "Resource", item))


def _takers(document: PolicyDocument, statement: Statement) -> list[ActionRow]:
    """The actions of the statement that take something narrower than everything."""
    found = {row.name: row for each in actions.of(document, statement) for row in each.rows if _takes_narrower(row)}
    return list(found.values())


def _takes_narrower(row: ActionRow) -> bool:
    # What lists, or reads of the service as a whole, is often asked without any name.
    return "*" not in row.resources or (row.access not in ("list", "read") and row.resources != ("*",))


def _wide(resource: str, everything: bool, takers: Sequence[ActionRow], where: tuple[str | int, ...]) -> Iterator[Hit]:
    found = (
        list(takers) if everything else [row for row in takers if any(_is_all_of(resource, at) for at in row.resources)]
    )
    if not found:
        return
    # What only lists names gives nothing else away; and where the table has "*" as well, it may be meant so.
    grave = [row for row in found if row.access != "list" and "*" not in row.resources]
    severity: Severity | None = None if grave else "info"
    grave = grave or found
    names = shown([row.name for row in grave])
    form = next(each for each in grave[0].resources if each != "*")
    if everything:
        message = f"{resource} for {names}, which {'take' if len(grave) > 1 else 'takes'} {form}"
        yield Hit(rule.WILDCARD_RESOURCE, message, where, severity)
    else:
        message = f"{resource} is every resource that {names} can be asked for: as much as *"
        yield Hit(rule.EFFECTIVE_WILDCARD, message, where, severity)


@lru_cache(maxsize=8192)
def _is_all_of(resource: str, form: str) -> bool:
    """Whether every resource of a table's ``form`` fits ``resource``, region and account apart."""
    given, wanted = parts(resource), parts(form)
    if given is None or wanted is None:
        return patterns.covers(resource, form)
    return (given[0] == "*" or given[0] == wanted[0]) and patterns.covers(given[1], wanted[1])
