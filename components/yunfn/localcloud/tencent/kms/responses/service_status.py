"""Whether and where KMS can be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.tencent.api import ApiRequest, Operation
from yunfn.localcloud.tencent.kms.keyring import KmsKeys

_NORMAL = 1
# From memory of the product's page on regions; the local cloud answers in every region.
_REGIONS = (
    "ap-beijing",
    "ap-chengdu",
    "ap-chongqing",
    "ap-guangzhou",
    "ap-hongkong",
    "ap-nanjing",
    "ap-shanghai",
    "ap-singapore",
    "eu-frankfurt",
    "na-siliconvalley",
)


class ServiceCalls:
    """The service itself: bought, in its ordinary edition."""

    def __init__(self, keys: KmsKeys) -> None:
        self._keys = keys

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {"GetServiceStatus": self._status, "GetRegions": self._regions}

    async def _status(self, request: ApiRequest) -> dict[str, Any]:
        self._keys.require(request)
        return {
            "ServiceEnabled": True,
            "InvalidType": _NORMAL,
            "UserLevel": 0,
            "ProExpireTime": 0,
            "ProRenewFlag": 0,
            "ProResourceId": "",
            "ExclusiveVSMEnabled": False,
            "ExclusiveHSMEnabled": False,
            "CmkUserCount": len(self._keys.all(request)),
        }

    async def _regions(self, request: ApiRequest) -> dict[str, Any]:
        request.require("kms:GetRegions", "*")
        return {"Regions": list(_REGIONS)}
