"""What a bucket's lifecycle says is due, from the document as it is stored.

Counted as OSS counts (OSS documentation, "Lifecycle rules based on the last modified time"): days end at the next
midnight UTC after they have passed. Rules by access time are kept but never due: nobody records accesses here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from xml.etree.ElementTree import Element

from yunfn.localcloud.alibaba.oss.xml_documents import parse, text_of
from yunfn.localcloud.objectstore.lifecycle import Rule, When


@lru_cache(maxsize=256)
def read(text: str) -> tuple[Rule, ...]:
    """The enabled rules of a lifecycle document."""
    root = parse(text.encode(), "LifecycleConfiguration")
    return tuple(_rule(rule) for rule in root.findall("Rule") if text_of(rule, "Status") == "Enabled")


def _rule(rule: Element) -> Rule:
    refused = rule.find("Filter/Not")
    not_tag = None
    if refused is not None and refused.find("Tag") is not None:
        not_tag = (text_of(refused, "Tag/Key"), text_of(refused, "Tag/Value"))
    smaller = text_of(rule, "Filter/ObjectSizeLessThan")
    return Rule(
        prefix=text_of(rule, "Prefix"),
        tags=tuple((text_of(tag, "Key"), text_of(tag, "Value")) for tag in rule.findall("Tag")),
        not_prefix=None if refused is None else text_of(refused, "Prefix"),
        not_tag=not_tag,
        larger_than=int(text_of(rule, "Filter/ObjectSizeGreaterThan") or -1),
        smaller_than=int(smaller) if smaller else None,
        expiration=_when(rule.find("Expiration")),
        expired_marker=text_of(rule, "Expiration/ExpiredObjectDeleteMarker") == "true",
        noncurrent=_when(rule.find("NoncurrentVersionExpiration")),
        abort=_when(rule.find("AbortMultipartUpload")),
        transitions=tuple(_transitions(rule, "Transition")),
        noncurrent_transitions=tuple(_transitions(rule, "NoncurrentVersionTransition")),
    )


def _transitions(rule: Element, name: str) -> Iterator[tuple[When, str]]:
    for action in rule.findall(name):
        when = _when(action)
        if when is not None and text_of(action, "IsAccessTime") != "true":
            yield when, text_of(action, "StorageClass")


def _when(action: Element | None) -> When | None:
    if action is None:
        return None
    if days := text_of(action, "Days") or text_of(action, "NoncurrentDays"):
        return When(days=int(days))
    if before := text_of(action, "CreatedBeforeDate"):
        return When(created_before=_seconds(before))
    if date := text_of(action, "Date"):
        return When(date=_seconds(date))
    return None


def _seconds(text: str) -> float:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
