"""Which instances may live: those of code and configuration that still stand, and as many as are provisioned."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from typing import Any, Generic, Protocol, TypeVar

from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.invocation.directory import Place
from yunfn.localcloud.runner import FunctionSpec, RoleCredentials

logger = logging.getLogger(__name__)


class Resolved(Protocol):
    """What a directory makes of a function's place and qualifier."""

    @property
    def version(self) -> str:
        """The version that is meant."""

    @property
    def fingerprint(self) -> str:
        """Differs whenever instances started before must not serve any more."""


F = TypeVar("F", bound=Resolved)
Found = TypeVar("Found", covariant=True)
Asked = TypeVar("Asked", contravariant=True)


class FunctionDirectory(Protocol[Found]):
    """What is asked of a cloud's directory of functions."""

    def resolve(self, account: str, region: str, name: str, qualifier: str, /) -> Found:
        """What a function, by the three parts of its place, means by a qualifier; raises CloudError."""

    def report_provisioned(self, place: Place, qualifier: str, current: int, error: str = "") -> None:
        """Take note of how many provisioned instances are ready."""


class RoleAuthority(Protocol[Asked]):
    """What is asked of whoever assumes functions' roles."""

    def credentials(self, function: Asked, /) -> RoleCredentials | None:
        """The role's credentials; raises CloudError."""


class Instances(ABC, Generic[F]):
    """Retires instances when their function changes, and keeps provisioned ones ready.

    ``F`` is what the directory resolves a function's place (all that names it) to.
    """

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory[F], authority: RoleAuthority[F]) -> None:
        self._cloud = cloud
        self._functions = directory
        self._roles = authority
        self._known: dict[Place, dict[str, F]] = {}
        self._provisioned: dict[tuple[Place, str], FunctionSpec] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._warming: dict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running = False

    def spec(self, function: F) -> FunctionSpec:
        """What the runner runs for ``function``; remembered, so that its instances end when it changes."""
        spec = self._spec(function)
        self._known.setdefault(self._place(function), {})[spec.key] = function
        return spec

    def function(self, key: str) -> F | None:
        """The function whose instances have this key, if one was ever started."""
        return next((known[key] for known in self._known.values() if key in known), None)

    async def start(self) -> None:
        """Warm what is provisioned."""
        self._running = True
        for place in {place for place, _, _ in self._provisions()}:
            self._later(self._warm_function(place))

    async def stop(self) -> None:
        """End what is under way here; instances are the runner's to end."""
        self._running = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def reset(self) -> None:
        """Forget everything, after the store was cleared; what runs is retired at the next start."""
        for known in self._known.values():
            for key in known:
                self._retire(key)
        self._known.clear()
        self._provisioned.clear()
        self._warming.clear()

    async def settled(self) -> None:
        """Return once everything set off so far is done."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def function_changed(self, place: Place) -> None:
        """A function changed: instances of what no longer stands end, provisioned ones follow it."""
        known = self._known.get(place, {})
        for key, function in list(known.items()):
            if not self._stands(function):
                del known[key]
                self._retire(key)
        if any(at == place for at, _ in self._provisioned):
            self._later(self._warm_function(place))

    def provision_changed(self, place: Place) -> None:
        """What is provisioned of a function changed."""
        self._later(self._warm_function(place))

    def _stands(self, function: F) -> bool:
        """Whether instances of ``function`` may still serve."""
        try:
            now = self._functions.resolve(*self._place(function), function.version)
        except CloudError:
            return False
        return now.fingerprint == function.fingerprint

    def _retire(self, key: str) -> None:
        if self._cloud.runner is not None:
            self._later(self._cloud.runner.retire(key))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _warm_function(self, place: Place) -> None:
        """Make one function's provisioned instances what is asked for, and report what came of it."""
        if not self._running or self._cloud.runner is None:
            return
        async with self._warming[place]:
            wanted = {qualifier: target for at, qualifier, target in self._provisions() if at == place}
            gone = [qualifier for at, qualifier in self._provisioned if at == place and qualifier not in wanted]
            for qualifier in gone:
                await self._cloud.runner.warm(self._provisioned.pop((place, qualifier)), 0)
                self._functions.report_provisioned(place, qualifier, 0, "")
            for qualifier, target in wanted.items():
                await self._warm(place, qualifier, target)

    async def _warm(self, place: Place, qualifier: str, target: int) -> None:
        runner = self._cloud.runner
        assert runner is not None
        current, error = 0, ""
        try:
            function = self._functions.resolve(*place, qualifier)
            spec = self.spec(function)
            before = self._provisioned.get((place, qualifier))
            if before is not None and before.key != spec.key:
                await runner.warm(before, 0)
            self._provisioned[place, qualifier] = spec
            await runner.warm(spec, target, self._roles.credentials(function))
            current = target
        except CloudError as refusal:
            error = refusal.message
        except FunctionRunnerError as reason:
            error = str(reason)
        if error:
            logger.warning("provisioned instances of %s, %s did not start: %s", place, qualifier, error)
        self._functions.report_provisioned(place, qualifier, current, error)

    @abstractmethod
    def _spec(self, function: F) -> FunctionSpec:
        """What the runner is asked to run for ``function``; raises CloudError."""

    @abstractmethod
    def _place(self, function: F) -> Place:
        """What names the function."""

    @abstractmethod
    def _provisions(self) -> Iterable[tuple[Place, str, int]]:
        """What is provisioned: function, qualifier, instances."""
