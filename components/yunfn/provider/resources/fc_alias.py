"""``yunfn:fc:Alias``: the name under which versions of a function on Function Compute 3.0 are called.

With a ``rollout``, another version is put live by steps inside the update. The first publication is all at once: an
alias that is made serves nobody yet, so there are no calls to learn from and no version to go back to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from yunfn.exceptions import CloudAnswerError, RolloutError
from yunfn.provider import rolled_alias
from yunfn.provider.alias_routing import routing_failures
from yunfn.provider.declaration import CheckFailure, Declaration, Property, refreshed, with_defaults
from yunfn.provider.failures import PartialFailureError
from yunfn.provider.fc_connection import function_compute
from yunfn.provider.function_alias import FunctionAlias, wanted_alias
from yunfn.provider.mark import mark_of, somebody_elses, split_mark
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.rolled_alias import RolledAlias
from yunfn.provider.rollout import AliasRollouts, rollouts_of
from yunfn.provider.rollout_properties import (
    KEEP_VERSIONS,
    LAST_ROLLOUT,
    LATEST,
    ROLLOUT,
    bucket_of,
    rollout_failures,
    specification_of,
)
from yunfn.provider.session import Sessions
from yunfn.provider.version_pruning import FcVersions
from yunfn.rollout.event import AliasPlace

if TYPE_CHECKING:
    from yunfn.provider.function_compute import FunctionCompute
    from yunfn.storage.alibaba_session import AlibabaSession

_MAIN, _WEIGHTS = "versionId", rolled_alias.WEIGHTS
_PROPERTIES = (
    Property("account", "string", "Account id of the function; other credentials are refused.", replaces=True),
    Property("region", "string", "Region of the function, such as cn-shanghai.", replaces=True),
    Property("functionName", "string", "Name of the function.", replaces=True),
    Property("aliasName", "string", "Name of the alias.", replaces=True),
    Property(_MAIN, "string", "The main version: a number, or LATEST."),
    Property("description", "string", "Text shown in the console.", required=False, default=""),
    Property(
        _WEIGHTS,
        "map",
        "One version that serves too, and its share of the calls from 0 to 1.",
        required=False,
        items=Property("weight", "number", "Its share.", minimum=0, maximum=1),
    ),
    ROLLOUT,
    KEEP_VERSIONS,
)


class Alias(RolledAlias):
    """Makes, moves and removes aliases of functions on Function Compute."""

    declaration = Declaration(
        token="yunfn:fc:Alias",  # noqa: S106
        description=(
            "The name under which one version of a function serves, or two by weight. With a rollout, another version "
            "is put live by steps, judged at each of them."
        ),
        inputs=_PROPERTIES,
        outputs=(*_PROPERTIES, LAST_ROLLOUT),
        identity=("account", "region", "functionName", "aliasName"),
        rolling=ROLLOUT.name,
    )
    # As upstream has it (TFP 1.285.0, fcv3_alias).
    timeouts = Timeouts(create=300, update=300, delete=300, read=180)

    main = _MAIN

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        wrong = routing_failures(inputs.known(_MAIN), inputs.known(_WEIGHTS), None)
        return [
            *super().check(inputs),
            *(CheckFailure(path, reason) for path, reason in wrong),
            *rollout_failures(inputs, _MAIN, _WEIGHTS),
        ]

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource. An alias that is there, of a run that was interrupted, serves already: it is rolled out."""
        whole = with_defaults(self.declaration.inputs, inputs)
        session = await self._session(operation, whole)
        functions = await function_compute(operation, session)
        function, name = whole["functionName"], whole["aliasName"]
        id, wanted = f"{function}:{name}", wanted_alias(operation.urn, whole)
        if await operation.run(functions.create_alias, function, name, wanted):
            await self._retire(operation, session, whole, whole, "the alias was made anew")
            return State(id, self.recorded(whole))
        found = await operation.run(functions.alias, function, name)
        # What an interrupted run made bears this resource's mark.
        if found is None or split_mark(found.description)[1] != mark_of(operation.urn):
            raise CloudAnswerError(somebody_elses(operation.urn, f"the alias {name} of {function}", id))
        try:
            # One that points at what is not published is of a first publication that did not end.
            first = found.version in LATEST
            return State(id, await self._changed(operation, session, functions, found, whole, whole, at_once=first))
        except RolloutError as error:
            there = whole | {_MAIN: found.version, _WEIGHTS: found.weights}
            raise PartialFailureError(id, self.recorded(there), str(error)) from error

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
            _MAIN: found.version,
            "description": split_mark(found.description)[0],
            _WEIGHTS: found.weights,
        }
        known = rolled_alias.known(outputs)
        if bucket := bucket_of(inputs):
            rollouts = await self._rollouts(operation, session, told, bucket)
            last = LAST_ROLLOUT.name
            known[last] = await rolled_alias.told(operation, rollouts, known.get(last))
        return State(id, self.recorded(known | told), refreshed(self.declaration.inputs, inputs, told))

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource. States of upstream's alias become this one's; what is as wanted already is not written."""
        whole = with_defaults(self.declaration.inputs, inputs)
        session = await self._session(operation, whole)
        functions = await function_compute(operation, session)
        found = await operation.run(functions.alias, whole["functionName"], whole["aliasName"])
        if found is None:
            raise CloudAnswerError(f"{operation.name}: the alias {id} is gone; pulumi refresh takes note of it")
        return await self._changed(operation, session, functions, found, whole, outputs)

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        session = await self._session(operation, outputs)
        functions = await function_compute(operation, session)
        await operation.run(functions.delete_alias, outputs["functionName"], outputs["aliasName"])
        await self._retire(operation, session, outputs, outputs, "the alias was deleted")

    async def _changed(
        self,
        operation: Operation,
        session: AlibabaSession,
        functions: FunctionCompute,
        found: FunctionAlias,
        whole: dict[str, Any],
        outputs: Mapping[str, Any],
        *,
        at_once: bool = False,
    ) -> dict[str, Any]:
        """Make the alias ``found`` what ``whole`` wants, by a rollout if it says so; the outputs."""
        function, name = whole["functionName"], whole["aliasName"]
        wanted, specification = wanted_alias(operation.urn, whole), specification_of(whole)
        if specification is None or at_once:
            if not found.means(wanted):
                await operation.run(functions.update_alias, function, name, wanted)
            await self._retire(operation, session, whole, outputs, "the alias was moved at once, without a rollout")
            return await self._pruned(operation, session, functions, whole, self.recorded(whole))
        if not found.reads(wanted):
            await operation.run(functions.describe_alias, function, name, wanted.description)
        rollouts = await self._rollouts(operation, session, whole, specification.bucket)
        ends = self._sessions.expiration("alibaba")
        made = await rolled_alias.roll_out(
            rollouts, whole, _MAIN, specification, ends=ends, temporary=bool(session.token)
        )
        return await self._pruned(operation, session, functions, whole, self.recorded(made))

    async def _pruned(
        self,
        operation: Operation,
        session: AlibabaSession,
        functions: FunctionCompute,
        whole: dict[str, Any],
        made: dict[str, Any],
    ) -> dict[str, Any]:
        """The outputs ``made``, after versions that are not kept were deleted."""
        bucket = bucket_of(whole)

        async def rollouts_of_alias(alias: str) -> AliasRollouts | None:
            return await self._rollouts(operation, session, whole | {"aliasName": alias}, bucket) if bucket else None

        versions = FcVersions(operation, functions, whole["functionName"])
        await rolled_alias.pruned(operation, versions, rollouts_of_alias, whole, made, _MAIN)
        return made

    async def _retire(
        self,
        operation: Operation,
        session: AlibabaSession,
        where: Mapping[str, Any],
        outputs: Mapping[str, Any],
        reason: str,
    ) -> None:
        if bucket := bucket_of(outputs):
            rollouts = await self._rollouts(operation, session, where, bucket)
            await rolled_alias.retire(operation, rollouts, reason)

    async def _rollouts(
        self, operation: Operation, session: AlibabaSession, where: Mapping[str, Any], bucket: str
    ) -> AliasRollouts:
        place = AliasPlace(
            "alibaba", session.account, session.region, "", where["functionName"], where["aliasName"]
        )  # fmt: skip
        return await rollouts_of(operation, place, bucket, session)

    async def _session(self, operation: Operation, where: Mapping[str, Any]) -> AlibabaSession:
        return await self._sessions.alibaba(operation, where["region"], where["account"])
