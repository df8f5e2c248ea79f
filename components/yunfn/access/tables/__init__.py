"""What the clouds' services can be asked for: their actions, the resources these take, and the system policies.

The tables are data files, one for each service (``alibaba/oss.json``, ``tencent/cos.json``), which note where each was
read and what in it is only believed. A file is read when it is first asked for.
"""

from __future__ import annotations

from yunfn.access.tables.managed_policy import ManagedPolicy, managed
from yunfn.access.tables.meeting import meets
from yunfn.access.tables.service_table import ActionRow, Level, ServiceTable, services, table

__all__ = ["ActionRow", "Level", "ManagedPolicy", "ServiceTable", "managed", "meets", "services", "table"]
