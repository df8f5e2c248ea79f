"""A call really runs: admitted, given its role's credentials, run, its log delivered, its figures counted."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority
from yunfn.localcloud.alibaba.fc.dataplane.concurrency import ConcurrencyGate
from yunfn.localcloud.alibaba.fc.dataplane.exceptions import CannotRunHere, FunctionDidNotStart
from yunfn.localcloud.alibaba.fc.dataplane.function_log import FunctionLog, error_message
from yunfn.localcloud.alibaba.fc.dataplane.instances import Instances
from yunfn.localcloud.alibaba.fc.dataplane.invocation import Request
from yunfn.localcloud.alibaba.fc.dataplane.metrics import Metrics
from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.runner import HttpResponse, Invocation, InvocationResult
from yunfn.localcloud.runner.failures import EXITED, NOT_STARTED


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to; ``http`` is a custom runtime's raw answer, where it was asked by HTTP."""

    result: InvocationResult
    http: HttpResponse | None = None

    def require_started(self) -> None:
        """Raise FunctionDidNotStart where a synchronous call itself fails: the program did not come up."""
        if self.result.error_type in (EXITED, NOT_STARTED):
            raise FunctionDidNotStart(str(self.result.error_type), error_message(self.result.payload))


class Invoker:
    """Runs calls, whatever they come from."""

    def __init__(
        self, cloud: LocalCloud, authority: Authority, instances: Instances, log: FunctionLog, metrics: Metrics
    ) -> None:
        self._cloud = cloud
        self._authority = authority
        self._instances = instances
        self._log = log
        self._metrics = metrics
        self._gate = ConcurrencyGate()
        self._calls: set[asyncio.Task[Outcome]] = set()

    async def stop(self) -> None:
        """End every call under way."""
        for task in self._calls:
            task.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def invoke(self, function: ResolvedFunction, request: Request) -> Outcome:
        """Run one call to its end, though its caller may go away meanwhile.

        What goes wrong inside the function is a result with an ``error_type``. Raises InvocationDisabled,
        ResourceExhausted, RoleNotAssumable, CannotRunHere.
        """
        task = asyncio.ensure_future(self._invoke(function, request))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return await asyncio.shield(task)

    async def invoke_apart(self, function: ResolvedFunction, request: Request, caller: str) -> Outcome:
        """As :meth:`invoke`, for a call that no request of a client stands for: journaled here, killed if cancelled.

        ``caller`` is whom it is made for: an ARN, or the service that fired it.
        """
        began = time.perf_counter()
        status, code = 499, "ClientClosedRequest"
        try:
            outcome = await self._invoke(function, request)
            status, code = 200, outcome.result.error_type or ""
        except CloudError as error:
            status, code = error.status, error.code
            raise
        finally:
            self._cloud.journal.record(
                time=self._cloud.clock.now(),
                service="fc",
                operation="InvokeFunction",
                resource=f"functions/{function.name}/{function.version}",
                status=status,
                ms=(time.perf_counter() - began) * 1000,
                region=function.region,
                principal=caller,
                request_id=request.request_id,
                code=code,
            )
        return outcome

    async def _invoke(self, function: ResolvedFunction, request: Request) -> Outcome:
        runner = self._cloud.runner
        if runner is None:
            raise CannotRunHere(f"function '{function.name}': this local cloud has no function runner")
        with self._gate.admitted(function):
            credentials = self._authority.credentials(function)
            invocation = Invocation(request.request_id, request.payload, credentials, function.qualifier)
            spec = self._instances.spec(function)
            answer: HttpResponse | None = None
            try:
                if request.http is not None:
                    answer, result = await runner.http(spec, invocation, request.http)
                else:
                    result = await runner.invoke(spec, invocation)
            except FunctionRunnerError as error:
                raise CannotRunHere(f"function '{function.name}': {error}") from error
        self._metrics.add(function, result)
        self._log.deliver(function, request, result)
        return Outcome(result, answer)
