"""Rollouts on Tencent Cloud: SCF, COS, Monitor and CLS."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, ClassVar

from yunfn.exceptions import RolloutError
from yunfn.rollout.connections import Connections
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import ClsLogs, MetricsBackend, Source, TencentMonitor
from yunfn.rollout.routing import Router
from yunfn.rollout.telling import LineWriter
from yunfn.storage.tencent_session import TencentSession

if TYPE_CHECKING:
    from yunfn.rollout.calling import FunctionCaller
    from yunfn.storage.numbered_objects import NumberedObjects


class TencentConnections(Connections):
    """See Connections."""

    cloud: ClassVar[str] = "Tencent Cloud"

    def __init__(
        self, place: AliasPlace, bucket: str, session: TencentSession, importing: AbstractContextManager[object]
    ) -> None:
        super().__init__(place, bucket, importing)
        self._session = session

    def _open_objects(self) -> NumberedObjects:
        from yunfn.storage.cos_numbered_objects import CosNumberedObjects

        return CosNumberedObjects(self._session, self._bucket)

    def _open_router(self) -> Router:
        from yunfn.rollout.routers.scf import ScfRouter

        return ScfRouter(self._session, self.place)

    def _open_functions(self) -> FunctionCaller:
        from yunfn.rollout.callers.scf import ScfCaller

        return ScfCaller(self._session)

    def _open_backend(self, source: Source) -> MetricsBackend | None:
        match source:
            case TencentMonitor():
                from yunfn.rollout.metrics.tencent_monitor import TencentMonitorBackend

                return TencentMonitorBackend(self._session, self.place)
            case ClsLogs():
                from yunfn.rollout.metrics.cls import ClsBackend

                return ClsBackend(self._session, self.place, source)
            case _:
                return None

    def _open_lines(self, logs: tuple[str, ...]) -> LineWriter:
        from yunfn.rollout.lines.cls import ClsLines

        if len(logs) != 1:
            raise RolloutError(f"{self.place}: logs is the id of one topic, not {', '.join(logs)}")
        return ClsLines(self._session, logs[0])
