"""An instance of a custom runtime: the function's own program listens on its port and is spoken to over HTTP."""

from __future__ import annotations

import asyncio
import errno
import http.client
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from yunfn.localcloud.runner import failures
from yunfn.localcloud.runner.failures import Failure
from yunfn.localcloud.runner.instance import Instance
from yunfn.localcloud.runner.launch import ExecError
from yunfn.localcloud.runner.program_http import exchange
from yunfn.localcloud.runner.specification import HttpRequest, HttpResponse, Invocation

_LOOK_SECONDS = 0.02


class CustomInstance(Instance):
    """Speaks HTTP to the program; ``start_seconds`` is how long its port may stay silent (FCD "principles": 120)."""

    start_seconds = 120.0
    reserved_headers = "x-fc-"
    _threads: ThreadPoolExecutor | None = None

    def _not_executed(self, error: ExecError) -> Exception:
        program = self.plan.command[0]
        if error.errno == errno.ENOENT and not self._program_exists(program):
            return failures.program_missing(program)
        return failures.program_ended(error.errno, " ".join(self.plan.command), "")

    def _program_exists(self, program: str) -> bool:
        """Whether the file is in the code after all, so that it must be its interpreter that is missing."""
        inside = program.removeprefix(f"{self.plan.platform.code}/").removeprefix("./")
        return not inside.startswith("/") and (self.plan.code / inside).is_file()

    async def _ready(self, invocation: Invocation) -> None:
        clock = asyncio.get_running_loop().time
        deadline = clock() + self.start_seconds
        while True:
            try:
                (await self._launched.dial(self.plan.port)).close()
                return
            except ConnectionError:
                done, _ = await asyncio.wait([self._launched.exited], timeout=_LOOK_SECONDS)
            if done:
                code = self._launched.exited.result()
                raise self._ended(137 if code is None else code)
            if clock() > deadline:
                raise self._silent()

    def _ended(self, code: int) -> Failure:
        """What it means that the program ended with ``code`` before its port answered."""
        logs = self.output.tail.decode(errors="replace")
        return failures.program_ended(code, " ".join(self.plan.command), logs)

    def _silent(self) -> Failure:
        """What it means that the program's port stayed silent for ``start_seconds``."""
        return failures.port_silent(self.plan.port, self.start_seconds, self.output.tail.decode(errors="replace"))

    async def _initialize(self, invocation: Invocation, initializer: str) -> None:
        request = HttpRequest("POST", "/initialize", [("Content-Type", "application/octet-stream")], b"")
        seconds = self.spec.initializer_timeout
        response, _ = await self._exchange(invocation, request, "/initialize", seconds, failures.INITIALIZATION)
        if not 200 <= response.status < 300:
            raise failures.initialize_refused(response.status, response.body)

    async def _answer(self, invocation: Invocation) -> bytes:
        headers = [("Content-Type", "application/octet-stream")]
        request = HttpRequest("POST", "/invoke", headers, invocation.payload)
        response, status = await self._exchange(invocation, request, "/invoke", self.spec.timeout, failures.UNHANDLED)
        # Without the header a call counts as a success, whatever the status code (FCD "web functions").
        if status not in ("", "200"):
            raise failures.reported(response.body)
        return response.body

    async def forward(self, invocation: Invocation, request: HttpRequest) -> tuple[HttpResponse, Failure | None]:
        """Pass an HTTP request through; a Failure beside the answer where the program reported one by x-fc-status."""
        work = self._exchange(invocation, request, "/http-invoke", self.spec.timeout, failures.UNHANDLED)
        response, status = await self._recorded("Invoke", invocation, work)
        return response, None if status in ("", "200") else failures.reported(response.body)

    async def _exchange(
        self, invocation: Invocation, request: HttpRequest, control: str, seconds: float, error_type: str
    ) -> tuple[HttpResponse, str]:
        common = self._common_headers(invocation, control)
        if self._threads is None:
            # Threads are made as they are needed; the pool gives out no more calls than this at once.
            self._threads = ThreadPoolExecutor(max(1, self.spec.instance_concurrency), f"yunfn-{self.id}")

        async def work() -> tuple[HttpResponse, str]:
            sock = await self._launched.dial(self.plan.port)
            try:
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, exchange, sock, request, common, self.reserved_headers)
            except http.client.HTTPException as error:
                raise ConnectionError(f"the program does not answer in HTTP: {error}") from error
            finally:
                sock.close()

        return await self.within(work(), seconds, error_type)

    def _common_headers(self, invocation: Invocation, control: str) -> list[tuple[str, str]]:
        """FCD "custom runtime, context and log format": what every request to the program carries."""
        spec, keys = self.spec, invocation.credentials
        fields: dict[str, Any] = {
            "request-id": invocation.request_id,
            "control-path": control,
            "access-key-id": keys.access_key_id if keys else "",
            "access-key-secret": keys.access_key_secret if keys else "",
            "security-token": keys.security_token if keys else "",
            "function-name": spec.function_name,
            "function-handler": spec.handler,
            "function-memory": spec.memory_mb,
            "function-timeout": int(spec.timeout),
            "function-initializer": spec.initializer or "",
            "initialization-timeout": int(spec.initializer_timeout),
            "region": spec.region,
            "account-id": spec.account,
            "qualifier": invocation.qualifier,
            "version-id": "" if spec.version == "LATEST" else spec.version,
            "service-name": "",
            "service-logproject": spec.log_project,
            "service-logstore": spec.log_store,
            "retry-count": 0,
            "tracing-opentracing-span-context": invocation.trace.get("span_context", ""),
            "tracing-opentracing-span-baggages": invocation.trace.get("base64_baggages", ""),
            "tracing-jaeger-endpoint": invocation.trace.get("jaeger_endpoint", ""),
        }
        return [(f"x-fc-{name}", str(value)) for name, value in fields.items()]

    async def stop(self) -> None:
        """As every instance; with the program gone its threads end."""
        await super().stop()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
