"""A call of Function Compute really runs: admitted, given its role's credentials, run, logged, counted."""

from __future__ import annotations

from typing import ClassVar

from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority
from yunfn.localcloud.alibaba.fc.dataplane.concurrency import ConcurrencyGate
from yunfn.localcloud.alibaba.fc.dataplane.exceptions import CannotRunHere, FunctionDidNotStart, ResourceExhausted
from yunfn.localcloud.alibaba.fc.dataplane.function_log import FunctionLog
from yunfn.localcloud.alibaba.fc.dataplane.instance_role import InstanceRole
from yunfn.localcloud.alibaba.fc.dataplane.instances import FcInstances
from yunfn.localcloud.alibaba.fc.dataplane.metrics import Metrics
from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.invocation.http_response import MalformedResponse, map_response
from yunfn.localcloud.invocation.invoker import Invoker, Outcome, error_message
from yunfn.localcloud.invocation.request import Request
from yunfn.localcloud.runner import Invocation
from yunfn.localcloud.runner.failures import EXITED, NOT_STARTED

FUNCTION_ERROR_STATUS = 502
"""A function error by HTTP is a 502 (FCD "why can't the HTTP function run")."""


def require_started(outcome: Outcome) -> None:
    """Raise FunctionDidNotStart where a synchronous call itself fails: the program did not come up."""
    if outcome.result.error_type in (EXITED, NOT_STARTED):
        raise FunctionDidNotStart(str(outcome.result.error_type), error_message(outcome.result.payload))


def http_status(outcome: Outcome) -> int:
    """The status that the client of an HTTP trigger or custom domain sees."""
    if outcome.http is not None:
        return outcome.http.status
    if outcome.result.error_type is not None:
        return FUNCTION_ERROR_STATUS
    try:
        return map_response(outcome.result.payload).status
    except MalformedResponse:
        return FUNCTION_ERROR_STATUS


class FcInvoker(Invoker[ResolvedFunction]):
    """Runs calls; raises InvocationDisabled, ResourceExhausted, CannotRunHere, and what InstanceRole raises."""

    service: ClassVar[str] = "fc"

    def __init__(
        self,
        cloud: LocalCloud,
        authority: Authority,
        role: InstanceRole,
        instances: FcInstances,
        log: FunctionLog,
        metrics: Metrics,
    ) -> None:
        super().__init__(cloud)
        self._authority = authority
        self._role = role
        self._instances = instances
        self._log = log
        self._metrics = metrics
        self._gate = ConcurrencyGate()

    async def _invoke(self, function: ResolvedFunction, request: Request) -> Outcome:
        try:
            outcome = await self._admitted(function, request)
        except ResourceExhausted:
            self._metrics.throttled(function)
            raise
        status = http_status(outcome) if request.web else None
        self._metrics.add(function, outcome.result, status)
        self._log.deliver(function, request, outcome.result, status)
        return outcome

    async def _admitted(self, function: ResolvedFunction, request: Request) -> Outcome:
        with self._gate.admitted(function):
            spec = self._instances.spec(function)
            stands = self._cloud.runner is not None and self._cloud.runner.stands_ready(spec)
            credentials = (self._authority if stands else self._role).credentials(function)
            invocation = Invocation(request.request_id, request.payload, credentials, function.qualifier)
            try:
                return await self._run_by(spec, invocation, request)
            except FunctionRunnerError as error:
                raise CannotRunHere(f"function '{function.name}': {error}") from error

    def _resource(self, function: ResolvedFunction) -> str:
        return f"functions/{function.name}/{function.version}"

    def _region(self, function: ResolvedFunction) -> str:
        return function.region
