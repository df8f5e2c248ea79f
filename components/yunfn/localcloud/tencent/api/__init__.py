"""What the services behind API 3.0 have in common: one address each, the operation in a header, JSON both ways."""

from yunfn.localcloud.tencent.api.exceptions import (
    InvalidParameter,
    InvalidParameterValue,
    MissingParameter,
    UnknownParameter,
)
from yunfn.localcloud.tencent.api.parameters import Parameters
from yunfn.localcloud.tencent.api.request import ApiRequest
from yunfn.localcloud.tencent.api.service import ApiService, Operation, api_hosts

__all__ = [
    "ApiRequest",
    "ApiService",
    "InvalidParameter",
    "InvalidParameterValue",
    "MissingParameter",
    "Operation",
    "Parameters",
    "UnknownParameter",
    "api_hosts",
]
