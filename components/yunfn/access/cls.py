"""Rights on one topic of the log service (CLS). Actions: CLS documentation, "access policy templates"."""

from __future__ import annotations

from yunfn.access.names import log_id, uin
from yunfn.access.statement import Grant, Name, Statement, grant


def write(topic_id: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Write log lines to a topic: ``cls:pushLog`` and ``cls:UploadLog``, its name in the newer API.

    For lines that a function sends by itself; what it prints the platform brings to its topic without any right of the
    function's role. ``account`` is the uin. Raises ValidationError for an id CLS would not take.
    """
    return grant("cls.write", _write, topic_id=topic_id, region=region, account=account)


def read(topic_id: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Search the lines of a topic: ``cls:SearchLog``. Raises ValidationError for an id CLS would not take."""
    return grant("cls.read", _read, topic_id=topic_id, region=region, account=account)


def _write(topic_id: str, region: str, account: str) -> tuple[Statement, ...]:
    return (Statement(("cls:UploadLog", "cls:pushLog"), _topic("cls.write", topic_id, region, account)),)


def _read(topic_id: str, region: str, account: str) -> tuple[Statement, ...]:
    return (Statement(("cls:SearchLog",), _topic("cls.read", topic_id, region, account)),)


def _topic(kind: str, topic_id: str, region: str, account: str) -> tuple[str, ...]:
    owner = uin(kind, "account", account)
    return (f"qcs::cls:{region}:uin/{owner}:topic/{log_id(kind, 'topic_id', topic_id)}",)
