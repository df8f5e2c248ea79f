"""``yunfn:ots:TableStream``: the stream of a Tablestore table, on.

Table triggers read it, and upstream's table cannot turn it on (TFP 1.285.0). A table has one stream, so one that is on
already, for as many hours, is taken as this one; for other hours it is refused, as turning it off loses what nobody
has read yet. The cloud takes no other hours for a stream that is on, so another number replaces it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.declaration import Declaration, Property
from yunfn.provider.declared_resource import DeclaredResource
from yunfn.provider.late_imports import ONE_AT_A_TIME
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties
from yunfn.provider.repeating import repeated
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions

if TYPE_CHECKING:
    from yunfn.provider.tablestore import Stream, Tablestore

T = TypeVar("T")
#: Hours that a stream keeps changes at most (Tablestore documentation, "Stream": 1–168).
LONGEST = 168
# What passes by itself, and what is said of a table that is not there (Tablestore documentation, "Error codes").
_PASSING = (
    "OTSServerBusy", "OTSPartitionUnavailable", "OTSInternalServerError", "OTSTimeout", "OTSServerUnavailable",
    "OTSTableNotReady", "OTSNotEnoughCapacityUnit", "OTSRowOperationConflict", "OTSQuotaExhausted",
)  # fmt: skip
_GONE = "OTSObjectNotExist"
_INPUTS = (
    Property("account", "string", "Account id of the instance; other credentials are refused.", replaces=True),
    Property("region", "string", "Region of the instance, such as cn-shanghai.", replaces=True),
    Property("instanceName", "string", "Name of the instance.", replaces=True),
    Property("tableName", "string", "Name of the table.", replaces=True),
    Property(
        "hours",
        "integer",
        "Hours that changes are kept. Other ones make another stream, and what the old one held is lost.",
        replaces=True,
        minimum=1,
        maximum=LONGEST,
    ),
)


class TableStream(DeclaredResource):
    """Turns streams of tables on and off."""

    declaration = Declaration(
        token="yunfn:ots:TableStream",  # noqa: S106
        description="The stream of a Tablestore table, on: its changes are kept for some hours, and triggers get them.",
        inputs=_INPUTS,
        outputs=(*_INPUTS, Property("streamId", "string", "Id of the stream; another one each time it is turned on.")),
        identity=("account", "region", "instanceName", "tableName"),
    )
    timeouts = Timeouts(create=120, update=120, delete=120)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        table, hours = inputs["tableName"], int(inputs["hours"])
        store = await self._store(operation, inputs)
        found = await self._ask(operation, inputs, "DescribeTable", lambda: store.stream(table))
        if found is None:
            found = await self._ask(operation, inputs, "UpdateTable", lambda: store.turn_on(table, hours))
        if found.hours != hours:
            raise CloudAnswerError(
                f"{operation.name}: the stream of {table} is on already, for {found.hours} hours instead of {hours}: "
                f"declare hours={found.hours}, or turn it off first, which loses the changes that nobody has read"
            )
        return State(f"{inputs['instanceName']}:{table}", _outputs(inputs, found))

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource. A stream that was turned on anew has another id, and is this one."""
        where = outputs or await self._imported(operation, id)
        store = await self._store(operation, where)
        try:
            found = await self._ask(operation, where, "DescribeTable", lambda: store.stream(where["tableName"]))
        except CloudAnswerError as error:
            if not _is_gone(error):
                raise
            found = None
        if found is None:
            return None
        told = _outputs(where, found)
        return State(id, told, {each.name: told[each.name] for each in _INPUTS})

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource. Nothing of it changes but by another one."""
        return (await self.create(operation, inputs)).outputs

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        store = await self._store(operation, outputs)
        table = outputs["tableName"]
        try:
            if await self._ask(operation, outputs, "DescribeTable", lambda: store.stream(table)) is not None:
                await self._ask(operation, outputs, "UpdateTable", lambda: store.turn_off(table))
        except CloudAnswerError as error:
            if not _is_gone(error):
                raise

    async def _imported(self, operation: Operation, id: str) -> Properties:
        instance, _, table = id.partition(":")
        if not instance or not table:
            raise CloudAnswerError(f"{operation.name}: {id!r} cannot be imported: the id is <instance>:<table>")
        session = await self._sessions.alibaba(operation, self._sessions.default_region(), None)
        place = {"account": session.account, "region": session.region}
        return Properties({**place, "instanceName": instance, "tableName": table})

    async def _store(self, operation: Operation, where: Properties) -> Tablestore:
        session = await self._sessions.alibaba(operation, where["region"], where["account"])

        def connect() -> Tablestore:
            with ONE_AT_A_TIME:
                from yunfn.provider.tablestore import Tablestore

            return Tablestore(session, where["instanceName"])

        return await operation.run(connect)

    async def _ask(self, operation: Operation, where: Properties, api: str, call: Callable[[], T]) -> T:
        limit = operation.limits.of(where["account"], "ots", api)
        return await repeated(operation, limit, lambda: operation.run(call), _passes)


def _passes(error: CloudAnswerError) -> bool:
    """Whether the same request may succeed in a moment."""
    return error.code in _PASSING or error.status == 0 or error.status >= 500


def _is_gone(error: CloudAnswerError) -> bool:
    """Whether the table is not there, or its instance."""
    return error.code == _GONE or (error.code == "OTSAuthFailed" and "instance is not found" in str(error))


def _outputs(where: Properties, found: Stream) -> dict[str, Any]:
    kept = {each.name: where.get(each.name) for each in _INPUTS}
    return {**kept, "hours": found.hours, "streamId": found.id}
