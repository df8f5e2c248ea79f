"""What OSS refuses in a bucket's sub-resources (OSS API reference, one page an operation)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement

from yunfn.localcloud.alibaba.oss.exceptions import InvalidArgument, MalformedXML, OssError
from yunfn.localcloud.alibaba.oss.xml_documents import text_of

_CORS_METHODS = ("GET", "PUT", "DELETE", "POST", "HEAD")
_MOST_CORS_RULES = 20
_MOST_LIFECYCLE_RULES = 1000
_MOST_TAGS = 20
_LONGEST_TAG_KEY = 64
_LONGEST_TAG_VALUE = 128
_ACTIONS = (
    "Expiration",
    "Transition",
    "AbortMultipartUpload",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransition",
)
_WHEN = ("Days", "Date", "CreatedBeforeDate", "ExpiredObjectDeleteMarker", "NoncurrentDays")


class InvalidTag(OssError):
    """Tags that are too many, too long, doubled or empty."""

    code = "InvalidTag"
    text = "The Tag you provided is invalid."


def switch(name: str) -> Callable[[Element], None]:
    """A check that the element ``name`` is true or false."""
    return one_of(name, "true", "false")


def one_of(name: str, *allowed: str) -> Callable[[Element], None]:
    """A check that the element ``name`` has one of the allowed values."""

    def check(root: Element) -> None:
        if text_of(root, name) not in allowed:
            raise MalformedXML(ErrorDetail=f"{name} must be one of {', '.join(allowed)}")

    return check


def check_cors(root: Element) -> None:
    """1–20 rules, each with an origin and methods that OSS has."""
    found = root.findall("CORSRule")
    if not 1 <= len(found) <= _MOST_CORS_RULES:
        raise MalformedXML(ErrorDetail=f"a CORS configuration holds 1 to {_MOST_CORS_RULES} rules")
    for rule in found:
        methods = [(element.text or "").strip() for element in rule.findall("AllowedMethod")]
        if rule.find("AllowedOrigin") is None or not methods:
            raise MalformedXML(ErrorDetail="a CORSRule needs AllowedOrigin and AllowedMethod")
        if unknown := [method for method in methods if method not in _CORS_METHODS]:
            raise InvalidArgument(f"no such AllowedMethod: {unknown[0]}", ArgumentName="AllowedMethod")


def check_website(root: Element) -> None:
    """An index document, an error document or routing rules; the index must be a plain name."""
    if all(root.find(name) is None for name in ("IndexDocument", "ErrorDocument", "RoutingRules")):
        raise MalformedXML(ErrorDetail="a website configuration names at least one of index, error and routing rules")
    index = root.find("IndexDocument")
    if index is not None and (not text_of(index, "Suffix") or "/" in text_of(index, "Suffix")):
        raise InvalidArgument("The IndexDocument Suffix is not well formed", ArgumentName="IndexDocument")


def check_lifecycle(root: Element) -> None:
    """1–1,000 rules with unique ids (given where missing), a status and at least one action with a time."""
    found = root.findall("Rule")
    if not 1 <= len(found) <= _MOST_LIFECYCLE_RULES:
        raise MalformedXML(ErrorDetail=f"a lifecycle holds 1 to {_MOST_LIFECYCLE_RULES} rules")
    seen = set()
    for rule in found:
        identifier = text_of(rule, "ID")
        if not identifier:
            identifier = secrets.token_hex(16)
            present = rule.find("ID")
            if present is None:
                present = SubElement(rule, "ID")
                rule.remove(present)
                rule.insert(0, present)
            present.text = identifier
        if identifier in seen:
            raise InvalidArgument(f"The ID {identifier} of lifecycle rules is not unique", ArgumentName="ID")
        seen.add(identifier)
        if text_of(rule, "Status") not in ("Enabled", "Disabled"):
            raise MalformedXML(ErrorDetail="Status must be Enabled or Disabled")
        actions = [element for element in rule if element.tag in _ACTIONS]
        if not actions or any(all(action.find(when) is None for when in _WHEN) for action in actions):
            raise MalformedXML(ErrorDetail="a rule needs at least one action, and each action a time")
        for days in rule.iterfind("*/Days"):
            if not (days.text or "").strip().isdecimal() or int(days.text or "0") < 1:
                raise InvalidArgument("'Days' must be a positive integer", ArgumentName="Days")


def check_tagging(root: Element) -> None:
    """A bucket's tags: at most 20."""
    read_tags(root, _MOST_TAGS, _LONGEST_TAG_KEY, _LONGEST_TAG_VALUE)


def read_tags(root: Element, most: int, longest_key: int, longest_value: int) -> dict[str, str]:
    """The tags of a Tagging document; InvalidTag for too many, too long, empty or doubled ones (lengths in bytes)."""
    tags: dict[str, str] = {}
    if root.find("TagSet") is None:
        raise MalformedXML(ErrorDetail="Tagging needs a TagSet")
    for tag in root.iterfind("TagSet/Tag"):
        add_tag(tags, text_of(tag, "Key"), text_of(tag, "Value"), longest_key, longest_value)
    if len(tags) > most:
        raise InvalidTag(f"The number of tags must not exceed {most}.")
    return tags


def add_tag(tags: dict[str, str], key: str, value: str, longest_key: int, longest_value: int) -> None:
    """Put one tag more into ``tags``; InvalidTag where its key is empty, taken or too long, or its value too long."""
    if not key or len(key.encode()) > longest_key:
        raise InvalidTag(f"A tag's key has 1 to {longest_key} bytes.", TagKey=key)
    if len(value.encode()) > longest_value:
        raise InvalidTag(f"A tag's value has at most {longest_value} bytes.", TagKey=key)
    if key in tags:
        raise InvalidTag("Tag keys must be unique.", TagKey=key)
    tags[key] = value
