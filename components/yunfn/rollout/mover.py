"""Moves of an alias by one controller: none towards the candidate once stable is put back.

A call that a stopped operation no longer waits for goes on in its thread. Who then puts stable back does so at once,
and once more when that call has ended: in what order both reached the cloud nobody knows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from yunfn.exceptions import CloudAnswerError, OperationStoppedError
from yunfn.rollout.journal import OvertakenError
from yunfn.rollout.routing import Router, Routing
from yunfn.rollout.surroundings import Surroundings

# Seconds that a call under way may take to end, with all that its client tries.
_PATIENCE: Final = 60.0
# Seconds between tries to put stable back, for a minute: there is nothing better to do.
_PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0)


class Mover:
    """``router``'s alias; ``now`` is the clock that leases end by."""

    def __init__(self, router: Router, now: Callable[[], float]) -> None:
        self._router = router
        self._now = now
        self._free = threading.Condition()
        self._under_way = 0
        self._closed = False
        #: Whether a move towards the candidate was begun and stable was not put back since.
        self.moved = False
        #: Whether stable was put back.
        self.restored = False

    def shift(self, routing: Routing, until: float) -> str:
        """Send the alias's calls to ``routing``; the request's id. Blocks; raises CloudAnswerError.

        Raises OvertakenError after ``until`` (unix seconds), when somebody else may drive, and OperationStoppedError
        where stable is being put back.
        """
        with self._free:
            if self._closed:
                raise OperationStoppedError("the rollout was stopped: stable is put back")
            if self._now() >= until:
                raise OvertakenError
            self.moved = True
            self._under_way += 1
        try:
            return self._router.route(routing)
        finally:
            with self._free:
                self._under_way -= 1
                self._free.notify_all()

    def restore(self, stable: Routing) -> str:
        """Send all calls to ``stable`` for good; the request's id. Blocks; raises CloudAnswerError."""
        with self._free:
            self._closed = True
            meanwhile = self._under_way
        request_id = self._router.route(stable)
        if meanwhile:
            with self._free:
                self._free.wait_for(lambda: not self._under_way, _PATIENCE)
            request_id = self._router.route(stable)
        self.moved, self.restored = False, True
        return request_id


async def put_back(mover: Mover, stable: Routing, surroundings: Surroundings, pause: Callable[[float], None]) -> str:
    """Restore ``stable`` though the operation was stopped, and again where the cloud refuses; the request's id.

    ``pause`` waits in a thread. Raises CloudAnswerError at last.
    """
    for seconds in _PAUSES:
        try:
            return await surroundings.finish(partial(mover.restore, stable))
        except CloudAnswerError:
            await surroundings.finish(partial(pause, seconds))
    return await surroundings.finish(partial(mover.restore, stable))
