"""What a function prints reaches the logstore its logConfig names, and request metrics beside it.

Fields of a log line (SLS documentation "function compute execution logs", FCD "print function logs"): topic
``FCLogs:{function}``, functionName, qualifier, versionId, instanceID, message. The request id stands in the message,
as in the cloud, where the runtime's logger and the "FC Invoke Start" line put it.
"""

from __future__ import annotations

import logging

from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority
from yunfn.localcloud.alibaba.fc.dataplane.request_metrics import request_metrics
from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.alibaba.log import LogService
from yunfn.localcloud.alibaba.log.models import LogEntry
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.invocation.request import Request
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.rights import Right, denied_text
from yunfn.localcloud.runner import InvocationResult

logger = logging.getLogger(__name__)


class FunctionLog:
    """Delivers log lines, in order, if the function's role may write them."""

    def __init__(self, cloud: LocalCloud, authority: Authority) -> None:
        self._cloud = cloud
        self._authority = authority

    def deliver(
        self, function: ResolvedFunction, request: Request, result: InvocationResult, status: int | None
    ) -> None:
        """Write one call's lines and its metrics row; a refusal is journaled and changes nothing for the call.

        ``status`` is that of the HTTP answer, None where nobody waits for one.
        """
        settings = function.configuration.get("logConfig") or {}
        if not settings.get("project") or not settings.get("logstore"):
            return
        entries = self.lines(function, result.instance_id, result.log)
        # On unless it is switched off (SDK model LogConfig: "the default value is true").
        if settings.get("enableRequestMetrics") is not False:
            row = request_metrics(function, request, result, status)
            # The slash is there in what people quote of FC 3.0's rows, though not in FCLogs.
            entries.append(LogEntry(self._now(), row, topic=f"FCRequestMetrics:/{function.name}", source=""))
        self._append(function, str(settings["project"]), str(settings["logstore"]), entries)

    def outside(self, function: ResolvedFunction, instance_id: str, printed: bytes) -> None:
        """Write what an instance printed while it had no call."""
        settings = function.configuration.get("logConfig") or {}
        if settings.get("project") and settings.get("logstore"):
            entries = self.lines(function, instance_id, printed)
            self._append(function, str(settings["project"]), str(settings["logstore"]), entries)

    def lines(self, function: ResolvedFunction, instance_id: str, printed: bytes) -> list[LogEntry]:
        """One entry a line, by the cloud's clock."""
        now = self._now()
        common = {
            "functionName": function.name,
            "instanceID": instance_id,
            "qualifier": function.qualifier,
            "versionId": function.version,
        }
        return [
            LogEntry(now, {**common, "message": line}, topic=f"FCLogs:{function.name}", source="")
            for line in printed.decode("utf-8", "replace").splitlines()
            if line
        ]

    def _append(self, function: ResolvedFunction, project: str, logstore: str, entries: list[LogEntry]) -> None:
        if not entries:
            return
        resource = f"acs:log:{function.region}:{function.account}:project/{project}/logstore/{logstore}"
        try:
            principal = self._authority.function_principal(function)
        except CloudError:
            # Without its role the call was refused already; there is nobody to write as.
            return
        # A function without a role writes by the service-linked role, which may (FCD "roles").
        right = self._authority.right(principal, "log:PostLogStoreLogs", resource) if principal else None
        at = f"{project}/{logstore}"
        if right is not None and not right["allowed"]:
            self._note(function, principal, at, 403, "Unauthorized", right)
        elif not self._cloud.find(LogService).append(function.account, function.region, project, logstore, entries):
            self._note(function, principal, at, 404, "LogStoreNotExist", right)
        elif right is not None:
            self._note(function, principal, at, 200, "", right)

    def _note(
        self,
        function: ResolvedFunction,
        principal: Principal | None,
        at: str,
        status: int,
        code: str,
        right: Right | None,
    ) -> None:
        """Note what the function's role did, or could not do; nothing else shows that it has and uses the right."""
        if code:
            logger.warning("log lines of function %s did not arrive in %s: %s", function.name, at, code)
        rights = [right] if right is not None else []
        self._cloud.journal.record(
            time=self._cloud.clock.now(),
            service="log",
            operation="PostLogStoreLogs",
            resource=at,
            status=status,
            ms=0.0,
            region=function.region,
            principal=principal.arn if principal else "",
            code=code,
            denied=denied_text(rights),
            rights=rights,
        )

    def _now(self) -> int:
        return int(self._cloud.clock.time())


def log_tail(log: bytes, limit: int = 4096) -> bytes:
    """The last 4 KB of a call's log, as ``x-fc-log-type: Tail`` answers it."""
    return log[-limit:]
