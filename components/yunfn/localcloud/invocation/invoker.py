"""A call really runs, to its end, whoever goes away meanwhile; one that no client's request stands for is journaled."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.invocation.request import Request
from yunfn.localcloud.runner import FunctionSpec, HttpResponse, Invocation, InvocationResult
from yunfn.localcloud.version_faults import failed, failed_response

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to; ``http`` is the raw answer of a program that listens itself, where it was asked by HTTP."""

    result: InvocationResult
    http: HttpResponse | None = None


class Invoker(ABC, Generic[F]):
    """Runs calls of a cloud's functions (``F``), whatever they come from; ``service`` is its name in the journal."""

    service: ClassVar[str]
    operation: ClassVar[str] = "InvokeFunction"

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._calls: set[asyncio.Task[Outcome]] = set()

    async def stop(self) -> None:
        """End every call under way."""
        for task in self._calls:
            task.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def invoke(self, function: F, request: Request) -> Outcome:
        """Run one call to its end, though its caller may go away meanwhile.

        What goes wrong inside the function is a result with an ``error_type``; raises the cloud's refusals.
        """
        task = asyncio.ensure_future(self._invoke(function, request))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return await asyncio.shield(task)

    async def invoke_apart(self, function: F, request: Request, caller: str) -> Outcome:
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
                service=self.service,
                operation=self.operation,
                resource=self._resource(function),
                status=status,
                ms=(time.perf_counter() - began) * 1000,
                region=self._region(function),
                principal=caller,
                request_id=request.request_id,
                code=code,
            )
        return outcome

    async def _run_by(self, spec: FunctionSpec, invocation: Invocation, request: Request) -> Outcome:
        """Have an instance of ``spec`` answer the call; raises FunctionRunnerError where that cannot be done here."""
        runner = self._cloud.runner
        if runner is None:
            raise FunctionRunnerError("this local cloud has no function runner")
        if request.http is None:
            return await self._faulty(spec, Outcome(await runner.invoke(spec, invocation)))
        answer, result = await runner.http(spec, invocation, request.http)
        return await self._faulty(spec, Outcome(result, answer))

    async def _faulty(self, spec: FunctionSpec, outcome: Outcome) -> Outcome:
        """The outcome as the faults of the version that were asked for make it."""
        faults = self._cloud.version_faults
        name = f"{spec.namespace}/{spec.function_name}" if spec.namespace else spec.function_name
        result, at = outcome.result, (spec.cloud, name, spec.version)
        if seconds := faults.latency(*at):
            await asyncio.sleep(seconds)
            more = seconds * 1000
            result = dataclasses.replace(
                result, duration_ms=result.duration_ms + more, billed_ms=result.billed_ms + round(more)
            )
        if not faults.fails(*at) or result.error_type is not None:
            return Outcome(result, outcome.http)
        result = failed(spec.cloud, result)
        return Outcome(result, outcome.http and failed_response(result))

    @abstractmethod
    async def _invoke(self, function: F, request: Request) -> Outcome:
        """Run one call; raises the cloud's refusals."""

    @abstractmethod
    def _resource(self, function: F) -> str:
        """The function's name for the journal."""

    @abstractmethod
    def _region(self, function: F) -> str:
        """The function's region."""


def error_message(payload: bytes) -> str:
    """The errorMessage of an error body, or the body itself where it has none."""
    text = payload.decode("utf-8", "replace")
    try:
        told = json.loads(text)
    except ValueError:
        return text
    return str(told["errorMessage"]) if isinstance(told, dict) and "errorMessage" in told else text
