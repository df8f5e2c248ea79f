"""What aliases of both clouds do with a rollout beside what is their own: put a version live, and tell of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from yunfn.exceptions import YunfnError
from yunfn.provider.declaration import Difference
from yunfn.provider.declared_resource import DeclaredResource
from yunfn.provider.operations import Operation
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.rollout import AliasRollouts
from yunfn.provider.rollout_properties import KEEP_VERSIONS, LAST_ROLLOUT, ROLLOUT, foretold
from yunfn.provider.rollout_told import last_rollout, unfinished
from yunfn.provider.version_pruning import Versions, prune
from yunfn.rollout.specification import Specification

#: The input and output that says which second version serves, on both clouds.
WEIGHTS = "additionalVersionWeight"


class RolledAlias(DeclaredResource):
    """An alias with a rollout as previews see it; ``main`` is the input and output that says which version serves."""

    main: ClassVar[str]

    def diff(self, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Difference]:
        """See Resource. A rollout that has not ended is a difference of every run.

        One that was not begun to shift, or has just shifted all, has the alias just as it is wanted; but whoever drives
        it on would move it, and nobody would know how it ended.
        """
        found = super().diff(old_inputs, old_outputs, inputs)
        if found or inputs.get(ROLLOUT.name) is None or not unfinished(old_outputs.get(LAST_ROLLOUT.name)):
            return found
        return [Difference(ROLLOUT.name, replaces=False)]

    def plan(self, inputs: Properties, old_outputs: Properties | None) -> dict[str, Any]:
        """See Resource. Nothing is known of the last rollout where one is to take place."""
        made = super().plan(inputs, old_outputs)
        if ROLLOUT.name not in inputs:
            return made | {LAST_ROLLOUT.name: None}
        old: Mapping[str, Any] = old_outputs or {}
        last = old.get(LAST_ROLLOUT.name)
        shifts = old_outputs is not None and (inputs.get(self.main) != old.get(self.main) or unfinished(last))
        return made | {LAST_ROLLOUT.name: UNKNOWN if shifts else last}

    def foretell(self, inputs: Properties, old_outputs: Properties) -> list[str]:
        """See Foretelling."""
        last = old_outputs.get(LAST_ROLLOUT.name)
        return foretold(inputs.get(ROLLOUT.name), old_outputs.get(self.main), inputs.get(self.main), last)


async def roll_out(
    rollouts: AliasRollouts,
    values: Mapping[str, Any],
    main: str,
    specification: Specification,
    *,
    ends: datetime | None,
    temporary: bool,
) -> dict[str, Any]:
    """Put the version live that ``values`` have under ``main``; the outputs, which tell how far it came.

    One that ``wait`` left in progress has the outputs of the alias as it is: the next run reads it first, and finds a
    change. Raises what AliasRollouts.to does.
    """
    state = await rollouts.to(values[main], specification, ends=ends, temporary=temporary)
    made = dict(values)
    if state is None:
        return made | {LAST_ROLLOUT.name: await rollouts.told(None)}
    if state.ended is None:
        routing = await rollouts.routing()
        if routing is not None:
            made[main] = routing.main
            made[WEIGHTS] = {routing.additional: float(routing.weight)} if routing.weight else {}
    return made | {LAST_ROLLOUT.name: last_rollout(state)}


async def pruned(
    operation: Operation,
    versions: Versions,
    rollouts_of_alias: Callable[[str], Awaitable[AliasRollouts | None]],
    values: Mapping[str, Any],
    outputs: Mapping[str, Any],
    main: str,
) -> None:
    """Delete the versions beyond the count that ``values`` keep, now that the version they have under ``main`` is live.

    ``outputs`` are those of the run: while a rollout is in progress nothing is deleted.
    """
    keep = values.get(KEEP_VERSIONS.name)
    if keep is None or outputs.get(main) != values[main]:
        return

    async def unfinished(alias: str) -> Iterable[str]:
        rollouts = await rollouts_of_alias(alias)
        return await rollouts.needed() if rollouts is not None else ()

    await prune(operation, versions, values[main], int(keep), unfinished)


async def retire(operation: Operation, rollouts: AliasRollouts, reason: str) -> None:
    """Close the record of an alias that is no more what it speaks of.

    What goes wrong with it is told and stops nothing: a destroyed stack may have lost its bucket before.
    """
    try:
        await rollouts.retire(reason)
    except YunfnError as error:
        operation.proceed(error)
        operation.warn(f"{operation.name}: the record of its rollouts stays as it is: {error}")


async def told(operation: Operation, rollouts: AliasRollouts, known: Mapping[str, Any] | None) -> Any:
    """The output ``lastRollout`` as a read finds it; where its record cannot be read, the one that is ``known``.

    Whoever may only look, or has lost the bucket, still gets previews, and can destroy the stack; an update needs it.
    """
    try:
        return await rollouts.told(known)
    except YunfnError as error:
        operation.proceed(error)
        operation.warn(f"{operation.name}: the record of its rollouts cannot be read: {error}")
        return known


def known(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """What a read takes from the state because the cloud tells nothing of it."""
    return {each.name: outputs[each.name] for each in (ROLLOUT, KEEP_VERSIONS, LAST_ROLLOUT) if each.name in outputs}
