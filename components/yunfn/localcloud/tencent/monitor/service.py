"""Monitor as a service of the local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from yunfn.localcloud.tencent.api import ApiService, Operation, api_hosts
from yunfn.localcloud.tencent.monitor.responses import MonitorCalls

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class MonitorService(ApiService):
    """Answers what functions did, period by period."""

    name = "monitor"
    product = "monitor"
    versions = ("2018-07-24",)
    hosts = api_hosts("monitor")
    operations = ("GetMonitorData",)

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self._routes = MonitorCalls().routes()

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return self._routes
