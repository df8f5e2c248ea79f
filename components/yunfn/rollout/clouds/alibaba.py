"""Rollouts on Alibaba Cloud: Function Compute, OSS, Cloud Monitor and the log service."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, ClassVar

from yunfn.exceptions import RolloutError
from yunfn.rollout.connections import Connections
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import CloudMonitor, MetricsBackend, RequestMetrics, Source
from yunfn.rollout.routing import Router
from yunfn.rollout.telling import LineWriter
from yunfn.storage.alibaba_session import AlibabaSession

if TYPE_CHECKING:
    from yunfn.rollout.calling import FunctionCaller
    from yunfn.storage.numbered_objects import NumberedObjects


class AlibabaConnections(Connections):
    """See Connections."""

    cloud: ClassVar[str] = "Alibaba Cloud"

    def __init__(
        self, place: AliasPlace, bucket: str, session: AlibabaSession, importing: AbstractContextManager[object]
    ) -> None:
        super().__init__(place, bucket, importing)
        self._session = session

    def _open_objects(self) -> NumberedObjects:
        from yunfn.storage.oss_numbered_objects import OssNumberedObjects

        return OssNumberedObjects(self._session, self._bucket)

    def _open_router(self) -> Router:
        from yunfn.rollout.routers.fc import FcRouter

        return FcRouter(self._session, self.place)

    def _open_functions(self) -> FunctionCaller:
        from yunfn.rollout.callers.fc import FcCaller

        return FcCaller(self._session)

    def _open_backend(self, source: Source) -> MetricsBackend | None:
        match source:
            case CloudMonitor():
                from yunfn.rollout.metrics.cloud_monitor import CloudMonitorBackend

                return CloudMonitorBackend(self._session, self.place)
            case RequestMetrics():
                from yunfn.rollout.metrics.request_metrics import RequestMetricsBackend

                return RequestMetricsBackend(self._session, self.place, source)
            case _:
                return None

    def _open_lines(self, logs: tuple[str, ...]) -> LineWriter:
        from yunfn.rollout.lines.sls import SlsLines

        if len(logs) != 2:
            raise RolloutError(f"{self.place}: logs is a project and a logstore, not {', '.join(logs)}")
        return SlsLines(self._session, *logs)
