"""STS's refusals (API "AssumeRole", error codes)."""

from __future__ import annotations

from yunfn.localcloud.cloud_error import CloudError


class NoPermission(CloudError):
    """The role does not trust the caller, or the caller cannot take roles at all."""

    code = "NoPermission"
    status = 403

    def __init__(self, reason: str) -> None:
        super().__init__(f"You are not authorized to do this action. You should be authorized by RAM. ({reason})")


class RootCannotAssume(CloudError):
    """The account itself asks for a role (help.aliyun.com 42775, "AssumeRole, common errors")."""

    code = "NoPermission"
    status = 403

    def __init__(self) -> None:
        super().__init__("Roles may not be assumed by root accounts.")


class RoleAccessDenied(CloudError):
    """A service or account of the cloud's own may not take the role: it is missing, or does not trust it by name."""

    code = "AccessDenied"
    status = 403

    def __init__(self, role_arn: str, kind: str, name: str, reason: str) -> None:
        who = f"the service {name}" if kind == "Service" else name
        super().__init__(f"{who} cannot assume the role {role_arn}: {reason}")


class RoleNotExist(CloudError):
    """There is no such role."""

    code = "EntityNotExist.Role"
    status = 404

    def __init__(self, role_arn: str) -> None:
        super().__init__(f"The role does not exist: {role_arn}.")


class InvalidParameter(CloudError):
    """A parameter breaks a rule; ``name`` completes the code."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message, code=f"InvalidParameter.{name}")
