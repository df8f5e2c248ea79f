"""Monitor (Tencent Cloud Observability Platform): figures of functions, from the calls that were really made."""

from yunfn.localcloud.tencent.monitor.service import MonitorService

__all__ = ["MonitorService"]
