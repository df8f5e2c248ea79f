"""Where a table is."""

from __future__ import annotations

from typing import NamedTuple


class TableKey(NamedTuple):
    """A table's full name: ``instance`` in lower case, ``table`` as it was created."""

    account: str
    region: str
    instance: str
    table: str

    @classmethod
    def of(cls, arn: str) -> TableKey:
        """The table of a full name, ``acs:ots:<region>:<account>:instance/<instance>/table/<table>``."""
        _, _, region, account, path = arn.split(":", 4)
        instance, _, table = path.removeprefix("instance/").partition("/table/")
        return cls(account, region, instance.lower(), table)
