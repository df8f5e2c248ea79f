"""A rollout's surroundings in memory: virtual time, an alias, a record, figures; and faults in every call of them.

Time is that of an event loop whose clock jumps to the next timer: an hour's rollout takes milliseconds, and any number
of controllers run side by side.
"""

from __future__ import annotations

import asyncio
import selectors
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Any, TypeVar

from yunfn.exceptions import CloudAnswerError, ObjectExistsError, OperationStoppedError
from yunfn.rollout.hook import Hook, HookResult
from yunfn.rollout.metric import Measure, Reading
from yunfn.rollout.routing import Routing

T = TypeVar("T")
START = 1_800_000_000.0


class _Jumping(selectors.SelectSelector):
    """Waits for nothing: the loop's clock goes forward instead."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("every task waits for something that will never happen")
        self.skipped += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time() is virtual."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.skipped


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run in virtual time, to the end."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()

        async def leave() -> None:
            await asyncio.gather(*left, return_exceptions=True)

        loop.run_until_complete(leave())
        loop.close()


class Crash(BaseException):
    """kill -9: nothing of the process runs after it."""


class Fault(StrEnum):
    """What happens to one call."""

    #: The cloud refuses; nothing was done.
    REFUSED = "refused"
    #: It was done, and the answer is lost.
    LOST = "lost"
    #: The process is killed before the call, or after it before the answer.
    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"


@dataclass
class Faults:
    """Counts calls, and lets those in ``plan`` (by number, from 0) fail; ``always`` names calls that are refused."""

    plan: dict[int, Fault] = field(default_factory=dict)
    always: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    #: Called with each call's name before it is made.
    before: Callable[[str], None] | None = None

    def around(self, name: str, call: Callable[[], T]) -> T:
        """Make the call, or let it fail."""
        fault = self.plan.get(len(self.calls))
        self.calls.append(name)
        if self.before:
            self.before(name)
        if name in self.always or fault is Fault.REFUSED:
            raise CloudAnswerError(f"{name}: Throttling.User, request id R-{len(self.calls)}", code="Throttling.User")
        if fault is Fault.DIES_BEFORE:
            raise Crash
        answer = call()
        if fault is Fault.DIES_AFTER:
            raise Crash
        if fault is Fault.LOST:
            raise CloudAnswerError(f"{name}: connection reset by peer")
        return answer


class MemoryLog:
    """An EventLog."""

    def __init__(self, faults: Faults | None = None, objects: dict[tuple[int, int], bytes] | None = None) -> None:
        self.faults = faults or Faults()
        self.objects: dict[tuple[int, int], bytes] = {} if objects is None else objects

    def rollouts(self) -> list[int]:
        return self.faults.around("rollouts", lambda: sorted({rollout for rollout, _ in self.objects}))

    def read(self, rollout: int, after: int = 0, most: int | None = None) -> list[bytes]:
        return self.faults.around("read", lambda: self._from(rollout, after)[:most])

    def append(self, rollout: int, number: int, event: bytes) -> None:
        def put() -> None:
            if (rollout, number) in self.objects:
                raise ObjectExistsError(f"{rollout}/{number} is taken")
            assert number == 1 or (rollout, number - 1) in self.objects, f"a gap before {rollout}/{number}"
            self.objects[rollout, number] = event

        self.faults.around("append", put)

    def _from(self, rollout: int, after: int) -> list[bytes]:
        found = []
        while (rollout, after + 1) in self.objects:
            after += 1
            found.append(self.objects[rollout, after])
        return found


@dataclass
class MemoryAlias:
    """What the cloud holds: where the alias goes, and every move: who made it and to where."""

    routing: Routing | None
    moves: list[tuple[str, Routing]] = field(default_factory=list)
    #: Versions that the alias may not name yet, or never.
    unready: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    #: Asked of each move before it is made: whether it may be.
    guard: Callable[[str, Routing], None] | None = None

    def move(self, who: str, routing: Routing) -> None:
        """Send calls there; refuses what the clouds refuse."""
        assert 0 <= routing.weight < 1, routing
        assert bool(routing.additional) == bool(routing.weight), routing
        assert routing.additional != routing.main, routing
        assert sum(routing.share(each) for each in {routing.main, routing.additional} - {""}) == Decimal(1)
        if self.guard:
            self.guard(who, routing)
        self.routing = routing
        self.moves.append((who, routing))


class MemoryRouter:
    """A Router over a MemoryAlias."""

    def __init__(self, alias: MemoryAlias, faults: Faults | None = None, who: str = "controller") -> None:
        self.alias = alias
        self.faults = faults or Faults()
        self.who = who

    def read(self) -> Routing | None:
        return self.faults.around("alias", lambda: self.alias.routing)

    def route(self, routing: Routing) -> str:
        self.faults.around("route", lambda: self.alias.move(self.who, routing))
        return f"R-{len(self.alias.moves)}"

    def ready(self, version: str) -> bool:
        def look() -> bool:
            if version in self.alias.broken:
                raise CloudAnswerError(f"version {version} will never be")
            return version not in self.alias.unready

        return self.faults.around("ready", look)


class ScriptedBackend:
    """A MetricsBackend that answers what ``answers`` makes of version, since and until; counts who asked."""

    def __init__(
        self, answers: Callable[[str, float, float], Reading | None], late: float = 0.0, faults: Faults | None = None
    ) -> None:
        self.answers = answers
        self.late = late
        self.faults = faults or Faults()
        self.asked: Counter[str] = Counter()

    def measure(self, measure: Measure, version: str, since: float, until: float) -> Reading | None:
        self.asked[version] += 1
        return self.faults.around("measure", lambda: self.answers(version, since, until))


def shares(failing: dict[str, float], rate: float = 20.0, random: Random | None = None) -> ScriptedBackend:
    """Figures of ``rate`` calls a second of each version, of which the share in ``failing`` fails.

    As the figures would come on the whole, or by chance where ``random`` is given.
    """

    def answer(version: str, since: float, until: float) -> Reading | None:
        count = int(rate * (until - since))
        share = failing.get(version, 0.0)
        failures = sum(random.random() < share for _ in range(count)) if random else round(count * share)
        return Reading(count, failures) if count else None

    return ScriptedBackend(answer)


class ScriptedHooks:
    """A HookCaller: hooks named in ``failing`` do not pass; ``called`` has each call's name and facts."""

    def __init__(self, failing: set[str] | None = None) -> None:
        self.failing = failing or set()
        self.called: list[tuple[str, dict[str, str]]] = []

    def call(self, hook: Hook, facts: dict[str, str], cancelled: Callable[[], bool]) -> HookResult:
        self.called.append((hook.name, facts))
        passed = hook.name not in self.failing
        return HookResult(passed=passed, answer="fine" if passed else "it said no", seconds=0.1)


