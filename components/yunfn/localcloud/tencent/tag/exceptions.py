"""Tag's refusals (tencentcloud-sdk-python 3.1.100, ``tag/v20180813/errorcodes.py``)."""

from __future__ import annotations

from yunfn.localcloud.tencent.api.exceptions import ApiError


class ResourceDescriptionError(ApiError):
    """A resource is not written in six segments."""

    code = "InvalidParameterValue.ResourceDescriptionError"

    def __init__(self, resource: str) -> None:
        super().__init__(
            f"The resource {resource!r} is not of the form qcs::<service>:<region>:uin/<uin>:<prefix>/<id>."
        )


class ForeignResource(ApiError):
    """A resource of another account."""

    code = "FailedOperation.ResourceAppIdNotSame"

    def __init__(self, resource: str) -> None:
        super().__init__(f"The resource {resource!r} belongs to another account.")


class IllegalTag(ApiError):
    """A key or value that tags cannot have; ``kind`` completes the code."""

    def __init__(self, kind: str, rule: str) -> None:
        super().__init__(rule, code=f"InvalidParameterValue.{kind}")


class TooMany(ApiError):
    """A request or a resource has more tags than there may be; ``kind`` completes the code."""

    def __init__(self, kind: str, what: str, limit: int) -> None:
        super().__init__(f"At most {limit} {what}.", code=f"LimitExceeded.{kind}")
