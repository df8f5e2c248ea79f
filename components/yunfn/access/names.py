"""Names of cloud resources, checked before they stand in a policy: a wildcard in a name would widen it."""

from __future__ import annotations

import re

from yunfn.exceptions import ValidationError

_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
# COS documentation, "Bucket overview": the name of the user's choice, a hyphen, the APPID; 50 without it.
_COS_BUCKET = re.compile(r"[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?-[0-9]{4,12}")
# Tablestore documentation, "Instance" and "Naming conventions".
_OTS_INSTANCE = re.compile(r"[A-Za-z]([A-Za-z0-9-]{1,14}[A-Za-z0-9])")
_OTS_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_LOG_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_LOG_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]")
_KEY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_UIN = re.compile(r"[0-9]{1,20}|\*")
# Message Service documentation, "Limits": queues and topics are called alike.
_MNS_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,119}")
_CKAFKA_ID = re.compile(r"ckafka-[a-z0-9]{1,32}")
# '${' would be read as a policy variable, '*' and '?' as globs (RAM documentation, "policy elements"; CAM reads
# '*' as a glob and '${uin}' as a variable likewise).
_WIDENING = re.compile(r"[*?]|\$\{|[\x00-\x1f\x7f\ud800-\udfff]")


def bucket_name(resource: str, value: str) -> str:
    """Answer the OSS bucket's name. Raises ValidationError unless 3–63 lower-case letters, digits, hyphens."""
    return _named(resource, "bucket", value, _BUCKET, "3–63 lower-case letters, digits and hyphens")


def cos_bucket_name(resource: str, value: str) -> str:
    """Answer the COS bucket's full name. Raises ValidationError unless it is ``<name>-<APPID>``."""
    rule = "<name>-<APPID>, the name of 1–50 lower-case letters, digits and hyphens"
    return _named(resource, "bucket", value, _COS_BUCKET, rule)


def log_id(resource: str, argument: str, value: str) -> str:
    """Answer the id of a logset or topic. Raises ValidationError for what CLS would not take."""
    return _named(resource, argument, value, _LOG_ID, "an id of CLS: letters, digits and hyphens")


def log_name(resource: str, argument: str, value: str) -> str:
    """Answer the name of a log project or logstore. Raises ValidationError for what SLS would not take."""
    rule = "3–63 lower-case letters, digits, hyphens and underscores"
    return _named(resource, argument, value, _LOG_NAME, rule)


def ots_instance(resource: str, value: str) -> str:
    """Answer the Tablestore instance's name in lower case, as policies must have it (Tablestore, "Custom permissions").

    Raises ValidationError for what Tablestore would not take.
    """
    rule = "3–16 letters, digits and hyphens, a letter first and no hyphen last"
    return _named(resource, "instance", value, _OTS_INSTANCE, rule).lower()


def ots_table(resource: str, value: str) -> str:
    """Answer the Tablestore table's name. Raises ValidationError for what Tablestore would not take."""
    rule = "1–255 letters, digits and underscores, no digit first"
    return _named(resource, "table", value, _OTS_TABLE, rule)


def key_id(resource: str, value: str) -> str:
    """Answer the id of a KMS key of either cloud. Raises ValidationError for an alias or a name with a path."""
    return _named(resource, "key", value, _KEY_ID, "the id of a key: letters, digits and hyphens; not an alias")


def uin(resource: str, argument: str, value: str) -> str:
    """Answer an account of Tencent Cloud by its uin, or ``*``. Raises ValidationError for anything else."""
    return _named(resource, argument, value, _UIN, "a uin: digits; or '*' for any")


def mns_name(resource: str, argument: str, value: str) -> str:
    """Answer the name of a queue or topic. Raises ValidationError for what Message Service would not take."""
    rule = "1–120 letters, digits and hyphens, no hyphen first"
    return _named(resource, argument, value, _MNS_NAME, rule)


def ckafka_id(resource: str, value: str) -> str:
    """Answer the id of a CKafka instance. Raises ValidationError for anything else."""
    return _named(resource, "instance", value, _CKAFKA_ID, "the id of an instance: ckafka-, letters and digits")


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
