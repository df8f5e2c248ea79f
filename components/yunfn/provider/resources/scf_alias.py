"""``yunfn:scf:Alias``: the name under which versions of a function are called.

``$DEFAULT``, which every function has and clients without a qualifier call, is taken over instead of created; deleted,
it goes back to ``$LATEST`` with nothing else set, as SCF made it, because it cannot be deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.alias_routing import read_routing, routing_config, routing_failures
from yunfn.provider.cloud_function import DEFAULT, FUNCTION_GONE, LATEST, CloudFunction
from yunfn.provider.declaration import CheckFailure, Declaration, Property, refreshed, with_defaults
from yunfn.provider.declared_resource import DeclaredResource
from yunfn.provider.function_place import PLACE, function_at, imported_place, thing_id
from yunfn.provider.mark import described, mark_of, somebody_elses, split_mark
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions

_GONE = FUNCTION_GONE | {"ResourceNotFound.Alias"}
_MATCH = (
    Property("version", "string", "The version that serves what matches."),
    Property("header", "string", "Name of the header; Invoke's RoutingKey has it too."),
    Property("method", "string", "How to compare: exact, or range for whole numbers.", allowed=("exact", "range")),
    Property("expression", "string", "The value, or (a,b) or [a,b] for a range."),
)
_PROPERTIES = (
    *PLACE,
    Property("aliasName", "string", "Name of the alias; $DEFAULT is taken over.", replaces=True),
    Property("functionVersion", "string", "The main version: a number, or $LATEST."),
    Property("description", "string", "Text shown in the console.", required=False, default=""),
    Property(
        "additionalVersionWeight",
        "map",
        "One version that serves too, and its share of the calls from 0 to 1.",
        required=False,
        items=Property("weight", "number", "Its share.", minimum=0, maximum=1),
    ),
    Property(
        "headerMatches",
        "array",
        "Calls that another version serves, by a header; they come before the weights.",
        required=False,
        items=Property("match", "object", "One rule.", fields=_MATCH, type_name="AliasHeaderMatch"),
    ),
)


class Alias(DeclaredResource):
    """Makes, moves and removes aliases of functions on SCF."""

    declaration = Declaration(
        token="yunfn:scf:Alias",  # noqa: S106
        description=(
            "The name under which one version of a function serves, or two by weight or header. $DEFAULT, which every "
            "function has, is taken over, and goes back to $LATEST when it is deleted."
        ),
        inputs=_PROPERTIES,
        outputs=_PROPERTIES,
        identity=(*(each.name for each in PLACE), "aliasName"),
    )
    timeouts = Timeouts(create=300, update=300, delete=300, read=180)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        weights, matches = inputs.known("additionalVersionWeight"), inputs.known("headerMatches")
        wrong = routing_failures(inputs.known("functionVersion"), weights, matches)
        return super().check(inputs) + [CheckFailure(path, reason) for path, reason in wrong]

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        whole = with_defaults(self.declaration.inputs, inputs)
        function = await function_at(operation, self._sessions, whole)
        if whole["aliasName"] == DEFAULT:
            await _adopt(operation, function, whole, DEFAULT)
            return State(thing_id(whole, DEFAULT), self.recorded(whole))
        wanted = _parameters(operation, whole)
        if not (wanted["RoutingConfig"]["AdditionalVersionWeights"] or wanted["RoutingConfig"]["AddtionVersionMatchs"]):
            del wanted["RoutingConfig"]
        try:
            await function.change("CreateAlias", of=_versions(whole), **wanted)
        except CloudAnswerError as error:
            if error.code != "ResourceInUse.Alias":
                raise
            await _adopt(operation, function, whole, whole["aliasName"])
        return State(thing_id(whole, whole["aliasName"]), self.recorded(whole))

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        where: Mapping[str, Any] = outputs
        if "account" not in outputs:
            form = "<namespace>/<function>:<alias>"
            where, (alias,) = await imported_place(operation, self._sessions, id, form)
            where = {**where, "aliasName": alias}
        function = await function_at(operation, self._sessions, where)
        found = await function.find("GetAlias", _GONE, Name=where["aliasName"])
        if found is None:
            return None
        weights, matches = read_routing(found.get("RoutingConfig"))
        told = {
            **{each.name: where[each.name] for each in PLACE},
            "aliasName": where["aliasName"],
            "functionVersion": str(found["FunctionVersion"]),
            "description": split_mark(str(found.get("Description") or ""))[0],
            "additionalVersionWeight": weights,
            "headerMatches": matches,
        }
        return State(id, self.recorded(told), refreshed(self.declaration.inputs, inputs, told))

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource. UpdateAlias says everything, so that a second time changes nothing."""
        whole = with_defaults(self.declaration.inputs, inputs)
        function = await function_at(operation, self._sessions, whole)
        await function.change("UpdateAlias", of=_versions(whole), **_parameters(operation, whole))
        return self.recorded(whole)

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        function = await function_at(operation, self._sessions, outputs)
        try:
            if outputs["aliasName"] == DEFAULT:
                nothing = routing_config(None, None)
                await function.change(
                    "UpdateAlias", Name=DEFAULT, FunctionVersion=LATEST, Description="", RoutingConfig=nothing
                )
            else:
                await function.change("DeleteAlias", Name=outputs["aliasName"])
        except CloudAnswerError as error:
            if error.code not in _GONE:
                raise


async def _adopt(operation: Operation, function: CloudFunction, whole: Mapping[str, Any], alias: str) -> None:
    """Make the alias that is there what is wanted, if it is this resource's: by its mark, or as nobody's $DEFAULT."""
    found = await function.call("GetAlias", Name=alias)
    its = split_mark(str(found.get("Description") or ""))[1]
    if its != mark_of(operation.urn) and (its is not None or alias != DEFAULT):
        raise CloudAnswerError(
            somebody_elses(
                operation.urn, f"the alias {alias} of {function.namespace}/{function.name}", thing_id(whole, alias)
            )
        )
    await function.change("UpdateAlias", of=_versions(whole), **_parameters(operation, whole))


def _parameters(operation: Operation, whole: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Name": whole["aliasName"],
        "FunctionVersion": whole["functionVersion"],
        "Description": described(whole["description"], mark_of(operation.urn)),
        "RoutingConfig": routing_config(whole.get("additionalVersionWeight"), whole.get("headerMatches")),
    }


def _versions(whole: Mapping[str, Any]) -> list[str]:
    """The versions that have to be Active before the alias may name them."""
    matched = [each["version"] for each in whole.get("headerMatches") or ()]
    return list(
        dict.fromkeys((LATEST, whole["functionVersion"], *(whole.get("additionalVersionWeight") or ()), *matched))
    )
