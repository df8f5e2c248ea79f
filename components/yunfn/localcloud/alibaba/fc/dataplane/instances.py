"""Which instances may live: those of code and configuration that still stand, and as many as are provisioned."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any

from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority
from yunfn.localcloud.alibaba.fc.dataplane.specification import function_spec
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory, ResolvedFunction
from yunfn.localcloud.alibaba.fc.events import FunctionChanged, ProvisionChanged
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.runner import FunctionSpec

logger = logging.getLogger(__name__)
_Where = tuple[str, str, str]


class Instances:
    """Retires instances when their function changes, and keeps provisioned ones ready."""

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory, authority: Authority) -> None:
        self._cloud = cloud
        self._directory = directory
        self._authority = authority
        self._known: dict[_Where, dict[str, ResolvedFunction]] = {}
        self._provisioned: dict[tuple[str, str, str, str], FunctionSpec] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._warming: dict[_Where, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running = False
        cloud.events.subscribe(FunctionChanged, self._on_function)
        cloud.events.subscribe(ProvisionChanged, self._on_provision)

    def spec(self, function: ResolvedFunction) -> FunctionSpec:
        """What the runner runs for ``function``; remembered, so that its instances end when it changes."""
        spec = function_spec(function)
        self._known.setdefault((function.account, function.region, function.name), {})[spec.key] = function
        return spec

    def function(self, key: str) -> ResolvedFunction | None:
        """The function whose instances have this key, if one was ever started."""
        return next((known[key] for known in self._known.values() if key in known), None)

    async def start(self) -> None:
        """Warm what is provisioned."""
        self._running = True
        for record in list(self._directory.provisions()):
            self._later(self._warm_function(record.account, record.region, record.function))

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

    def _on_function(self, event: FunctionChanged) -> None:
        at = (event.account, event.region, event.name)
        known = self._known.get(at, {})
        for key, function in list(known.items()):
            if not self._stands(function):
                del known[key]
                self._retire(key)
        if any(where[:3] == at for where in self._provisioned):
            self._later(self._warm_function(*at))

    def _on_provision(self, event: ProvisionChanged) -> None:
        self._later(self._warm_function(event.account, event.region, event.function))

    def _stands(self, function: ResolvedFunction) -> bool:
        try:
            now = self._directory.resolve(function.account, function.region, function.name, function.version)
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

    async def _warm_function(self, account: str, region: str, function: str) -> None:
        """Make the instances of one function's provision configs what they ask for, and report what came of it."""
        if not self._running or self._cloud.runner is None:
            return
        async with self._warming[account, region, function]:
            wanted = {
                (record.account, record.region, record.function, record.qualifier): record.target
                for record in self._directory.provisions()
                if (record.account, record.region, record.function) == (account, region, function)
            }
            gone = [at for at in self._provisioned if at[:3] == (account, region, function) and at not in wanted]
            for at in gone:
                await self._cloud.runner.warm(self._provisioned.pop(at), 0)
                self._directory.report_provisioned(*at, 0)
            for at, target in wanted.items():
                await self._warm(at, target)

    async def _warm(self, at: tuple[str, str, str, str], target: int) -> None:
        runner = self._cloud.runner
        assert runner is not None
        current, error = 0, ""
        try:
            function = self._directory.resolve(*at)
            spec = self.spec(function)
            before = self._provisioned.get(at)
            if before is not None and before.key != spec.key:
                await runner.warm(before, 0)
            self._provisioned[at] = spec
            await runner.warm(spec, target, self._authority.credentials(function))
            current = target
        except CloudError as refusal:
            error = refusal.message
        except FunctionRunnerError as reason:
            error = str(reason)
        if error:
            logger.warning("provisioned instances of %s/%s did not start: %s", at[2], at[3], error)
        self._directory.report_provisioned(*at, current, error)
