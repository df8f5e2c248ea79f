"""Parse and answer Location's one call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.location.exceptions import IllegalParameter, InvalidRegionId
from yunfn.localcloud.alibaba.location.urls import ENDPOINTS, HOSTS
from yunfn.localcloud.alibaba.pop import Operation, Parameters, RpcService
from yunfn.localcloud.call import Call

_REGION = re.compile(r"[a-z]{2,}(-[a-z0-9]+)+")


class LocationService(RpcService):
    """Answers DescribeEndpoints; needs no right, as in the cloud."""

    name = "location"
    product = "Location"
    version = "2015-06-12"
    hosts = HOSTS
    operations = ("DescribeEndpoints",)

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {"DescribeEndpoints": self._describe_endpoints}

    def _describe_endpoints(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        region = parameters.required("Id")
        code = parameters.required("ServiceCode")
        call.region, call.resource = region, code
        if not _REGION.fullmatch(region):
            raise InvalidRegionId
        endpoint = ENDPOINTS.get(code.lower())
        if endpoint is None:
            raise IllegalParameter
        entry = {
            "Endpoint": endpoint.format(region=region),
            "Type": "openAPI",
            "Id": region,
            # The API's own spelling.
            "SerivceCode": code,
            "Namespace": "",
            "Protocols": {"Protocols": ["HTTP", "HTTPS"]},
        }
        asked = parameters.get("Type") or "openAPI"
        return {"Endpoints": {"Endpoint": [entry] if asked == "openAPI" else []}, "Success": True}
