"""A bucket's lifecycle: which documents COS takes, and what is due (COS documentation, "PUT Bucket lifecycle").

COS carries rules out at midnight in China: days end then.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from xml.etree.ElementTree import Element

from yunfn.localcloud.objectstore.lifecycle import Rule, When
from yunfn.localcloud.objectstore.lifecycle_sweep import LifecycleSweep
from yunfn.localcloud.tencent.api.times import CHINA
from yunfn.localcloud.tencent.cos.exceptions import InvalidArgument, MalformedXML
from yunfn.localcloud.tencent.cos.responses.answers import one_of, parse
from yunfn.localcloud.tencent.cos.state import CosState
from yunfn.localcloud.xml_documents import text_of

ROOT = "LifecycleConfiguration"
_MOST_RULES = 1000
_LONGEST_ID = 255
_DAYS = ("Days", "NoncurrentDays", "DaysAfterInitiation")
_WHEN = (*_DAYS, "Date", "ExpiredObjectDeleteMarker")
_ACTIONS = (
    "Expiration",
    "Transition",
    "AbortIncompleteMultipartUpload",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransition",
)
_CLASSES = (
    "STANDARD_IA",
    "MAZ_STANDARD_IA",
    "INTELLIGENT_TIERING",
    "MAZ_INTELLIGENT_TIERING",
    "ARCHIVE",
    "DEEP_ARCHIVE",
)
_ZONE = CHINA.utcoffset(None).total_seconds()


def sweep_of(state: CosState) -> LifecycleSweep:
    """The sweep over COS's buckets."""
    return LifecycleSweep(state.clock, state.buckets, state.objects, state.uploads, read, zone=_ZONE)


def check(root: Element) -> None:
    """Raise MalformedXML or InvalidArgument unless COS takes the rules."""
    rules = root.findall("Rule")
    if not 1 <= len(rules) <= _MOST_RULES:
        raise MalformedXML(ErrorDetail=f"a lifecycle has 1 to {_MOST_RULES} rules")
    named = [name for rule in rules if (name := text_of(rule, "ID"))]
    if len(set(named)) < len(named) or any(len(name) > _LONGEST_ID for name in named):
        raise InvalidArgument(f"Rule ID must be unique, of at most {_LONGEST_ID} characters.", ArgumentName="ID")
    for rule in rules:
        one_of("Status", text_of(rule, "Status"), ("Enabled", "Disabled"))
        actions = [element for element in rule if element.tag in _ACTIONS]
        if not actions or any(all(action.find(when) is None for when in _WHEN) for action in actions):
            raise MalformedXML(ErrorDetail="a rule needs at least one action, and each action a time")
        for action in actions:
            _check_action(action)


def _check_action(action: Element) -> None:
    for name in _DAYS:
        days = action.findtext(name)
        # A transition may be due on the day itself.
        least = 0 if action.tag == "Transition" else 1
        if days is not None and not (days.strip().isdecimal() and int(days) >= least):
            raise InvalidArgument(f"{name} must be an integer of {least} at least.", ArgumentName=name)
    if (date := action.findtext("Date")) is not None:
        try:
            datetime.fromisoformat(date.strip())
        except ValueError:
            raise InvalidArgument("Date must be of the form 2026-01-01T00:00:00+08:00.", ArgumentName="Date") from None
    if action.tag.endswith("Transition"):
        one_of("StorageClass", text_of(action, "StorageClass"), _CLASSES)


@lru_cache(maxsize=256)
def read(text: str) -> tuple[Rule, ...]:
    """The enabled rules of a lifecycle document."""
    return tuple(
        _rule(rule) for rule in parse(text.encode(), ROOT).findall("Rule") if text_of(rule, "Status") == "Enabled"
    )


def _rule(rule: Element) -> Rule:
    tags = [*rule.findall("Filter/Tag"), *rule.findall("Filter/And/Tag")]
    prefixes = (text_of(rule, path) for path in ("Filter/Prefix", "Filter/And/Prefix", "Prefix"))
    return Rule(
        prefix=next(filter(None, prefixes), ""),
        tags=tuple((text_of(tag, "Key"), text_of(tag, "Value")) for tag in tags),
        not_prefix=None,
        not_tag=None,
        larger_than=-1,
        smaller_than=None,
        expiration=_when(rule.find("Expiration")),
        expired_marker=text_of(rule, "Expiration/ExpiredObjectDeleteMarker") == "true",
        noncurrent=_when(rule.find("NoncurrentVersionExpiration")),
        abort=_when(rule.find("AbortIncompleteMultipartUpload")),
        transitions=tuple(_transitions(rule, "Transition")),
        noncurrent_transitions=tuple(_transitions(rule, "NoncurrentVersionTransition")),
    )


def _transitions(rule: Element, name: str) -> Iterator[tuple[When, str]]:
    for action in rule.findall(name):
        if (when := _when(action)) is not None:
            yield when, text_of(action, "StorageClass")


def _when(action: Element | None) -> When | None:
    if action is None:
        return None
    for name in _DAYS:
        if days := text_of(action, name):
            return When(days=int(days), zone=_ZONE)
    if date := text_of(action, "Date"):
        found = datetime.fromisoformat(date)
        return When(date=(found if found.tzinfo else found.replace(tzinfo=CHINA)).timestamp())
    return None
