"""What every rule looks at: a document with its actions looked up once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yunfn.access.findings.actions import ActionList, listed
from yunfn.access.findings.hit import Hit
from yunfn.access.grammar import Grammar, PolicyDocument
from yunfn.access.statement import Statement


class Subject:
    """A document under the rules; ``actions[i]`` is what the actions of ``statements[i]`` name."""

    __slots__ = ("actions", "document", "grammar", "statements", "trust")

    def __init__(self, document: PolicyDocument) -> None:
        self.document = document
        self.grammar: Grammar = document.grammar
        self.statements: tuple[Statement, ...] = document.statements
        self.trust = document.trust
        name = document.grammar.name
        self.actions: tuple[ActionList, ...] = tuple(listed(name, each.actions) for each in document.statements)


Check = Callable[[Subject], Iterator[Hit]]
"""One rule, or a few that look at the same: yields what it finds in a document."""
