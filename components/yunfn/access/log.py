"""Rights on one logstore of the log service (SLS)."""

from __future__ import annotations

from yunfn.access.names import log_name
from yunfn.access.statement import Grant, Name, Statement, grant

_GROUP = (
    "log:ConsumerGroupHeartBeat",
    "log:ConsumerGroupUpdateCheckPoint",
    "log:CreateConsumerGroup",
    "log:GetConsumerGroupCheckPoint",
    "log:ListConsumerGroup",
    "log:UpdateConsumerGroup",
)


def write(project: Name, logstore: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Write log lines: the one action that the platform needs to bring a function's output to its logstore.

    ``log:PostLogStoreLogs`` (FCD "permissions"); a project's name is unique in its region only, so naming
    ``region`` and ``account`` makes the resource exact. Raises ValidationError for a name SLS would not take.
    """
    return grant("log.write", _write, project=project, logstore=logstore, region=region, account=account)


def read(project: Name, logstore: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Search the lines of a logstore: ``log:GetLogStoreLogs``, queries and analysis alike.

    Raises ValidationError for a name SLS would not take.
    """
    return grant("log.read", _read, project=project, logstore=logstore, region=region, account=account)


def consume(project: Name, logstore: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Read a logstore line by line as one of its consumer groups does, and keep up the group: what log triggers need.

    The actions are those of SLS's example for consuming one logstore (SLS documentation, "Examples of custom
    policies"), each on what it names: shards and lines are the logstore's, the rest its consumer groups'. Raises
    ValidationError for a name SLS would not take.
    """
    return grant("log.consume", _consume, project=project, logstore=logstore, region=region, account=account)


def _write(project: str, logstore: str, region: str, account: str) -> tuple[Statement, ...]:
    return (Statement(("log:PostLogStoreLogs",), _logstore("log.write", project, logstore, region, account)),)


def _read(project: str, logstore: str, region: str, account: str) -> tuple[Statement, ...]:
    return (Statement(("log:GetLogStoreLogs",), _logstore("log.read", project, logstore, region, account)),)


def _consume(project: str, logstore: str, region: str, account: str) -> tuple[Statement, ...]:
    (lines,) = _logstore("log.consume", project, logstore, region, account)
    return (
        Statement(_GROUP, (f"{lines}/consumergroup/*",)),
        Statement(("log:GetCursorOrData", "log:ListShards"), (lines,)),
    )


def _logstore(kind: str, project: str, logstore: str, region: str, account: str) -> tuple[str, ...]:
    names = f"project/{log_name(kind, 'project', project)}/logstore/{log_name(kind, 'logstore', logstore)}"
    return (f"acs:log:{region}:{account}:{names}",)
