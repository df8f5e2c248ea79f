"""One call of the data plane: who asks which instance, and the message that came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.protobuf.message import Message

from yunfn.localcloud.alibaba.tablestore.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.tablestore.messages import BrokenMessageError, parse
from yunfn.localcloud.alibaba.tablestore.models.instances import Instance
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2
from yunfn.localcloud.alibaba.tablestore.table_rules import check_name
from yunfn.localcloud.call import Call

if TYPE_CHECKING:
    from yunfn.localcloud.alibaba.tablestore.state import TablestoreState


@dataclass(frozen=True, slots=True)
class DataCall:
    """A data operation's call; ``message`` is its request, for example a ``GetRowRequest`` of GetRow."""

    call: Call
    operation: str
    instance: Instance
    message: Any

    @property
    def account(self) -> str:
        """The account that the instance belongs to."""
        return self.instance.account

    @property
    def region(self) -> str:
        """The instance's region."""
        return self.instance.region

    def require(self, table: str | None = None, action: str = "") -> None:
        """Ask for the right to the operation (or ``ots:{action}``) on a table, or on the instance where that is None.

        Raises AccessDeniedError, and ParameterInvalid for a name that no table has: neither policies nor the journal
        see one. A call that is about several tables asks for each of them.
        """
        if table is not None:
            self.about(check_name(table, "table"))
        self.call.require(f"ots:{action or self.operation}", self.instance.resource(table or ""))

    def about(self, table: str) -> None:
        """Name the table in the journal: ``instance/table``, several apart by commas."""
        before = self.call.resource.partition("/")[2]
        names = [name for name in before.split(",") if name]
        if table not in names:
            self.call.resource = f"{self.instance.name}/{','.join([*names, table])}"


Operation = Callable[["TablestoreState", DataCall], Message]
"""Does a call and returns the response message of its operation; raises CloudError for every refusal."""


def read_message(operation: str, body: bytes) -> Any:
    """The request message of ``operation`` in ``body``; raises ParameterInvalid for what is none."""
    try:
        return parse(getattr(table_store_pb2, f"{operation}Request"), body)
    except BrokenMessageError as broken:
        # The first sentence is the service's.
        raise ParameterInvalid(f"Failed to parse the ProtoBuf message. ({broken}.)") from None
