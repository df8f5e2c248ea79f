"""SLS as a service of the local cloud."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.responses import Response

from yunfn.localcloud.alibaba.log.exceptions import LogStoreNotExist, ProjectNotExist
from yunfn.localcloud.alibaba.log.models import LogEntry
from yunfn.localcloud.alibaba.log.models.projects import LogState
from yunfn.localcloud.alibaba.log.responses import Operation
from yunfn.localcloud.alibaba.log.responses.bodies import refuse
from yunfn.localcloud.alibaba.log.responses.indexes import IndexCalls
from yunfn.localcloud.alibaba.log.responses.logs import LogCalls
from yunfn.localcloud.alibaba.log.responses.logstores import LogstoreCalls
from yunfn.localcloud.alibaba.log.responses.projects import ProjectCalls
from yunfn.localcloud.alibaba.log.urls import HOSTS, ROUTES, find_route
from yunfn.localcloud.alibaba.signatures import verify_log
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import CloudError, UnknownOperationError
from yunfn.localcloud.service import Service

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class LogService(Service):
    """Answers SLS's calls and takes the output of functions."""

    name = "log"
    hosts = HOSTS
    operations = tuple(dict.fromkeys(route.operation for route in ROUTES))

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self._state = LogState(cloud.store, cloud.clock)
        self._operations: dict[str, Operation] = {
            **ProjectCalls(self._state).routes(),
            **LogstoreCalls(self._state).routes(),
            **IndexCalls(self._state).routes(),
            **LogCalls(self._state).routes(),
        }

    def append(self, account: str, region: str, project: str, logstore: str, entries: Sequence[LogEntry]) -> bool:
        """Store logs that come from inside the cloud; False if project or logstore is missing."""
        try:
            self._state.append(account, region, project, logstore, entries)
        except (ProjectNotExist, LogStoreNotExist):
            return False
        return True

    async def answer(self, call: Call) -> Response:
        """Authenticate, find the operation by method, host and path, and answer."""
        found = find_route(call.method, call.path, "project" in call.match, call.param("type") or "")
        call.operation = found[0] if found else f"{call.method} {call.path}"
        call.principal = await verify_log(call)
        call.account = call.principal.account
        if found is None:
            raise UnknownOperationError(self.name, f"{call.method} {call.path}")
        operation, names = found
        return await self._operations[operation](call, {**call.match, **names})

    def refusal(self, call: Call, error: CloudError) -> Response:
        """``error`` in SLS's shape."""
        return refuse(call, error)
