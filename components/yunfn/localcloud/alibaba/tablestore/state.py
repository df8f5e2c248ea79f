"""All that Tablestore keeps, in one place for its operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yunfn.localcloud.alibaba.tablestore.exceptions import TableNotFound
from yunfn.localcloud.alibaba.tablestore.models.instances import Instance, Instances
from yunfn.localcloud.alibaba.tablestore.models.rows import Rows
from yunfn.localcloud.alibaba.tablestore.models.streams import Streams
from yunfn.localcloud.alibaba.tablestore.models.tables import Table, Tables

if TYPE_CHECKING:
    from yunfn.localcloud.alibaba.tablestore.request import DataCall
    from yunfn.localcloud.cloud import LocalCloud


class TablestoreState:
    """Instances, tables, rows and streams, with the cloud's clock and switchboard."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.clock = cloud.clock
        self.events = cloud.events
        self.instances = Instances(cloud.store)
        self.tables = Tables(cloud.store)
        self.rows = Rows(cloud.store)
        self.streams = Streams(cloud)

    def table(self, instance: Instance, name: str) -> Table:
        """The instance's table of that name; raises TableNotFound."""
        found = self.tables.get(instance, name)
        if found is None:
            raise TableNotFound
        return found

    def table_of(self, call: DataCall) -> Table:
        """The one table that a call names, which the caller has the right to its operation on.

        Raises AccessDeniedError, before anything is told of the table, and TableNotFound.
        """
        name = call.message.table_name
        call.require(name)
        return self.table(call.instance, name)

    def drop(self, table: Table) -> None:
        """Forget a table with all that is kept beside it."""
        self.tables.delete(table)
        self.rows.drop(table)
        self.streams.disable(table.key)

    def reset(self) -> None:
        """Drop what is held in memory, after the store was cleared."""
        return
