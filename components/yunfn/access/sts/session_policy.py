"""Session policies: what temporary credentials may do at most, made of grants or of a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yunfn.access.documents import parse, render
from yunfn.access.grammar import GRAMMARS, Grammar, PolicyDocument
from yunfn.access.normal_form import minimise
from yunfn.access.statement import Grant, Statement
from yunfn.exceptions import PolicyFindingsError, ValidationError

_OWNER = "sts"
#: How resources of each grammar begin; a pattern may stand for those of both.
_PREFIXES: Mapping[str, str] = {"ram": "acs:", "cam": "qcs:"}


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """A session policy as the cloud gets it; make one with ``session_policy`` or ``read_session_policy``.

    ``text`` is the compact document, before Tencent's client encodes it for the URL.
    """

    grammar: Grammar
    statements: tuple[Statement, ...]
    text: str

    @property
    def size(self) -> int:
        """Characters, as both clouds count them: Tencent's STS decodes what was sent before it looks at it."""
        return len(self.text)

    @property
    def document(self) -> PolicyDocument:
        """The same as a document, to be evaluated or compared."""
        return PolicyDocument(self.grammar, self.statements, False, "session policy", self.text)

    def __str__(self) -> str:
        return self.text


def session_policy(
    grants: Iterable[Grant], grammar: Grammar, documents: Iterable[PolicyDocument] = ()
) -> SessionPolicy:
    """The smallest session policy that allows what ``grants`` say, and says what ``documents`` do.

    Raises:
        ValidationError: nothing is granted, a grant is of the other cloud or not known yet, or the document is longer
            than STS takes.
    """
    statements = [statement for document in documents for statement in document.statements]
    for grant in grants:
        yielded = grant.statements()
        refuse_other(grant, yielded, grammar)
        statements.extend(yielded)
    least = minimise(statements, grammar)
    if not any(statement.allows for statement in least):
        raise ValidationError(_OWNER, "grants", (), "a session policy that allows nothing makes useless credentials")
    text = render(least, grammar)
    if len(text) > grammar.session_limit:
        raise ValidationError(
            _OWNER,
            "grants",
            f"{len(text)} characters",
            f"a session policy has at most {grammar.session_limit} characters on {grammar.cloud}: grant prefixes "
            "instead of single objects, or make credentials for fewer things at a time",
        )
    return SessionPolicy(grammar, least, text)


def refuse_findings(document: PolicyDocument, accept: Sequence[str] = ()) -> None:
    """Refuse a document that somebody wrote by hand, as ``access.raw`` does.

    Raises:
        PolicyFindingsError: the linter has errors or warnings whose ids do not stand in ``accept``.
    """
    # Only those who write documents by hand wait for the linter's tables.
    from yunfn.access import findings

    found = [each for each in findings.lint(document) if each.severity != "info" and each.id not in accept]
    if found:
        ids = ", ".join(sorted({each.id for each in found}))
        told = [
            f"{each.source}{f':{each.line}' if each.line else ''}: {each.path}: {each.id} {each.message}; {each.remedy}"
            for each in found
        ]
        count = f"{len(found)} findings; what is meant so is accepted by id: {ids}"
        raise PolicyFindingsError("\n".join([count, *told]))


def read_session_policy(text: str, *, source: str = "session policy", grammar: Grammar | None = None) -> SessionPolicy:
    """A session policy of a document that somebody wrote, said in the fewest characters.

    Raises:
        PolicyDocumentError: it is malformed, or of another grammar than ``grammar``.
        ValidationError: it allows nothing, or is longer than STS takes.
    """
    read = parse(text, source=source, grammar=grammar, trust=False)
    return session_policy((), read.grammar, [read])


def refuse_other(grant: Grant, statements: Sequence[Statement], grammar: Grammar) -> None:
    """Raise ValidationError for a grant of the other cloud, whose names this one's patterns may well cover."""
    others = _told(statements) - {grammar.name}
    if others:
        cloud = GRAMMARS[others.pop()].cloud
        raise ValidationError(
            _OWNER, "grants", grant.kind, f"this is a right of {cloud}, the role is {grammar.cloud}'s"
        )


def _told(statements: Iterable[Statement]) -> set[str]:
    resources = [resource for statement in statements for resource in statement.resources]
    return {name for name, prefix in _PREFIXES.items() for each in resources if each.startswith(prefix)}
