"""A rollout driven by a command: what is due of it, or all of it to its end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from yunfn.cli.rollout.surroundings import CommandSurroundings
from yunfn.deployment import RollingAlias
from yunfn.exceptions import LeaseHeldError
from yunfn.rollout.connections import Connections
from yunfn.rollout.driver import Driver
from yunfn.rollout.state import RolloutState

# Seconds between looks whether the rollout's driver has let go of it.
_STANDING_BY = 5.0


async def drive(
    alias: RollingAlias,
    connections: Connections,
    state: RolloutState,
    surroundings: CommandSurroundings,
    *,
    once: bool,
) -> RolloutState:
    """Go on with the rollout that ``state`` tells of: with what is due now if ``once``, else to its end.

    Without ``once`` it stands by while another controller drives it, and takes over where that one ends. Raises as
    ``Driver.go_on`` does; OperationStoppedError leaves it in progress.
    """
    lines = connections.lines(state.began.specification.logs)
    driver = Driver(
        alias.place, connections.router, connections.log, connections.backend, connections.hooks, surroundings, lines
    )
    told = ""
    while True:
        try:
            return await driver.go_on(once=once)
        except LeaseHeldError as error:
            if once:
                raise
            if not told:
                told = str(error)
                surroundings.tell(f"standing by: {told}", lasting=True)
        await surroundings.sleep(_STANDING_BY)


def threads() -> ThreadPoolExecutor:
    """Threads for what blocks, of all aliases that a command drives."""
    return ThreadPoolExecutor(thread_name_prefix="rollout")
