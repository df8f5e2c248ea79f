"""Names of cloud resources, checked before they stand in a policy: a wildcard in a name would widen it."""

from __future__ import annotations

import re

from yunfn.exceptions import ValidationError

_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_LOG_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]")
# '${' would be read as a policy variable, '*' and '?' as globs (RAM documentation, "policy elements").
_WIDENING = re.compile(r"[*?]|\$\{|[\x00-\x1f\x7f]")


def bucket_name(resource: str, value: str) -> str:
    """Answer the OSS bucket's name. Raises ValidationError unless 3–63 lower-case letters, digits, hyphens."""
    return _named(resource, "bucket", value, _BUCKET, "3–63 lower-case letters, digits and hyphens")


def log_name(resource: str, argument: str, value: str) -> str:
    """Answer the name of a log project or logstore. Raises ValidationError for what SLS would not take."""
    rule = "3–63 lower-case letters, digits, hyphens and underscores"
    return _named(resource, argument, value, _LOG_NAME, rule)


def key_prefix(resource: str, value: str) -> str:
    """Answer the prefix of object keys. Raises ValidationError for one that would widen the grant."""
    if value.startswith("/"):
        raise ValidationError(resource, "prefix", value, "object keys do not start with '/'")
    if _WIDENING.search(value):
        raise ValidationError(resource, "prefix", value, "'*', '?', '${' and control characters would widen the grant")
    return value


def _named(resource: str, argument: str, value: str, pattern: re.Pattern[str], rule: str) -> str:
    if not pattern.fullmatch(value):
        raise ValidationError(resource, argument, value, rule)
    return value
