"""Rules on secrets: keys and passwords in plain text. What is found is never told, only where and of what kind."""

from __future__ import annotations

import base64
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from yunfn.access.findings import rule
from yunfn.access.findings.hit import Hit
from yunfn.access.findings.subject import Subject


class _Kind(NamedTuple):
    words: str
    pattern: re.Pattern[str]


# The clouds' own ids of keys (RAM: "LTAI", STS: "STS."; CAM: "AKID"), those of others, and keys by their frame.
_KINDS = (
    _Kind("an AccessKey id of Alibaba Cloud", re.compile(r"\bLTAI([A-Za-z0-9]{12,26})\b")),
    _Kind("an STS AccessKey id of Alibaba Cloud", re.compile(r"\bSTS\.([A-Za-z0-9]{20,64})\b")),
    _Kind("a SecretId of Tencent Cloud", re.compile(r"\bAKID([A-Za-z0-9_-]{13,80})\b")),
    _Kind("an AccessKey id of AWS", re.compile(r"\b(?:AKIA|ASIA)([A-Z0-9]{16})\b")),
    _Kind("a private key", re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*(PRIVATE KEY)-----")),
    _Kind("a password in an address", re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@\"]+:([^/\s@\"]{6,})@", re.IGNORECASE)),
)  # fmt: skip
# What any secret has in it, looked for first: most documents have none.
_HINTS = ("LTAI", "STS.", "AKID", "AKIA", "ASIA", "PRIVATE KEY", "://")
# A name that ends so tells of a secret; those of what describes one (a name, a path, a lifetime) do not.
_TELLING = re.compile(
    r"(?:^|[^a-z0-9]|(?<=[a-z]))"
    r"(?P<what>passw(?:or)?d|passphrase|(?<=_)pass|pwd|secret(?:_?(?:access)?_?key)?|access_?key_?secret"
    r"|secret_?access_?key|token|api_?key|private_?key|signing_?key|encryption_?key|credentials?)$",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"passw(?:or)?d|passphrase|pass|pwd", re.IGNORECASE)
# References to a secret kept elsewhere, and words that stand for one.
_STANDS_FOR_ONE = re.compile(
    r"\$\{.*\}|\{\{.*\}\}|<.*>|%.*%|\*+|x+|\[secret\]|true|false|null|none|/.*|\d+|(?:yunfn-kms|kms|ssm|arn|acs|qcs|vault|file|env):.*"
    r"|.*(?:example|changeme|change-me|change_me|placeholder|your[_-]).*",
    re.IGNORECASE | re.DOTALL,
)
_LEAST_BITS = 3.3
_LEAST_CHARACTERS = 16
_LEAST_PASSWORD = 6
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_STANDARD_BASE64 = str.maketrans("-_", "+/")
# What is shorter holds no key.
_LEAST_BASE64 = 16
# Fewer different characters are a mask, such as LTAIxxxxxxxxxxxx.
_LEAST_DIFFERENT = 7


def in_document(subject: Subject) -> Iterator[Hit]:
    """YF-…-012: a key or password anywhere in a document's text."""
    text = subject.document.text
    # Of a policy's names only the keys of conditions are free.
    if _hinted(text) or any(_TELLING.search(one.key) for each in subject.statements for one in each.conditions):
        yield from in_text(text)


def in_text(text: str) -> Iterator[Hit]:
    """YF-…-012 in a text of JSON, a policy or not; nothing for what is no JSON."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    for where, name, value in _texts(document, (), ""):
        kind = told(name, value)
        if kind:
            yield Hit(rule.SECRET_IN_DOCUMENT, f"{kind} stands here in plain text", where)


def in_environment(values: Mapping[str, str]) -> Iterator[tuple[str, Hit]]:
    """YF-…-013: a key or password in a variable, its JSON or base64 too; yields its name with what was found."""
    for name, value in values.items():
        kind, how = told(name, value) or _told_within(name, value), "in plain text"
        if not kind and (decoded := _decoded(value)):
            kind, how = told("", decoded) or _told_within(name, decoded), "in base64, which hides nothing"
        if kind:
            yield name, Hit(rule.SECRET_IN_ENVIRONMENT, f"{kind} stands in the variable {name} {how}", (name,))


def _told_within(name: str, value: str) -> str:
    """What kind of secret a value that is JSON holds; "" for none, and for what is no JSON."""
    if not value.lstrip().startswith(("{", "[")):
        return ""
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        return ""
    return next((kind for _, under, text in _texts(document, (), name) if (kind := told(under, text))), "")


def _decoded(value: str) -> str:
    """The text that ``value`` is in base64, of either alphabet; "" for what is none."""
    value = value.strip()
    if len(value) < _LEAST_BASE64 or not _BASE64.fullmatch(value):
        return ""
    padded = value.rstrip("=").translate(_STANDARD_BASE64)
    try:
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True).decode()
    except ValueError:
        return ""


def hidden(text: str) -> str:
    """``text`` with every key, by its form, left out: what messages quote from a document may hold one."""
    if not _hinted(text):
        return text
    for kind in _KINDS:
        text = kind.pattern.sub(lambda found: found[0].replace(found[1], "***"), text)
    return text


def _hinted(text: str) -> bool:
    for hint in _HINTS:  # noqa: SIM110 - any() takes twice the time, and every document is asked
        if hint in text:
            return True
    return False


def told(name: str, value: str) -> str:
    """Say what kind of secret ``value``, which stands under ``name``, looks like; "" for none."""
    for kind in _KINDS if _hinted(value) else ():
        for found in kind.pattern.finditer(value):
            if found[1] == "PRIVATE KEY" or not _is_mask(found[1]):
                return kind.words
    telling = _TELLING.search(name)
    if telling is None or _STANDS_FOR_ONE.fullmatch(value):
        return ""
    if _PASSWORD.fullmatch(telling["what"]):
        return "a password" if len(value) >= _LEAST_PASSWORD and not value.isspace() else ""
    return "what looks like a secret key or token" if _is_random(value) else ""


def _is_mask(text: str) -> bool:
    return (
        len(set(text)) < min(_LEAST_DIFFERENT, len(text))
        or _STANDS_FOR_ONE.fullmatch(text) is not None
        or "xxxx" in text.lower()
    )


def _is_random(value: str) -> bool:
    """Whether a value looks drawn at random: long, without spaces, of many different characters and several kinds."""
    if len(value) < _LEAST_CHARACTERS or any(each.isspace() for each in value):
        return False
    kinds = sum(bool(re.search(kind, value)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    counted = Counter(value)
    bits = -sum(number / len(value) * math.log2(number / len(value)) for number in counted.values())
    return kinds >= 2 and bits >= _LEAST_BITS


def _texts(value: Any, where: tuple[str | int, ...], name: str) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Every text of a document, names of elements included, with its place and the name it stands under."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield (*where, key), "", key
            yield from _texts(each, (*where, key), key)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, (*where, index), name)
    elif isinstance(value, str):
        yield where, name, value
