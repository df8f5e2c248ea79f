"""What reaches an alias, its record, its figures, its hooks and its log project: opened by cloud, as it is needed."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, ClassVar

from yunfn.exceptions import RolloutError
from yunfn.rollout.event import AliasPlace, EventLog
from yunfn.rollout.hook import HookCaller
from yunfn.rollout.metric import Metric, MetricsBackend, Probes, Prometheus, Source
from yunfn.rollout.routing import Router
from yunfn.rollout.telling import LineWriter

if TYPE_CHECKING:
    from yunfn.rollout.calling import FunctionCaller
    from yunfn.storage.alibaba_session import AlibabaSession
    from yunfn.storage.numbered_objects import NumberedObjects
    from yunfn.storage.tencent_session import TencentSession


class Connections(ABC):
    """What reaches the alias at ``place``, whose record is in ``bucket``; each is opened once. From any thread.

    Opening asks no cloud; it imports its SDKs, which takes up to a second, inside ``importing``.
    """

    #: The cloud's name, for users.
    cloud: ClassVar[str]

    def __init__(self, place: AliasPlace, bucket: str, importing: AbstractContextManager[object]) -> None:
        self.place = place
        self._bucket = bucket
        self._importing = importing
        self._lock = threading.RLock()
        self._log: EventLog | None = None
        self._router: Router | None = None
        self._functions: FunctionCaller | None = None
        self._hooks: HookCaller | None = None
        self._backends: dict[Source, MetricsBackend] = {}

    @property
    def log(self) -> EventLog:
        """Its record."""
        with self._lock, self._importing:
            if self._log is None:
                from yunfn.rollout.event_log import BucketEventLog

                self._log = BucketEventLog(self.place, self._open_objects())
            return self._log

    @property
    def router(self) -> Router:
        """What moves it."""
        with self._lock, self._importing:
            if self._router is None:
                self._router = self._open_router()
            return self._router

    @property
    def functions(self) -> FunctionCaller:
        """What calls functions of its account and region."""
        with self._lock, self._importing:
            if self._functions is None:
                self._functions = self._open_functions()
            return self._functions

    @property
    def hooks(self) -> HookCaller:
        """What calls its hooks."""
        with self._lock, self._importing:
            if self._hooks is None:
                from yunfn.rollout.hooks.caller import Hooks

                self._hooks = Hooks(self.place, self.functions)
            return self._hooks

    def backend(self, metric: Metric) -> MetricsBackend:
        """Where the figures of ``metric`` come from; one for all metrics of the same source.

        Raises RolloutError for a source that the cloud does not have.
        """
        with self._lock, self._importing:
            if metric.source not in self._backends:
                self._backends[metric.source] = self._opened(metric.source)
            return self._backends[metric.source]

    def lines(self, logs: Sequence[str]) -> LineWriter | None:
        """What writes into the specification's ``logs``; None for none. Raises RolloutError for what names no logs."""
        if not logs:
            return None
        with self._lock, self._importing:
            return self._open_lines(tuple(logs))

    def _opened(self, source: Source) -> MetricsBackend:
        if isinstance(source, Prometheus):
            from yunfn.rollout.metrics.prometheus import PrometheusBackend

            return PrometheusBackend(self.place, source)
        if isinstance(source, Probes):
            from yunfn.rollout.metrics.probes import ProbesBackend

            return ProbesBackend(self.place, source, self.functions)
        found = self._open_backend(source)
        if found is None:
            raise RolloutError(f"{self.place}: {type(source).__name__} has no figures of functions on {self.cloud}")
        return found

    @abstractmethod
    def _open_objects(self) -> NumberedObjects: ...

    @abstractmethod
    def _open_router(self) -> Router: ...

    @abstractmethod
    def _open_functions(self) -> FunctionCaller: ...

    @abstractmethod
    def _open_backend(self, source: Source) -> MetricsBackend | None:
        """One of the cloud's own, None for a source of another cloud."""

    @abstractmethod
    def _open_lines(self, logs: tuple[str, ...]) -> LineWriter: ...


def connect(
    place: AliasPlace,
    bucket: str,
    session: AlibabaSession | TencentSession,
    *,
    importing: AbstractContextManager[object] | None = None,
) -> Connections:
    """The connections of the alias at ``place`` by ``session``, which must be one of its cloud, account and region.

    ``bucket`` is the specification's. ``importing`` is held around every import, and may be entered many times: the
    plugin's operations import side by side.
    """
    importing = importing if importing is not None else nullcontext()
    with importing:
        if place.cloud == "alibaba":
            from yunfn.rollout.clouds.alibaba import AlibabaConnections
            from yunfn.storage.alibaba_session import AlibabaSession

            assert isinstance(session, AlibabaSession)
            return AlibabaConnections(place, bucket, session, importing)
        from yunfn.rollout.clouds.tencent import TencentConnections
        from yunfn.storage.tencent_session import TencentSession

        assert isinstance(session, TencentSession)
        return TencentConnections(place, bucket, session, importing)
