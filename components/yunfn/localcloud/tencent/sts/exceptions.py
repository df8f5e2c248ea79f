"""STS's refusals (tencentcloud-sdk-python 3.1.100, ``sts/v20180813/errorcodes.py``)."""

from __future__ import annotations

from yunfn.localcloud.tencent.api.exceptions import ApiError


class RoleNotFound(ApiError):
    """There is no such role, or it does not trust who asks for it."""

    code = "ResourceNotFound.RoleNotFound"

    def __init__(self, role: str) -> None:
        super().__init__(f"The role {role} does not exist.")


class RoleNotTrusting(ApiError):
    """The role's trust policy does not name who wants to take it."""

    code = "InternalError.GetRoleError"

    def __init__(self, role: str, who: str) -> None:
        super().__init__(f"{who} cannot assume the role {role}: its trust policy does not name it.")


class InvalidParameter(ApiError):
    """A parameter breaks a rule of STS; ``kind`` completes the code."""

    def __init__(self, kind: str, rule: str) -> None:
        super().__init__(rule, code=f"InvalidParameter.{kind}")


class TemporaryKeyNotAllowed(ApiError):
    """A temporary key asks for another one."""

    code = "FailedOperation.TempKeyNotAllowed"

    def __init__(self) -> None:
        super().__init__("This API cannot be called with a temporary key.")
