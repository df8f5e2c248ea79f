"""Reserved and provisioned concurrency, and asynchronous settings, on the wire."""

from __future__ import annotations

from yunfn.localcloud.tencent.scf.models.scaling import Scaling
from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest


async def put_reserved(request: ScfRequest) -> Answer:
    """PutReservedConcurrencyConfig."""
    memory = request.integer("ReservedConcurrencyMem")
    _scaling(request).put_reserved(request.namespace, request.function, memory)
    return {}


async def get_reserved(request: ScfRequest) -> Answer:
    """GetReservedConcurrencyConfig."""
    return {"ReservedMem": _scaling(request).reserved(request.namespace, request.function)}


async def delete_reserved(request: ScfRequest) -> Answer:
    """DeleteReservedConcurrencyConfig."""
    _scaling(request).delete_reserved(request.namespace, request.function)
    return {}


async def put_provisioned(request: ScfRequest) -> Answer:
    """PutProvisionedConcurrencyConfig."""
    version = request.text("Qualifier")
    _scaling(request).put_provisioned(request.namespace, request.function, version, request)
    return {}


async def get_provisioned(request: ScfRequest) -> Answer:
    """GetProvisionedConcurrencyConfig, of all versions or of one."""
    scaling, version = _scaling(request), request.text("Qualifier", "")
    return {
        "UnallocatedConcurrencyNum": scaling.unallocated(request.namespace, request.function),
        "Allocated": scaling.provisioned(request.namespace, request.function, version),
    }


async def delete_provisioned(request: ScfRequest) -> Answer:
    """DeleteProvisionedConcurrencyConfig."""
    _scaling(request).delete_provisioned(request.namespace, request.function, request.text("Qualifier"))
    return {}


async def update_event_invoke(request: ScfRequest) -> Answer:
    """UpdateFunctionEventInvokeConfig."""
    config = request.inner("AsyncTriggerConfig")
    _scaling(request).update_event_invoke(request.namespace, request.function, config)
    return {}


async def get_event_invoke(request: ScfRequest) -> Answer:
    """GetFunctionEventInvokeConfig."""
    return {"AsyncTriggerConfig": _scaling(request).event_invoke(request.namespace, request.function)}


def _scaling(request: ScfRequest) -> Scaling:
    return Scaling(request.scope, request.directory)
