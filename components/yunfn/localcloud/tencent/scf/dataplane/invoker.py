"""A call of SCF really runs: admitted, given its role's credentials, run, logged, remembered, counted."""

from __future__ import annotations

import dataclasses
import json
from typing import ClassVar

from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.invocation.invoker import Invoker, Outcome
from yunfn.localcloud.invocation.request import Request
from yunfn.localcloud.runner import Invocation, InvocationResult
from yunfn.localcloud.tencent.scf.dataplane.authority import Authority
from yunfn.localcloud.tencent.scf.dataplane.concurrency import ConcurrencyGate
from yunfn.localcloud.tencent.scf.dataplane.exceptions import CannotRunHere, ConcurrencyExceeded
from yunfn.localcloud.tencent.scf.dataplane.function_log import FunctionLog, log_text
from yunfn.localcloud.tencent.scf.dataplane.instances import ScfInstances
from yunfn.localcloud.tencent.scf.dataplane.metrics import Metrics, Sample
from yunfn.localcloud.tencent.scf.dataplane.metrics import Outcome as SampleOutcome
from yunfn.localcloud.tencent.scf.dataplane.records import CallRecord, CallRecords
from yunfn.localcloud.tencent.scf.directory import ResolvedFunction
from yunfn.runtimes import SCF_LIMITS

_ANSWER_BYTES = SCF_LIMITS.payload_sync_mb << 20


class ScfInvoker(Invoker[ResolvedFunction]):
    """Runs calls; raises ConcurrencyExceeded, RoleNotAssumable, CannotRunHere."""

    service: ClassVar[str] = "scf"

    def __init__(
        self,
        cloud: LocalCloud,
        authority: Authority,
        instances: ScfInstances,
        log: FunctionLog,
        records: CallRecords,
        metrics: Metrics,
    ) -> None:
        super().__init__(cloud)
        self._authority = authority
        self._instances = instances
        self._log = log
        self._records = records
        self._metrics = metrics
        self._gate = ConcurrencyGate()

    async def _invoke(self, function: ResolvedFunction, request: Request) -> Outcome:
        at = (function.region, function.namespace, function.name)
        began = self._cloud.clock.time()
        self._records.begin(*at, request.request_id, began)
        try:
            with self._gate.admitted(function):
                outcome = await self._run(function, request)
        except CloudError as error:
            self._count(function, "throttled" if isinstance(error, ConcurrencyExceeded) else "system_error")
            raise
        finally:
            self._records.end(*at, request.request_id)
        self._remember(function, request, began, outcome)
        return outcome

    async def _run(self, function: ResolvedFunction, request: Request) -> Outcome:
        credentials = self._authority.credentials(function)
        invocation = Invocation(request.request_id, request.payload, credentials, function.qualifier)
        try:
            outcome = await self._run_by(self._instances.spec(function), invocation, request)
        except FunctionRunnerError as error:
            raise CannotRunHere(f"function {function.name}: {error}") from error
        result, answer = _finished(outcome.result, request.request_id), outcome.http
        if answer is not None and result.error_type is not None:
            answer = dataclasses.replace(answer, status=int(result.error_type), body=result.payload)
        return Outcome(result, answer)

    def _remember(self, function: ResolvedFunction, request: Request, began: float, outcome: Outcome) -> None:
        result = outcome.result
        self._count(function, "ok" if result.error_type is None else "user_error", result)
        # A web function's answer is the client's, not a value.
        shown = result
        if outcome.http is not None and result.error_type is None:
            shown = dataclasses.replace(result, payload=b'""')
        text = log_text(function, request.request_id, shown)
        self._log.deliver(function, request, began, result, text)
        record = CallRecord(
            namespace=function.namespace,
            function=function.name,
            version=function.version,
            qualifier=function.qualifier,
            request_id=request.request_id,
            retry=request.attempt.retries if request.attempt else 0,
            start=began,
            duration_ms=result.duration_ms,
            billed_ms=result.billed_ms,
            memory_mb=result.max_memory_mb,
            status=int(result.error_type or 200),
            value=shown.payload.decode("utf-8", "replace"),
            log=text,
        )
        self._records.add(function.region, record)

    def _count(
        self, function: ResolvedFunction, outcome: SampleOutcome, result: InvocationResult | None = None
    ) -> None:
        sample = Sample(
            time=self._cloud.clock.time(),
            version=function.version,
            qualifier=function.qualifier,
            duration_ms=result.duration_ms if result else 0.0,
            memory_mb=result.max_memory_mb if result else 0.0,
            outcome=outcome,
        )
        self._metrics.add(function.region, function.namespace, function.name, sample)

    def _resource(self, function: ResolvedFunction) -> str:
        return f"{function.namespace}/{function.name}:{function.version}"

    def _region(self, function: ResolvedFunction) -> str:
        return function.region


def error_body(request_id: str, status: int, message: str) -> bytes:
    """The error body of a call that the platform refuses, as JSON text."""
    told = {"errorCode": -1, "errorMessage": message, "requestId": request_id, "statusCode": status}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def _finished(result: InvocationResult, request_id: str) -> InvocationResult:
    """The result as SCF tells it: an error body with its request id, an answer of 6 MB at most."""
    if result.error_type is not None:
        told = {**json.loads(result.payload), "requestId": request_id}
        payload = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        return dataclasses.replace(result, payload=payload)
    if len(result.payload) > _ANSWER_BYTES:
        message = f"The size of response exceeds the upper limit ({SCF_LIMITS.payload_sync_mb}MB)"
        return dataclasses.replace(result, payload=error_body(request_id, 407, message), error_type="407")
    return result
