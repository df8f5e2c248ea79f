"""Policy documents read into statements; whatever the cloud would refuse is refused here, with line and place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from yunfn.access import conditions
from yunfn.access.documents.json_text import MAX_CHARACTERS, decoded, load
from yunfn.access.documents.positions import scan
from yunfn.access.documents.spelling import Spelling, spelling
from yunfn.access.grammar import CAM, GRAMMARS, RAM, Grammar, PolicyDocument
from yunfn.access.statement import Condition, Statement
from yunfn.exceptions import PolicyDocumentError


def parse(
    text: str | bytes,
    *,
    source: str = "policy",
    grammar: Grammar | None = None,
    trust: bool | None = None,
) -> PolicyDocument:
    """Read a document of RAM (Version "1") or CAM (version "2.0").

    ``source`` names it in errors. Without ``grammar`` the document tells: ``Version`` is RAM's word, ``version`` CAM's.
    Without ``trust`` it is a trust document if every statement names a principal and no resource; then, and only then,
    CAM's documents that name principals and resources, which buckets have and its documentation shows, are read too:
    their statements have both, and they are no trust documents.

    Raises:
        PolicyDocumentError: it is not JSON, or the cloud would refuse it; with line, place and the rule.
    """
    if isinstance(text, bytes):
        text = decoded(text, source)
    value = load(text, source)
    if not isinstance(value, dict):
        raise PolicyDocumentError(source, scan(text).line(""), "", "not an object")
    return _Reader(text, source, grammar or _told(value, text, source), trust).document(value)


def read(path: str | Path, *, grammar: Grammar | None = None, trust: bool | None = None) -> PolicyDocument:
    """Read the file at ``path`` as ``parse`` does; raises PolicyDocumentError also where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(4 * MAX_CHARACTERS + 1)
    except OSError as error:
        raise PolicyDocumentError(str(path), None, "", f"cannot be read: {error.strerror}") from error
    return parse(content, source=str(path), grammar=grammar, trust=trust)


def line_of(document: PolicyDocument, path: str) -> int | None:
    """The line, from 1, on which ``path`` stands in the document's text, such as ``Statement[0].Action[1]``.

    Where a value stands without its list, ``[0]`` is it. What is not there has its parent's line. None without a text.
    """
    return scan(document.text).line(path) if document.text else None


def _told(value: Mapping[str, Any], text: str, source: str) -> Grammar:
    if "Version" in value and "version" not in value:
        return RAM
    if "version" in value and "Version" not in value:
        return CAM
    reason = 'neither "Version": "1" (RAM) nor "version": "2.0" (CAM) says which cloud\'s policy this is'
    raise PolicyDocumentError(source, scan(text).line(""), "", reason)


