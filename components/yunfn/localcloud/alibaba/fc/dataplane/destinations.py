"""Where the result of an asynchronous call goes: functions are really called, what is not here is said loudly.

The message is that of FCD "result callback": timestamp (ms), requestContext, requestPayload, responseContext,
responsePayload.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Sequence
from typing import Any

from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority, invocation_resources
from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.invocation.async_tasks import AsyncTask
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.rights import Right

logger = logging.getLogger(__name__)
_FUNCTION = re.compile(
    r"acs:fc:(?P<region>[^:]*):(?P<account>[^:]*):functions/(?P<name>[A-Za-z0-9_-]+)(?:[/.](?P<qualifier>[A-Za-z0-9_-]+))?"
)
# Enqueues an asynchronous call: account, region, function, qualifier, payload, caller.
Enqueue = Callable[[str, str, str, str, bytes, str], None]


class Destinations:
    """Sends results on."""

    def __init__(self, cloud: LocalCloud, authority: Authority, enqueue: Enqueue) -> None:
        self._cloud = cloud
        self._authority = authority
        self._enqueue = enqueue

    def send(self, task: AsyncTask, function: ResolvedFunction, condition: str, error_type: str) -> None:
        """Send a finished task's result where the async settings say; the task notes what came of it."""
        settings: dict[str, Any] = (function.async_config or {}).get("destinationConfig") or {}
        side = "onSuccess" if task.status == "Succeeded" else "onFailure"
        arn = (settings.get(side) or {}).get("destination")
        if not arn:
            return
        found = _FUNCTION.fullmatch(arn)
        if found is None:
            self._undelivered(task, function, arn)
            return
        target = found["name"], found["qualifier"] or "LATEST"
        account, region = found["account"] or task.account, found["region"] or task.region
        try:
            principal = self._authority.function_principal(function)
            resource = invocation_resources(region, account, *target)[0]
            if principal is None:
                self._denied(task, function, resource, None)
                return
            right = self._authority.right_to_invoke(principal, region, account, *target)
            if not right["allowed"]:
                self._denied(task, function, resource, principal, right)
                return
            self._enqueue(account, region, *target, message(task, condition, error_type, self._now()), principal.arn)
        except CloudError as error:
            self._note(task, function, arn, error.status, error.code, "")
            task.destination_status = "Failed"
        else:
            task.destination_status = "Succeeded"
            self._note(task, function, resource, 202, "", "", principal, (right,))

    def _denied(
        self, task: AsyncTask, function: ResolvedFunction, resource: str, principal: Principal | None, *rights: Right
    ) -> None:
        task.destination_status = "Failed"
        self._note(task, function, resource, 403, "AccessDenied", f"fc:InvokeFunction {resource}", principal, rights)

    def _undelivered(self, task: AsyncTask, function: ResolvedFunction, arn: str) -> None:
        task.destination_status = "Failed"
        logger.warning("the local cloud has no destination %s: result of %s not delivered", arn, task.request_id)
        self._note(task, function, arn, 400, "YunfnLocalNoDestination", "", unknown=True)

    def _note(
        self,
        task: AsyncTask,
        function: ResolvedFunction,
        resource: str,
        status: int,
        code: str,
        denied: str,
        principal: Principal | None = None,
        rights: Sequence[Right] = (),
        *,
        unknown: bool = False,
    ) -> None:
        self._cloud.journal.record(
            time=self._cloud.clock.now(),
            service="fc",
            operation="DeliverAsyncResult",
            resource=resource,
            status=status,
            ms=0.0,
            region=task.region,
            principal=principal.arn if principal else str(function.configuration.get("role") or "fc.aliyuncs.com"),
            request_id=task.request_id,
            code=code,
            denied=denied,
            unknown=unknown,
            rights=rights,
        )

    def _now(self) -> float:
        return self._cloud.clock.time()


def message(task: AsyncTask, condition: str, error_type: str, now: float) -> bytes:
    """What a destination is sent; ``condition`` says why it is over, ``error_type`` is the function's or ""."""
    told = {
        "timestamp": int(now * 1000),
        "requestContext": {
            "requestId": task.request_id,
            "functionArn": f"acs:fc:{task.region}:{task.account}:functions/{task.function}/{task.qualifier}",
            "condition": condition,
            "approximateInvokeCount": task.retries + 1,
        },
        "requestPayload": task.body.decode("utf-8", "replace"),
        "responseContext": {"statusCode": 200, "functionError": error_type},
        "responsePayload": task.answer or "",
    }
    return json.dumps(told, ensure_ascii=False).encode()
