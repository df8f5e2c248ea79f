"""CAM's refusals (tencentcloud-sdk-python 3.1.100, ``cam/v20190116/errorcodes.py``)."""

from __future__ import annotations

from yunfn.localcloud.tencent.api.exceptions import ApiError


class InvalidParameter(ApiError):
    """A parameter breaks a rule of CAM; ``kind`` completes the code."""

    def __init__(self, kind: str, rule: str) -> None:
        super().__init__(rule, code=f"InvalidParameter.{kind}")


class MalformedPolicyDocument(InvalidParameter):
    """A policy document that CAM's grammar does not know; ``kind`` says which of its elements is wrong."""

    def __init__(self, rule: str, kind: str = "PolicyDocumentError") -> None:
        super().__init__(kind, rule)


class RoleNotExist(InvalidParameter):
    """There is no such role."""

    def __init__(self, role: str) -> None:
        super().__init__("RoleNotExist", f"The role {role} does not exist.")


class PolicyNotFound(ApiError):
    """There is no such policy."""

    code = "ResourceNotFound.PolicyIdNotFound"

    def __init__(self, policy: str) -> None:
        super().__init__(f"The policy {policy} does not exist.")


class UserNotExist(ApiError):
    """There is no such user."""

    code = "ResourceNotFound.UserNotExist"

    def __init__(self, user: str) -> None:
        super().__init__(f"The user {user} does not exist.")


class KeyNotExist(ApiError):
    """The user has no such key."""

    code = "ResourceNotFound.SecretNotExist"

    def __init__(self, key_id: str) -> None:
        super().__init__(f"The key {key_id} does not exist.")


class PolicyNameInUse(ApiError):
    """The policy's name is taken."""

    code = "FailedOperation.PolicyNameInUse"

    def __init__(self, name: str) -> None:
        super().__init__(f"The policy name {name} is in use.")


class PolicyFull(ApiError):
    """There are as many policies as there may be, for the account or for one role or user."""

    code = "FailedOperation.PolicyFull"

    def __init__(self, limit: int) -> None:
        super().__init__(f"There may be {limit} custom policies at most.")


class UnmodifiablePolicy(ApiError):
    """A preset policy cannot be changed or deleted."""

    code = "FailedOperation.Unmodifiable"

    def __init__(self, name: str) -> None:
        super().__init__(f"The preset policy {name} cannot be changed.")


class OperationDenied(ApiError):
    """The state of things does not allow it; ``kind`` completes the code."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason, code=f"OperationDenied.{kind}")
