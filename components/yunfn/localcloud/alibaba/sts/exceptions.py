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
    """A cloud service may not take the role: it is missing, or its trust policy does not name the service."""

    code = "AccessDenied"
    status = 403

    def __init__(self, role_arn: str, service: str, reason: str) -> None:
        super().__init__(f"the service {service} cannot assume the role {role_arn}: {reason}")


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
