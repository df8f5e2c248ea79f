"""Policy documents of both clouds in plain sentences, one for each statement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yunfn.access import conditions, tables
from yunfn.access.documents import line_of
from yunfn.access.documents.spelling import spelling
from yunfn.access.grammar import Grammar, PolicyDocument
from yunfn.access.statement import Condition, Statement

_ORDERS = (
    ("less_than_equal", "is at most", "is at or before"),
    ("less_than", "is less than", "is before"),
    ("greater_than_equal", "is at least", "is at or after"),
    ("greater_than", "is greater than", "is after"),
)
_WHOLE_SERVICE = re.compile(r"(?:name/)?(?P<service>[A-Za-z0-9-]+):\*")
_ACCOUNT = re.compile(r"acs:ram::(?P<ram>\d+):root|qcs::cam::uin/(?P<cam>\d+):root")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What one statement says; ``path`` and ``line`` (from 1, None: unknown) are its place in the document."""

    path: str
    line: int | None
    text: str


def explain(document: PolicyDocument) -> tuple[Sentence, ...]:
    """Say what each statement of ``document`` does."""
    return tuple(_sentences(document))


def statement_path(grammar: Grammar, index: int) -> str:
    """The place of a statement in a document, in the grammar's own word: ``Statement[0]``."""
    return f"{spelling(grammar).statement}[{index}]"


def statement_text(grammar: Grammar, statement: Statement, *, trust: bool = False) -> str:
    """What a statement says; ``trust`` is whether it stands in a role's trust policy."""
    if trust:
        said = f"{'Lets' if statement.allows else 'Forbids'} {_principals(statement)}"
        does = "take the role" if statement.allows else "to take the role"
        if not _is_assume_role(statement):
            does += f" (by {_actions(grammar, statement)})"
        said = f"{said} {does}"
    else:
        verb = "Allows" if statement.allows else "Denies"
        said = f"{verb} {_actions(grammar, statement)} on {_resources(statement)}"
    if statement.conditions:
        asked = [condition_text(grammar, each) for each in statement.conditions]
        said += f", {'only ' if statement.allows else ''}if {'; and if '.join(asked)}"
    if not statement.allows and not trust:
        return f"{said}, whatever else allows it."
    return f"{said}."


def condition_text(grammar: Grammar, condition: Condition) -> str:
    """What a condition asks, such as ``acs:SourceIp is an address in 10.0.0.0/8``."""
    operator = conditions.operator(grammar, condition.operator)
    if operator is None:
        return f"{condition.operator} of {condition.key}: {_listed(condition.values)}"
    if operator.null:
        return f"the request {'lacks' if 'true' in condition.values else 'tells'} {condition.key}"
    subject = f"every value of {condition.key}" if operator.every else condition.key
    text = f"{subject} {_asks(operator, condition)}"
    # A request that lacks the key fails a test, but for these (see conditions.holds).
    return f"{text}, or the request does not tell it" if operator.optional or operator.negated else text


def _sentences(document: PolicyDocument) -> Iterator[Sentence]:
    for index, statement in enumerate(document.statements):
        path = statement_path(document.grammar, index)
        text = statement_text(document.grammar, statement, trust=document.trust)
        yield Sentence(path, line_of(document, path), text)


def _asks(operator: conditions.Operator, condition: Condition) -> str:
    values, no = condition.values, operator.negated
    match operator.family:
        case "like":
            fits = "fits" if not no else "fits none of" if len(values) > 1 else "does not fit"
            return f"{fits} {_listed(values, 'or' if not no else 'and')}"
        case "address":
            return f"is an address {'outside' if no else 'in'} {_listed(values, 'and' if no else 'or')}"
        case "number" | "date":
            name = condition.operator.lower().replace("_", "").removesuffix("ifexist")
            for order, of_number, of_date in _ORDERS:
                if name.endswith((order.replace("_", ""), order.replace("_", "") + "s")):
                    return f"{of_date if operator.family == 'date' else of_number} {_listed(values)}"
    without_case = (
        " (upper or lower case)" if operator.family == "same but case" and "ool" not in condition.operator else ""
    )
    if no:
        return (f"is none of {_listed(values, 'and')}" if len(values) > 1 else f"is not {values[0]}") + without_case
    return f"is {_listed(values)}{without_case}"


def _actions(grammar: Grammar, statement: Statement) -> str:
    names = [_action(grammar, each) for each in statement.actions]
    if not statement.not_actions:
        return _listed(names, "and")
    return f"every action of every service except {_listed(names, 'and')}"


def _action(grammar: Grammar, pattern: str) -> str:
    if pattern in ("*", "name/*", "*:*"):
        return "every action of every service"
    if whole := _WHOLE_SERVICE.fullmatch(pattern):
        known = tables.table(grammar, whole["service"])
        title = f" ({known.title})" if known else ""
        return f"every action of {whole['service']}{title}"
    return pattern


def _resources(statement: Statement) -> str:
    names = ["every resource" if each == "*" else each for each in statement.resources]
    if statement.not_resources:
        return f"every resource except {_listed(names, 'and')}"
    return _listed(names, "and")


def _principals(statement: Statement) -> str:
    return _listed([_principal(kind, name) for kind, names in statement.principals for name in names], "and")


def _principal(kind: str, name: str) -> str:
    if name in ("*", "qcs::cam::anyone:anyone"):
        return f"anybody ({kind} {name})"
    if kind.lower() == "service":
        return f"the service {name}"
    if kind.lower() == "federated":
        return f"whoever the identity provider {name} vouches for"
    if account := _ACCOUNT.fullmatch(name):
        return f"whom account {account['ram'] or account['cam']} gives the right to"
    return name


def _is_assume_role(statement: Statement) -> bool:
    return tuple(each.removeprefix("name/").lower() for each in statement.actions) == ("sts:assumerole",)


def _listed(names: Sequence[str], word: str = "or") -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
