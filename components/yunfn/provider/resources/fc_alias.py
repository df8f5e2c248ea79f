"""``yunfn:fc:Alias``: the name under which versions of a function on Function Compute 3.0 are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.alias_routing import routing_failures
from yunfn.provider.declaration import CheckFailure, Declaration, Property, refreshed, with_defaults
from yunfn.provider.declared_resource import DeclaredResource
from yunfn.provider.fc_connection import function_compute
from yunfn.provider.function_alias import wanted_alias
from yunfn.provider.mark import mark_of, somebody_elses, split_mark
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions

if TYPE_CHECKING:
    from yunfn.provider.function_compute import FunctionCompute

_PROPERTIES = (
    Property("account", "string", "Account id of the function; other credentials are refused.", replaces=True),
    Property("region", "string", "Region of the function, such as cn-shanghai.", replaces=True),
    Property("functionName", "string", "Name of the function.", replaces=True),
    Property("aliasName", "string", "Name of the alias.", replaces=True),
    Property("versionId", "string", "The main version: a number, or LATEST."),
    Property("description", "string", "Text shown in the console.", required=False, default=""),
    Property(
        "additionalVersionWeight",
        "map",
        "One version that serves too, and its share of the calls from 0 to 1.",
        required=False,
        items=Property("weight", "number", "Its share.", minimum=0, maximum=1),
    ),
)


class Alias(DeclaredResource):
    """Makes, moves and removes aliases of functions on Function Compute."""

    declaration = Declaration(
        token="yunfn:fc:Alias",  # noqa: S106
        description="The name under which one version of a function serves, or two by weight.",
        inputs=_PROPERTIES,
        outputs=_PROPERTIES,
        identity=("account", "region", "functionName", "aliasName"),
    )
    # As upstream has it (TFP 1.285.0, fcv3_alias).
    timeouts = Timeouts(create=300, update=300, delete=300, read=180)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        wrong = routing_failures(inputs.known("versionId"), inputs.known("additionalVersionWeight"), None)
        return super().check(inputs) + [CheckFailure(path, reason) for path, reason in wrong]

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        whole = with_defaults(self.declaration.inputs, inputs)
        functions = await self._functions(operation, whole)
        function, name = whole["functionName"], whole["aliasName"]
        id = f"{function}:{name}"
        wanted = wanted_alias(operation.urn, whole)
        if not await operation.run(functions.create_alias, function, name, wanted):
            found = await operation.run(functions.alias, function, name)
            # What an interrupted run made bears this resource's mark.
            if found is None or split_mark(found.description)[1] != mark_of(operation.urn):
                raise CloudAnswerError(somebody_elses(operation.urn, f"the alias {name} of {function}", id))
            if found != wanted:
                await operation.run(functions.update_alias, function, name, wanted)
        return State(id, self.recorded(whole))

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        function, _, name = id.rpartition(":")
        region = outputs.get("region") or self._sessions.default_region()
        session = await self._sessions.alibaba(operation, region, outputs.get("account"))
        functions = await function_compute(operation, session)
        found = await operation.run(functions.alias, function, name)
        if found is None:
            return None
        told = {
            "account": session.account,
            "region": session.region,
            "functionName": function,
            "aliasName": name,
            "versionId": found.version,
            "description": split_mark(found.description)[0],
            "additionalVersionWeight": found.weights,
        }
        return State(id, self.recorded(told), refreshed(self.declaration.inputs, inputs, told))

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource. States of upstream's alias become this one's; what is as wanted already is not written."""
        whole = with_defaults(self.declaration.inputs, inputs)
        functions = await self._functions(operation, whole)
        function, name = whole["functionName"], whole["aliasName"]
        wanted = wanted_alias(operation.urn, whole)
        found = await operation.run(functions.alias, function, name)
        if found is None:
            raise CloudAnswerError(f"{operation.name}: the alias {id} is gone; pulumi refresh takes note of it")
        if not found.means(wanted):
            await operation.run(functions.update_alias, function, name, wanted)
        return self.recorded(whole)

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        functions = await self._functions(operation, outputs)
        await operation.run(functions.delete_alias, outputs["functionName"], outputs["aliasName"])

    async def _functions(self, operation: Operation, where: Properties | dict[str, Any]) -> FunctionCompute:
        session = await self._sessions.alibaba(operation, where["region"], where["account"])
        return await function_compute(operation, session)
