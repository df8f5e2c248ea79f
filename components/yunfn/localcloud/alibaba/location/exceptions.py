"""Location's refusals, in the words that aliyun-python-sdk-core 2.16.1 looks for."""

from __future__ import annotations

from yunfn.localcloud.cloud_error import CloudError


class IllegalParameter(CloudError):
    """No product has this code."""

    code = "Illegal Parameter"

    def __init__(self) -> None:
        super().__init__("Please check the parameters")


class InvalidRegionId(CloudError):
    """No region has this name."""

    code = "InvalidRegionId"

    def __init__(self) -> None:
        super().__init__("The specified region does not exist.")
