"""The end of the plugin: with the engine's orders, or because the engine is no more.

A plugin whose engine was killed would go on for ever, and its operations with it (seen: the orphan ran to the end).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from yunfn.provider.operations import Operations

# Seconds between two looks at the parent process: one system call each.
_LOOK = 0.5
# Seconds that operations get to leave things as they found them. After SIGINT the engine kills in five.
_LAST_WORDS = 4.0
# Seconds for what puts a served version back, where no engine is left to kill: as long as a cloud is tried.
_PUT_BACK = 60.0


class Liveness:
    """Ends the process when its engine has gone, or said so; running operations are stopped first."""

    def __init__(self, operations: Operations, leave: Callable[[int], None] = os._exit) -> None:
        self._operations = operations
        self._leave = leave
        self._parent = os.getppid()
        self._ending: asyncio.Task[None] | None = None

    async def watch(self) -> None:
        """Look for the engine until it is gone; a process whose parent ended gets another one."""
        # No event to wait for: the system tells nobody of a new parent.
        while os.getppid() == self._parent:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK)
        self.engine_lost()

    def engine_lost(self) -> None:
        """End, because the engine is gone: it was killed, or its log does not answer any more."""
        self.end("was stopped: the engine is gone")

    def end(self, reason: str) -> None:
        """Stop what runs, wait for it a few seconds, and leave. Must be called in the event loop's thread."""
        self._operations.stop_all(reason)
        if self._ending is None:
            self._ending = asyncio.get_running_loop().create_task(self._end())

    async def _end(self) -> None:
        await self._operations.ended(_LAST_WORDS, _PUT_BACK)
        # Let the answers leave. Not sys.exit: it would wait for threads that a network holds up.
        await asyncio.sleep(0.05)
        self._leave(0)
