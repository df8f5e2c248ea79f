"""Instances of Serverless Cloud Function: a handler in our bootstrap, or a web function's own server."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Coroutine
from typing import Any, TypeVar

from yunfn.localcloud.runner import scf_failures
from yunfn.localcloud.runner.custom import CustomInstance
from yunfn.localcloud.runner.failures import Failure
from yunfn.localcloud.runner.instance import Instance
from yunfn.localcloud.runner.launch import ExecError
from yunfn.localcloud.runner.managed import ManagedInstance
from yunfn.localcloud.runner.specification import Invocation

T = TypeVar("T")
_INIT = "init"


class _InScf(Instance):
    """What instances of SCF have in common: its words, and its line in the log for an instance that came up."""

    async def _recorded(self, what: str, invocation: Invocation, work: Coroutine[Any, Any, T]) -> T:
        """Do ``work``: START and END stand around a whole call, the instance's coming up included, so not here."""
        return await work

    def _started(self, invocation: Invocation) -> None:
        took = f"{self.initialization_ms:.0f}ms"
        # Code is mounted, not pulled.
        line = f"Coldstart: {took} (PullCode: 0ms InitRuntime: 0ms InitFunction: {took})"
        memory = f"Memory: {self.spec.memory_mb}MB MemUsage: {self.measure():.2f}MB"
        self._note(invocation, f"Init Report RequestId: {invocation.request_id} {line} {memory}")

    def _timed_out(self, error_type: str, seconds: float) -> Failure:
        return scf_failures.init_timed_out(seconds) if error_type == _INIT else scf_failures.timed_out(seconds)

    def _exited(self, error_type: str, duration_ms: float) -> Failure:
        return scf_failures.out_of_memory(self.spec.memory_mb) if self._over_memory else scf_failures.exited()


class ScfInstance(_InScf, ManagedInstance):
    """An event function: its module is loaded while the instance comes up (SCFD "how it works")."""

    async def _ready(self, invocation: Invocation) -> None:
        await super()._ready(invocation)
        await self._ask("load", self.spec.handler, invocation, self.spec.initializer_timeout, _INIT)

    def _call_fields(self, invocation: Invocation) -> dict[str, Any]:
        spec = self.spec
        more = {"namespace": spec.namespace, "app_id": spec.app_id, "environment": dict(spec.environment)}
        return super()._call_fields(invocation) | more

    def _raised(self, error_type: str, told: dict[str, Any]) -> Failure:
        return scf_failures.raised(told)


class ScfWebInstance(_InScf, CustomInstance):
    """A web function: scf_bootstrap listens on port 9000 and gets requests as they are."""

    reserved_headers = "x-scf-"

    def _not_executed(self, error: ExecError) -> Exception:
        if error.errno == errno.ENOENT:
            return scf_failures.bootstrap_missing()
        return scf_failures.bootstrap_refused(str(error).rpartition(": ")[2].lower())

    async def _ready(self, invocation: Invocation) -> None:
        self.start_seconds = self.spec.initializer_timeout
        await super()._ready(invocation)

    def _ended(self, code: int) -> Failure:
        return scf_failures.program_ended(code, self.output.tail.decode(errors="replace"))

    def _silent(self) -> Failure:
        return scf_failures.port_silent(self.plan.port, self.start_seconds)

    async def _answer(self, invocation: Invocation) -> bytes:
        await asyncio.sleep(0)
        raise scf_failures.worded(scf_failures.USER_CODE, "a web function takes HTTP requests only")

    def _common_headers(self, invocation: Invocation, control: str) -> list[tuple[str, str]]:
        """SCFD "web functions": the headers that every request carries."""
        spec = self.spec
        fields = {
            "Request-Id": invocation.request_id,
            "Memory": spec.memory_mb,
            "Timeout": int(spec.timeout),
            "Version": spec.version,
            "Name": spec.function_name,
            "Namespace": spec.namespace,
            "Region": spec.region,
            "Appid": spec.app_id,
            "Uin": spec.account,
        }
        return [(f"X-Scf-{name}", str(value)) for name, value in fields.items()]
