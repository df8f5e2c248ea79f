"""Rights on the tables of one Tablestore instance. Actions: Tablestore documentation, "Custom permissions".

Instances are called in lower case there, and a batch is allowed only where each of its tables is.
"""

from __future__ import annotations

from yunfn.access.names import ots_instance, ots_table
from yunfn.access.statement import Grant, Name, Statement, grant

_READ = ("ots:BatchGetRow", "ots:GetRange", "ots:GetRow")
_WRITE = ("ots:BatchWriteRow", "ots:PutRow", "ots:UpdateRow")
_STREAM = ("ots:DescribeStream", "ots:GetShardIterator", "ots:GetStreamRecord", "ots:ListStream")
# As they stand in the document, "all read-only API operations".
_READ_ONLY = (
    "ots:BatchGet*",
    "ots:ComputeSplitPointsBySize",
    "ots:Consume*",
    "ots:Describe*",
    "ots:Get*",
    "ots:List*",
    "ots:Search",
)


def read(instance: Name, table: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Read rows of a table by their keys: one, many at once, or a range.

    Search by an index is ``search``. Raises ValidationError for a name Tablestore would not take.
    """
    return grant("ots.read", _read, instance=instance, table=table, region=region, account=account)


def search(instance: Name, table: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Search a table by its search indexes: ``ots:Search``. Raises ValidationError as ``read`` does."""
    return grant("ots.search", _search, instance=instance, table=table, region=region, account=account)


def write(instance: Name, table: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Write rows of a table: one at a time or many at once.

    ``ots:DeleteRow`` is not granted, but a batch of writes (``ots:BatchWriteRow``) may delete too: no action tells
    the two apart. Raises ValidationError as ``read`` does.
    """
    return grant("ots.write", _write, instance=instance, table=table, region=region, account=account)


def consume(instance: Name, table: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Read the changes of a table by its stream, shard by shard. Raises ValidationError as ``read`` does."""
    return grant("ots.consume", _consume, instance=instance, table=table, region=region, account=account)


def consume_tunnel(instance: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Read the changes of the instance's tables by its tunnels: ``ots:ConsumeTunnel``.

    Tunnels are named by the instance alone, so no grant is narrower. Raises ValidationError as ``read`` does.
    """
    return grant("ots.consume_tunnel", _consume_tunnel, instance=instance, region=region, account=account)


def read_only(instance: Name, table: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Read all there is of a table: what Tablestore's document calls "all read-only API operations".

    The read set of ``ots-read-policy.json``: ``BatchGet*``, ``Describe*``, ``Get*``, ``List*``, ``Consume*``,
    ``Search`` and ``ComputeSplitPointsBySize``, all on the one table. A function that reads rows needs ``read`` alone.
    Raises ValidationError as ``read`` does.
    """
    return grant("ots.read_only", _read_only, instance=instance, table=table, region=region, account=account)


def _read(instance: str, table: str, region: str, account: str) -> tuple[Statement, ...]:
    return (Statement(_READ, _table("ots.read", instance, table, region, account)),)


def _search(instance: str, table: str, region: str, account: str) -> tuple[Statement, ...]:
    return (Statement(("ots:Search",), _table("ots.search", instance, table, region, account)),)


def _write(instance: str, table: str, region: str, account: str) -> tuple[Statement, ...]:
    return (Statement(_WRITE, _table("ots.write", instance, table, region, account)),)


def _consume(instance: str, table: str, region: str, account: str) -> tuple[Statement, ...]:
    return (Statement(_STREAM, _table("ots.consume", instance, table, region, account)),)


def _consume_tunnel(instance: str, region: str, account: str) -> tuple[Statement, ...]:
    at = f"acs:ots:{region}:{account}:instance/{ots_instance('ots.consume_tunnel', instance)}"
    return (Statement(("ots:ConsumeTunnel",), (at,)),)


def _read_only(instance: str, table: str, region: str, account: str) -> tuple[Statement, ...]:
    return (Statement(_READ_ONLY, _table("ots.read_only", instance, table, region, account)),)


def _table(kind: str, instance: str, table: str, region: str, account: str) -> tuple[str, ...]:
    where = f"instance/{ots_instance(kind, instance)}/table/{ots_table(kind, table)}"
    return (f"acs:ots:{region}:{account}:{where}",)