class MemorySurroundings:
    """Surroundings in the virtual time of the running loop.

    Each blocking call takes up to ``latency`` seconds before it is made and as long after, by ``random``. A stop ends
    the waiting for a call and not the call, as threads do: it is made all the same.
    """

    def __init__(self, latency: float = 0.05, random: Random | None = None) -> None:
        self.latency = latency
        self.random = random or Random(0)
        self.lines: list[tuple[bool, str]] = []
        self.dead = False
        self._stopped: asyncio.Event = asyncio.Event()
        self._asleep_until = 0.0

    def now(self) -> float:
        return START + asyncio.get_event_loop().time()

    def stop(self) -> None:
        """Ctrl-C."""
        self._stopped.set()

    async def run(self, call: Callable[[], T]) -> T:
        self._proceed()
        thread = asyncio.ensure_future(self._call(call))
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({thread, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        if not thread.done():
            thread.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._proceed()
        return thread.result()

    async def sleep(self, seconds: float) -> None:
        self._alive()
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except TimeoutError:
            await self._wake()
            return
        await self._wake()
        self._proceed()

    async def finish(self, call: Callable[[], T]) -> T:
        return await self._call(call)

    def tell(self, line: str, *, lasting: bool = False) -> None:
        self.lines.append((lasting, line))

    def fall_asleep(self, seconds: float) -> None:
        """The machine is suspended: the process goes on where it was, so much later."""
        self._asleep_until = asyncio.get_event_loop().time() + seconds

    def kill(self) -> None:
        """kill -9 from outside: calls under way are not made any more, and nothing else runs."""
        self.dead = True

    async def _call(self, call: Callable[[], T]) -> T:
        self._alive()
        await asyncio.sleep(self.latency * self.random.random())
        await self._wake()
        try:
            answer = call()
        except Crash:
            self.dead = True
            raise
        await asyncio.sleep(self.latency * self.random.random())
        await self._wake()
        return answer

    async def _wake(self) -> None:
        self._alive()
        await asyncio.sleep(max(0.0, self._asleep_until - asyncio.get_event_loop().time()))
        self._alive()

    def _proceed(self) -> None:
        self._alive()
        if self._stopped.is_set():
            raise OperationStoppedError("the operation was stopped")

    def _alive(self) -> None:
        if self.dead:
            raise Crash
