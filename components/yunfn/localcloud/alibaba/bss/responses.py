"""Parse and answer BssOpenApi's QueryAvailableInstances: the local cloud sells nothing, so the list is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.bss.urls import HOSTS
from yunfn.localcloud.alibaba.pop import Operation, Parameters, RpcService
from yunfn.localcloud.call import Call


class BssService(RpcService):
    """Answers QueryAvailableInstances as a domestic account without subscriptions is answered."""

    name = "bss"
    product = "BssOpenApi"
    version = "2017-12-14"
    hosts = HOSTS
    operations = ("QueryAvailableInstances",)

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {"QueryAvailableInstances": self._query_available_instances}

    def _query_available_instances(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        call.resource = parameters.get("ProductCode", "")
        call.require("bss:QueryAvailableInstances", "*")
        data = {
            "TotalCount": 0,
            "InstanceList": [],
            "PageNum": parameters.number("PageNum", 1),
            "PageSize": parameters.number("PageSize", 50),
        }
        return {"Code": "Success", "Message": "Successful!", "Success": True, "Data": data}
