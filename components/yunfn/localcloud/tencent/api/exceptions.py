"""Refusals that API 3.0 has for every service ("Common error codes")."""

from __future__ import annotations

from yunfn.localcloud.cloud_error import CloudError


class ApiError(CloudError):
    """A refusal of API 3.0: always HTTP 200, the code in the body."""

    status = 200


class MissingParameter(ApiError):
    """A required parameter is missing."""

    code = "MissingParameter"

    def __init__(self, name: str) -> None:
        super().__init__(f"The request is missing a required parameter `{name}`.")


class InvalidParameter(ApiError):
    """A parameter has another type than the API's."""

    code = "InvalidParameter"

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"The parameter `{name}` {rule}.")


class InvalidParameterValue(ApiError):
    """A parameter's value is none that the API takes."""

    code = "InvalidParameterValue"

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"The value of `{name}` {rule}.")


class UnknownParameter(ApiError):
    """A parameter that the API does not know."""

    code = "UnknownParameter"

    def __init__(self, name: str) -> None:
        super().__init__(f"The parameter `{name}` is not recognized.")


class NoSuchVersion(ApiError):
    """The version of the API is not the service's."""

    code = "NoSuchVersion"

    def __init__(self, version: str) -> None:
        super().__init__(f"The API version `{version}` does not exist.")


class UnsupportedProtocol(ApiError):
    """A call by GET, which the true API 3.0 takes too: no client at hand sends one unless told to."""

    code = "UnsupportedProtocol"

    def __init__(self, method: str) -> None:
        super().__init__(f"The local cloud takes POST, not {method}.")


class UnsupportedRegion(ApiError):
    """A regional service was called without a region."""

    code = "MissingParameter"

    def __init__(self) -> None:
        super().__init__("The request is missing a required parameter `X-TC-Region`.")
