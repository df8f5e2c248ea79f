"""Where an alias goes, held against the record: somebody who moves it by other means is found out here."""

from __future__ import annotations

from typing import Final

from yunfn.exceptions import ContestedAliasError
from yunfn.rollout.event import Ended
from yunfn.rollout.journal import Journal, steadily
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Router, Routing
from yunfn.rollout.surroundings import Surroundings

# Seconds between looks at an alias that is not where it should be, and how many more there are: a cloud may tell late.
_AGAIN: Final = 1.0
_LOOKS: Final = 2


class Whereabouts:
    """The alias of ``router`` beside the record in ``journal``."""

    def __init__(self, router: Router, journal: Journal, surroundings: Surroundings) -> None:
        self._router = router
        self._journal = journal
        self._around = surroundings
        #: Whether somebody moved it by other means: then it is left alone.
        self.contested = False

    async def find(self) -> Routing | None:
        """Where it goes; None if it is gone. Raises CloudAnswerError."""
        if self._journal.closing:
            return await self._around.finish(self._router.read)
        return await steadily(self._around, self._router.read)

    async def look(self) -> Routing:
        """Where it goes, which must be where the record has it, or where a shift under way brings it.

        Raises ContestedAliasError, once the rollout is ended by it; LeaseHeldError, CloudAnswerError.
        """
        found = await self.find()
        for _ in range(_LOOKS):
            if found is not None and self.expected(found):
                return found
            if not self._journal.closing:
                await self._around.sleep(_AGAIN)
            # Another controller that took the lease meanwhile is no intruder.
            await self._journal.catch_up()
            found = await self.find()
        if found is not None and self.expected(found):
            return found
        state = self._journal.state
        self.contested = True
        goes = f"goes to {found}" if found else "is gone"
        reason = (
            f"somebody moved the alias by other means: it {goes}, and rollout {state.number} had it at "
            f"{state.routing}; it stays as they put it"
        )
        await self._journal.record(Ended(at=self._around.now(), phase=Phase.CONTESTED, reason=reason))
        raise ContestedAliasError(f"{state.began.alias}: {reason}")

    async def stays(self, found: Routing) -> bool:
        """Whether it goes to ``found`` a moment later too: a cloud may tell late. Raises CloudAnswerError."""
        await self._around.sleep(_AGAIN)
        return await self.find() == found

    def expected(self, found: Routing | None) -> bool:
        """Whether the record tells of ``found``: as it left the alias, or as a shift under way finds or leaves it."""
        state = self._journal.state
        under_way = (state.shifting.routing, state.shifting.before) if state.shifting else ()
        return found is not None and found in (state.routing, *under_way)
