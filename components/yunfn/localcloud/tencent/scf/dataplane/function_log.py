"""What a call leaves in logs: the text of SCF's logs, and its lines in the CLS topic that the function names.

Shapes: SCFD "log structure" (START, what the function prints, Init Report, ERROR or Response, END, Report; the 14
fields of a line). SCF writes by a role of its own, so the function's role is not asked. A function without a topic has
its logs with SCF alone (GetFunctionLogs): the topic that SCF would make by itself is not made here.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.invocation.request import Request
from yunfn.localcloud.runner import InvocationResult
from yunfn.localcloud.tencent.cls import ClsEntry, ClsService
from yunfn.localcloud.tencent.scf.directory import ResolvedFunction

logger = logging.getLogger(__name__)
# What SCF itself prints; the rest of a log is the function's.
_PLATFORM = ("START RequestId:", "Init Report RequestId:", "ERROR RequestId:", "Response RequestId:", "END RequestId:",
             "Report RequestId:", "[local cloud] ")  # fmt: skip
_LINE_BYTES = 8192


def log_text(function: ResolvedFunction, request_id: str, result: InvocationResult) -> str:
    """The whole log of a call: what was printed between the lines with which SCF brackets it."""
    printed = result.log.decode("utf-8", "replace").rstrip("\n")
    value = result.payload.decode("utf-8", "replace")
    lines = [f"START RequestId:{request_id}", *([printed] if printed else [])]
    if result.error_type is not None:
        lines.append(f"ERROR RequestId:{request_id} Result:{value}")
    lines += [
        f"Response RequestId:{request_id} RetMsg:{value}",
        f"END RequestId:{request_id}",
        f"Report RequestId:{request_id} Duration:{result.duration_ms:.0f}ms"
        f" Memory:{function.configuration['MemorySize']}MB MemUsage:{result.max_memory_mb:.6f}MB",
    ]
    return "\n".join(lines) + "\n"


def log_tail(text: str, limit: int = 4096) -> str:
    """The last 4 KB of a call's log, as LogType Tail answers it."""
    return text.encode()[-limit:].decode("utf-8", "ignore")


class FunctionLog:
    """Delivers log lines, in order."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud

    def deliver(
        self, function: ResolvedFunction, request: Request, began: float, result: InvocationResult, text: str
    ) -> None:
        """Write one call's lines; a topic that is gone is journaled and changes nothing for the call."""
        retry = request.attempt.retries if request.attempt else 0
        call = {
            "SCF_StartTime": str(int(began * 1000)),
            "SCF_Duration": f"{result.duration_ms:.0f}",
            "SCF_MemUsage": f"{result.max_memory_mb:.6f}",
            "SCF_RequestId": request.request_id,
            "SCF_RetryNum": str(retry),
            "SCF_StatusCode": result.error_type or "200",
        }
        self._write(function, call, text)

    def outside(self, function: ResolvedFunction, printed: bytes) -> None:
        """Write what an instance printed while it had no call."""
        now = self._cloud.clock.time()
        call = {
            "SCF_StartTime": str(int(now * 1000)),
            "SCF_Duration": "0",
            "SCF_MemUsage": "0",
            "SCF_RequestId": "",
            "SCF_RetryNum": "0",
            "SCF_StatusCode": "200",
        }
        self._write(function, call, printed.decode("utf-8", "replace"))

    def _write(self, function: ResolvedFunction, call: dict[str, str], text: str) -> None:
        topic = str(function.configuration.get("ClsTopicId") or "")
        lines = [line for line in text.splitlines() if line]
        if not topic or not lines:
            return
        now = int(self._cloud.clock.time() * 1000)
        common = {
            "SCF_FunctionName": function.name,
            "SCF_Namespace": function.namespace,
            "SCF_LogTime": str(now),
            "SCF_Alias": "" if function.qualifier == function.version else function.qualifier,
            "SCF_Qualifier": function.version,
            "SCF_Level": "INFO",
            **call,
        }
        entries = [ClsEntry(now, common | _line(line)) for line in lines]
        self._append(function, topic, entries)

    def _append(self, function: ResolvedFunction, topic: str, entries: Sequence[ClsEntry]) -> None:
        if self._cloud.find(ClsService).append(function.region, topic, entries):
            return
        logger.warning("log lines of function %s did not arrive: there is no topic %s", function.name, topic)
        self._cloud.journal.record(
            time=self._cloud.clock.now(),
            service="cls",
            operation="UploadLog",
            resource=topic,
            status=200,
            ms=0.0,
            region=function.region,
            principal="scf.qcloud.com",
            code="ResourceNotFound.TopicNotExist",
        )


def _line(line: str) -> dict[str, str]:
    message = line.encode()[:_LINE_BYTES].decode("utf-8", "ignore")
    return {"SCF_Message": message, "SCF_Type": "Platform" if line.startswith(_PLATFORM) else "Custom"}