class _Reader:
    """Reads one document."""

    def __init__(self, text: str, source: str, grammar: Grammar, trust: bool | None) -> None:
        self._text = text
        self._source = source
        self._grammar = grammar
        self._words: Spelling = spelling(grammar)
        self._elements = self._words.elements
        self._trust = trust

    def _refuse(self, path: str, reason: str) -> NoReturn:
        raise PolicyDocumentError(self._source, scan(self._text).line(path), path, reason)

    def document(self, value: dict[str, Any]) -> PolicyDocument:
        words = self._words
        both = self._trust is None and words.names_resources_of_principals
        for name in value:
            if name not in (words.version, words.statement) and not (both and name == words.principal):
                self._refuse(name, f"unknown element; a policy has {words.version} and {words.statement}")
        if words.version not in value:
            self._refuse("", f"{words.version} is missing")
        if value[words.version] != self._grammar.version:
            self._refuse(words.version, f'must be the text "{self._grammar.version}"')
        if words.statement not in value:
            self._refuse("", f"{words.statement} is missing")
        items, one = value[words.statement], False
        if isinstance(items, dict) and words.one_statement:
            items, one = [items], True
        if not isinstance(items, list) or not items:
            self._refuse(words.statement, "must be a list of at least one statement")
        for index, item in enumerate(items):
            if not isinstance(item, dict):
                self._refuse(f"{words.statement}[{index}]", "not an object")
        trust = self._trust
        named: tuple[tuple[str, tuple[str, ...]], ...] = ()
        if trust is None:
            trust = all(words.principal in item for item in items) and not (both and words.resource in items[0])
            if both and words.principal in value:
                trust, named = False, self._principals("", value)
        statements = [
            self._statement(words.statement if one else f"{words.statement}[{index}]", item, trust, named)
            for index, item in enumerate(items)
        ]
        return PolicyDocument(self._grammar, tuple(statements), trust, self._source, self._text)

    def _statement(
        self, where: str, item: dict[str, Any], trust: bool, named: tuple[tuple[str, tuple[str, ...]], ...]
    ) -> Statement:
        words = self._words
        if not item.keys() <= self._elements:
            name = next(each for each in item if each not in self._elements)
            self._refuse(f"{where}.{name}", f"unknown element; a statement has {', '.join(sorted(self._elements))}")
        effect = item.get(words.effect)
        if not isinstance(effect, str) or effect not in words.effects:
            at = f"{where}.{words.effect}" if words.effect in item else where
            self._refuse(at, f"{words.effect} must be {' or '.join(words.effects)}")
        sid = item.get(words.sid, "")
        if not isinstance(sid, str):
            self._refuse(f"{where}.{words.sid}", "must be a text")
        actions, not_actions = self._either(
            where, item, words.action, words.not_action, words.action_form, words.action_rule
        )
        resources: tuple[str, ...] = ("*",)
        not_resources = False
        if trust:
            for name in (words.resource, words.not_resource):
                if name and name in item:
                    rule = "a role's trust policy names no resource: it stands at the role itself"
                    if not words.names_resources_of_principals:
                        rule += "; policies of OSS buckets have a grammar of their own, which is not read here"
                    self._refuse(f"{where}.{name}", rule)
        else:
            if words.principal in item and not (self._trust is None and words.names_resources_of_principals):
                self._refuse(f"{where}.{words.principal}", "a principal belongs in a role's trust policy only")
            resources, not_resources = self._either(
                where, item, words.resource, words.not_resource, words.resource_form, words.resource_rule
            )
        return Statement(
            actions,
            resources,
            words.effects[effect],
            self._conditions(f"{where}.{words.condition}", item[words.condition]) if words.condition in item else (),
            not_actions,
            not_resources,
            self._principals(where, item) if trust or words.principal in item else named,
            sid,
        )

    def _either(
        self, where: str, item: dict[str, Any], name: str, negated: str, form: re.Pattern[str], rule: str
    ) -> tuple[tuple[str, ...], bool]:
        """The values of ``name`` or of ``negated``, of which a statement has exactly one, and whether the latter."""
        has_negated = bool(negated) and negated in item
        if (name in item) == has_negated:
            either = f"{name} or {negated}" if negated else name
            self._refuse(where, f"must have {'either ' if negated else ''}{either}")
        key = negated if has_negated else name
        values = self._texts(where, key, item[key])
        if form is self._words.action_form and _are_actions(self._grammar.name, values):
            return values, has_negated
        fits = form.fullmatch
        for value in values:
            if not fits(value):
                self._refuse(f"{where}.{key}[{values.index(value)}]", f"{_shown(value)} is not {rule}")
        return values, has_negated

    def _principals(self, where: str, item: dict[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        words = self._words
        forms = words.principal_forms
        place = f"{where}.{words.principal}" if where else words.principal
        value = item.get(words.principal)
        if not isinstance(value, dict) or not value:
            at = place if words.principal in item else where
            self._refuse(at, f"{words.principal} must be an object of {', '.join(forms)}")
        found = []
        for kind, names in value.items():
            if kind not in forms:
                self._refuse(f"{place}.{kind}", f"unknown kind; there are {', '.join(forms)}")
            texts = self._texts(place, kind, names)
            for index, name in enumerate(texts):
                if not forms[kind].fullmatch(name):
                    self._refuse(f"{place}.{kind}[{index}]", f"{_shown(name)} names nobody that {kind} can name")
            found.append((kind, texts))
        return tuple(found)

    def _conditions(self, where: str, value: Any) -> tuple[Condition, ...]:
        if not isinstance(value, dict):
            self._refuse(where, "must be an object of operators")
        found = []
        for operator, keys in value.items():
            if conditions.operator(self._grammar, operator) is None:
                near = conditions.nearest_operator(self._grammar, operator)
                self._refuse(f"{where}.{operator}", f"unknown operator{f'; write {near}' if near else ''}")
            if not isinstance(keys, dict):
                self._refuse(f"{where}.{operator}", "must be an object of condition keys")
            for key, wanted in keys.items():
                values = wanted if isinstance(wanted, list) else [wanted]
                if not values or not all(isinstance(each, str | int | float) for each in values):
                    self._refuse(f"{where}.{operator}.{key}", "must be a value, or a list of values")
                found.append(Condition(operator, key, tuple(_plain(each) for each in values)))
        return tuple(found)

    def _texts(self, where: str, name: str, value: Any) -> tuple[str, ...]:
        """The texts of element ``name`` of ``where``, a list or one alone."""
        values = value if isinstance(value, list) else [value]
        if not values:
            self._refuse(f"{where}.{name}", "an empty list")
        for each in values:
            if not each or not isinstance(each, str):
                alone = not isinstance(value, list)
                index = next(index for index, one in enumerate(values) if one is each)
                at = f"{where}.{name}" if alone else f"{where}.{name}[{index}]"
                self._refuse(at, "must be a text that is not empty" + (", or a list of such" if alone else ""))
        return tuple(values)


@lru_cache(maxsize=4096)
def _are_actions(grammar: str, values: tuple[str, ...]) -> bool:
    """Whether all are actions by their form; the same lists come again and again."""
    fits = spelling(GRAMMARS[grammar]).action_form.fullmatch
    return all(fits(value) for value in values)


def _plain(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(value: str) -> str:
    """A value as errors tell it: not whole, where it is long."""
    return repr(value if len(value) <= 80 else value[:77] + "...")
