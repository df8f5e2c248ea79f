"""Rule on escalation: rights that together give their holder more. Judged over the union of what a role has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from yunfn.access.evaluation import Decision, Request, decide, names_action
from yunfn.access.findings import actions
from yunfn.access.findings.conditions import narrows
from yunfn.access.findings.escalation_paths import WAYS, Step, Way
from yunfn.access.findings.names import is_everything
from yunfn.access.grammar import GRAMMARS, Grammar, PolicyDocument
from yunfn.access.statement import Statement

# What stands for a name that the holder chooses: no policy names it.
_CHOSEN = "yunfn-any-name-it-likes"
_ACCOUNT = "1999999999999999"
# So many resources are asked for at most; no role that the clouds take names more for one action.
_MOST = 40


@dataclass(frozen=True, slots=True)
class Place:
    """A statement: ``document`` is its document's place among those of the role, ``index`` its own in that."""

    document: int
    index: int


@dataclass(frozen=True, slots=True)
class Escalation:
    """A way that is open, the statements that open it, and the actions they open it by."""

    way: Way
    places: tuple[Place, ...]
    actions: tuple[str, ...]


def escalations(documents: Sequence[PolicyDocument]) -> Iterator[Escalation]:
    """The ways that the union of ``documents``, all of one grammar, leaves open; every Deny counts.

    Nothing is told of an administrator, who needs no way. Conditions on who asks, when and from where are taken to
    hold (they do for somebody); any other condition must be met by what the way would ask for.
    """
    if not documents:
        return
    grammar = documents[0].grammar
    allowed = _named(grammar, documents)
    if not allowed:
        return
    ways = [way for way in WAYS[grammar.name] if all(not allowed.isdisjoint(step.actions) for step in way.steps)]
    if not ways or any(_administers(grammar, each) for document in documents for each in document.statements):
        return
    supposed = [_supposed(document) for document in documents]
    for way in ways:
        opened = [_opened(grammar, supposed, step) for step in way.steps]
        if all(opened):
            found = [each for each in opened if each is not None]
            places = tuple(dict.fromkeys(place for place, _ in found))
            yield Escalation(way, places, tuple(dict.fromkeys(action for _, action in found)))


def _named(grammar: Grammar, documents: Sequence[PolicyDocument]) -> frozenset[str]:
    """The actions of ways that some Allow names."""
    found: frozenset[str] = frozenset()
    for document in documents:
        for statement in document.statements:
            if statement.allows:
                found |= _of_ways(grammar.name, statement.actions, statement.not_actions)
    return found


@lru_cache(maxsize=4096)
def _of_ways(grammar: str, names: tuple[str, ...], turned: bool) -> frozenset[str]:
    services = actions.listed(grammar, names).services
    known = {
        action
        for way in WAYS[grammar]
        for step in way.steps
        for action in step.actions
        if turned or "*" in services or action.partition(":")[0] in services
    }
    if not known:
        return frozenset()
    statement = Statement(names, ("*",), not_actions=turned)
    return frozenset(each for each in known if names_action(GRAMMARS[grammar], statement, each))


def _administers(grammar: Grammar, statement: Statement) -> bool:
    return (
        statement.allows
        and not (statement.not_actions or statement.not_resources)
        and any(each.all_services for each in actions.listed(grammar.name, statement.actions).items)
        and any(is_everything(each) for each in statement.resources)
    )


def _supposed(document: PolicyDocument) -> PolicyDocument:
    """The document as it is for somebody in the right circumstances: an Allow's conditions on those left out."""
    statements = tuple(
        replace(each, conditions=tuple(one for one in each.conditions if narrows(one)))
        if each.allows and each.conditions
        else each
        for each in document.statements
    )
    return replace(document, statements=statements)


def _opened(grammar: Grammar, documents: Sequence[PolicyDocument], step: Step) -> tuple[Place, str] | None:
    """The statement that allows the step, and the action; None where none does."""
    for action, form in step.actions.items():
        for resource in islice(_asked(documents, action, form, step), _MOST):
            decision = decide(documents, Request(action, resource, step.context))
            if decision.allowed:
                return _place(documents, decision), action
    return None


def _asked(documents: Sequence[PolicyDocument], action: str, form: str, step: Step) -> Iterator[str]:
    """Resources to ask for: one of the holder's choice, in the regions and accounts that the statements name."""
    yield _filled(form, form)
    lead = form.count(":")
    if not lead:
        return
    own = form.rpartition(":")[2]
    seen: set[str] = set()
    for document in documents:
        for statement in document.statements:
            if not statement.allows or statement.not_resources:
                continue
            if action not in _of_ways(document.grammar.name, statement.actions, statement.not_actions):
                continue
            for resource in statement.resources:
                fields = resource.split(":", lead)
                if len(fields) != lead + 1 or not _same_service(fields, form):
                    continue
                # Where the name is to be of the holder's choice, only region and account are the statement's.
                given = not step.any_resource or (form.startswith("qcs:") and fields[-1].endswith("/*"))
                asked = _filled(":".join((*fields[:-1], fields[-1] if given else own)), form)
                if asked not in seen:
                    seen.add(asked)
                    yield asked


def _same_service(fields: Sequence[str], form: str) -> bool:
    at = 1 if form.startswith("acs:") else 2
    return fields[at] in ("*", form.split(":")[at])


def _filled(pattern: str, form: str) -> str:
    """A full name that fits ``pattern``: where that varies, as ``form`` has it, with chosen names."""
    if pattern == "*":
        return "*"
    fields, wanted = pattern.split(":", form.count(":")), form.split(":")
    last = len(fields) - 1
    return ":".join(
        _varied(wanted[index] if field == "*" else field, _CHOSEN if index == last else _ACCOUNT)
        for index, field in enumerate(fields)
    )


def _varied(text: str, stand_in: str) -> str:
    return text.replace("*", stand_in).replace("?", "x")


def _place(documents: Sequence[PolicyDocument], decision: Decision) -> Place:
    assert decision.index is not None
    document = next(at for at, each in enumerate(documents) if each is decision.document)
    return Place(document, decision.index)
