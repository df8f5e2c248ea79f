"""One call of the data plane: who asks which instance, and the message that came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.protobuf.message import DecodeError, Message

from yunfn.localcloud.alibaba.tablestore.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.tablestore.models.instances import Instance
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2
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

    def require(self, table: str = "", action: str = "") -> None:
        """Ask for the right to the operation (or ``ots:{action}``) on a table, or on the instance.

        Raises AccessDeniedError. A call that is about several tables asks for each of them.
        """
        self.about(table)
        self.call.require(f"ots:{action or self.operation}", self.instance.resource(table))

    def about(self, table: str) -> None:
        """Name the table in the journal: ``instance/table``, several apart by commas."""
        if not table:
            return
        before = self.call.resource.partition("/")[2]
        names = [name for name in before.split(",") if name]
        if table not in names:
            self.call.resource = f"{self.instance.name}/{','.join([*names, table])}"


Operation = Callable[["TablestoreState", DataCall], Message]
"""Does a call and returns the response message of its operation; raises CloudError for every refusal."""


def read_message(operation: str, body: bytes) -> Any:
    """The request message of ``operation`` in ``body``; raises ParameterInvalid for what is none."""
    message = getattr(table_store_pb2, f"{operation}Request")()
    try:
        message.ParseFromString(body)
    except DecodeError:
        raise ParameterInvalid("Failed to parse the ProtoBuf message.") from None
    if missing := message.FindInitializationErrors():
        raise ParameterInvalid(f"Failed to parse the ProtoBuf message: it has no {', '.join(missing)}.")
    return message
