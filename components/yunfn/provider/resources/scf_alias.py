"""``yunfn:scf:Alias``: the name under which versions of a function are called.

``$DEFAULT``, which every function has and clients without a qualifier call, is taken over instead of created; deleted,
it goes back to ``$LATEST`` with nothing else set, as SCF made it, because it cannot be deleted.

With a ``rollout``, another version is put live by steps inside the update. The first publication is all at once: an
alias that is made serves nobody yet, so there are no calls to learn from and no version to go back to; and a
``$DEFAULT`` at ``$LATEST`` goes to whatever the function was changed to last, which is what was just published.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.exceptions import CloudAnswerError, RolloutError
from yunfn.provider import rolled_alias
from yunfn.provider.alias_routing import read_routing, routing_config, routing_failures
from yunfn.provider.cloud_function import DEFAULT, FUNCTION_GONE, LATEST, CloudFunction
from yunfn.provider.declaration import CheckFailure, Declaration, Property, refreshed, with_defaults
from yunfn.provider.failures import PartialFailureError
from yunfn.provider.function_place import PLACE, function_at, imported_place, thing_id
from yunfn.provider.mark import described, mark_of, somebody_elses, split_mark
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.rolled_alias import RolledAlias
from yunfn.provider.rollout import AliasRollouts, rollouts_of
from yunfn.provider.rollout_properties import (
    KEEP_VERSIONS,
    LAST_ROLLOUT,
    ROLLOUT,
    bucket_of,
    rollout_failures,
    specification_of,
)
from yunfn.provider.session import Sessions
from yunfn.provider.version_pruning import ScfVersions
from yunfn.rollout.event import AliasPlace

_MAIN, _WEIGHTS, _MATCHES = "functionVersion", rolled_alias.WEIGHTS, "headerMatches"
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
    ROLLOUT,
    KEEP_VERSIONS,
)


class Alias(RolledAlias):
    """Makes, moves and removes aliases of functions on SCF."""

    declaration = Declaration(
        token="yunfn:scf:Alias",  # noqa: S106
        description=(
            "The name under which one version of a function serves, or two by weight or header. $DEFAULT, which every "
            "function has, is taken over, and goes back to $LATEST when it is deleted. With a rollout, another version "
            "is put live by steps, judged at each of them."
        ),
        inputs=_PROPERTIES,
        outputs=(*_PROPERTIES, LAST_ROLLOUT),
        identity=(*(each.name for each in PLACE), "aliasName"),
        rolling=ROLLOUT.name,
    )
    timeouts = Timeouts(create=300, update=300, delete=300, read=180)

    main = _MAIN

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        wrong = routing_failures(inputs.known(_MAIN), inputs.known(_WEIGHTS), inputs.known(_MATCHES))
        return [
            *super().check(inputs),
            *(CheckFailure(path, reason) for path, reason in wrong),
            *rollout_failures(inputs, _MAIN, _WEIGHTS, _MATCHES),
        ]

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource. An alias that is there, of a run that was interrupted, serves already: it is rolled out."""
        whole = with_defaults(self.declaration.inputs, inputs)
        function = await function_at(operation, self._sessions, whole)
        id = thing_id(whole, whole["aliasName"])
        if whole["aliasName"] == DEFAULT:
            return State(id, await self._adopt(operation, function, whole))
        wanted = _parameters(operation, whole)
        if not (wanted["RoutingConfig"]["AdditionalVersionWeights"] or wanted["RoutingConfig"]["AddtionVersionMatchs"]):
            del wanted["RoutingConfig"]
        try:
            await function.change("CreateAlias", of=_versions(whole), **wanted)
        except CloudAnswerError as error:
            if error.code != "ResourceInUse.Alias":
                raise
            return State(id, await self._adopt(operation, function, whole))
        await self._retire(operation, whole, whole, "the alias was made anew")
        return State(id, self.recorded(whole))

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
        known = rolled_alias.known(outputs)
        if bucket := bucket_of(inputs):
            rollouts = await self._rollouts(operation, told, bucket)
            last = LAST_ROLLOUT.name
            known[last] = await rolled_alias.told(operation, rollouts, known.get(last))
        return State(id, self.recorded(known | told), refreshed(self.declaration.inputs, inputs, told))

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource. UpdateAlias says everything, so that a second time changes nothing."""
        whole = with_defaults(self.declaration.inputs, inputs)
        function = await function_at(operation, self._sessions, whole)
        if specification_of(whole) is None:
            return await self._moved(operation, function, whole, outputs)
        found = await function.call("GetAlias", Name=whole["aliasName"])
        return await self._rolled_out(operation, function, found, whole)

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
        await self._retire(operation, outputs, outputs, "the alias was deleted")

    async def _adopt(self, operation: Operation, function: CloudFunction, whole: dict[str, Any]) -> dict[str, Any]:
        """Make the alias that is there what is wanted, if it is this resource's; the outputs.

        It is by its mark, or as nobody's ``$DEFAULT``.
        """
        alias = whole["aliasName"]
        id = thing_id(whole, alias)
        found = await function.call("GetAlias", Name=alias)
        its = split_mark(str(found.get("Description") or ""))[1]
        if its != mark_of(operation.urn) and (its is not None or alias != DEFAULT):
            there = f"the alias {alias} of {function.namespace}/{function.name}"
            raise CloudAnswerError(somebody_elses(operation.urn, there, id))
        version = str(found["FunctionVersion"])
        if specification_of(whole) is None or version == LATEST:
            return await self._moved(operation, function, whole, whole)
        try:
            return await self._rolled_out(operation, function, found, whole)
        except RolloutError as error:
            weights, matches = read_routing(found.get("RoutingConfig"))
            left = whole | {_MAIN: version, _WEIGHTS: weights, _MATCHES: matches}
            raise PartialFailureError(id, self.recorded(left), str(error)) from error

    async def _moved(
        self, operation: Operation, function: CloudFunction, whole: dict[str, Any], outputs: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Make the alias at once what is wanted; the outputs."""
        await function.change("UpdateAlias", of=_versions(whole), **_parameters(operation, whole))
        await self._retire(operation, whole, outputs, "the alias was moved at once, without a rollout")
        return await self._pruned(operation, function, whole, self.recorded(whole))

    async def _rolled_out(
        self, operation: Operation, function: CloudFunction, found: Mapping[str, Any], whole: dict[str, Any]
    ) -> dict[str, Any]:
        """Put the version live that is wanted; the outputs. What else is wanted comes first, and moves nothing."""
        specification = specification_of(whole)
        assert specification is not None
        weights, matches = read_routing(found.get("RoutingConfig"))
        if matches or split_mark(str(found.get("Description") or ""))[0] != whole["description"]:
            as_it_is = whole | {_MAIN: str(found["FunctionVersion"]), _WEIGHTS: weights, _MATCHES: None}
            await function.change("UpdateAlias", of=_versions(as_it_is), **_parameters(operation, as_it_is))
        rollouts = await self._rollouts(operation, whole, specification.bucket)
        session = await self._sessions.tencent(operation, whole["region"], whole["account"])
        ends = self._sessions.expiration("tencent")
        made = await rolled_alias.roll_out(
            rollouts, whole, _MAIN, specification, ends=ends, temporary=bool(session.token)
        )
        return await self._pruned(operation, function, whole, self.recorded(made))

    async def _pruned(
        self, operation: Operation, function: CloudFunction, whole: dict[str, Any], made: dict[str, Any]
    ) -> dict[str, Any]:
        """The outputs ``made``, after versions that are not kept were deleted."""
        bucket = bucket_of(whole)

        async def rollouts_of_alias(alias: str) -> AliasRollouts | None:
            return await self._rollouts(operation, whole | {"aliasName": alias}, bucket) if bucket else None

        await rolled_alias.pruned(operation, ScfVersions(function), rollouts_of_alias, whole, made, _MAIN)
        return made

    async def _retire(
        self, operation: Operation, where: Mapping[str, Any], outputs: Mapping[str, Any], reason: str
    ) -> None:
        if bucket := bucket_of(outputs):
            await rolled_alias.retire(operation, await self._rollouts(operation, where, bucket), reason)

    async def _rollouts(self, operation: Operation, where: Mapping[str, Any], bucket: str) -> AliasRollouts:
        session = await self._sessions.tencent(operation, where["region"], where["account"])
        at = (where["namespace"], where["functionName"], where["aliasName"])
        return await rollouts_of(operation, AliasPlace("tencent", session.appid, session.region, *at), bucket, session)


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
