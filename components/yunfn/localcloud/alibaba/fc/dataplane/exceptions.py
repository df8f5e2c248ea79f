"""What the data plane refuses: code and status fixed per class.

Codes come from Function Compute's error table (FCD "error codes") where it has one; a code of the form
``YunfnLocal…`` says that the local cloud, not Function Compute, is the reason.
"""

from __future__ import annotations

from yunfn.localcloud.alibaba.fc.exceptions import FcError


class ResourceExhausted(FcError):
    """More calls at once than the function's reserved concurrency allows."""

    code = "ResourceExhausted"
    status = 429

    def __init__(self, function: str, limit: int) -> None:
        super().__init__(f"Reserve resource exceeded limit: function '{function}' may run {limit} requests at once")


class InvocationDisabled(FcError):
    """Invocations of the function are switched off (DisableFunctionInvocation). The code is ours: FCD names none."""

    code = "FunctionInvocationDisabled"
    status = 403

    def __init__(self, function: str, reason: str) -> None:
        super().__init__(f"invocation of function '{function}' is disabled" + (f": {reason}" if reason else ""))


class RoleNotAssumable(FcError):
    """Function Compute may not assume the function's role."""

    code = "AccessDenied"
    status = 403

    def __init__(self, function: str, role: str, why: str) -> None:
        super().__init__(f"function '{function}': the service cannot assume the role '{role}': {why}")


class RightOfRoleMissing(FcError):
    """The function's role lacks a right that Function Compute needs to start an instance; the text is ours."""

    code = "AccessDenied"
    status = 403

    def __init__(self, function: str, role: str, action: str, resource: str) -> None:
        super().__init__(
            f"function '{function}': no instance can start: the role '{role}' is not authorized to perform "
            f"'{action}' on resource '{resource}'"
        )


class FunctionDidNotStart(FcError):
    """A custom runtime's program did not come up: CAExited or FunctionNotStarted, told by the runner."""

    status = 412

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)


class CannotRunHere(FcError):
    """The local cloud cannot run this function; the text says what to do."""

    code = "YunfnLocalCannotRun"
    status = 400


class AsyncTaskNotFound(FcError):
    """There is no asynchronous task of that id."""

    code = "AsyncTaskNotFound"
    status = 404

    def __init__(self, function: str, task_id: str) -> None:
        super().__init__(f"async task '{task_id}' does not exist in function '{function}'")


class AsyncTaskAlreadyExists(FcError):
    """The caller's task id is in use."""

    code = "AsyncTaskAlreadyExists"
    status = 409

    def __init__(self, function: str, task_id: str) -> None:
        super().__init__(f"async task '{task_id}' already exists in function '{function}'")


class AsyncTaskFinished(FcError):
    """A finished task cannot be stopped."""

    code = "AsyncTaskStatusConflict"
    status = 412

    def __init__(self, task_id: str, status: str) -> None:
        super().__init__(f"async task '{task_id}' cannot be stopped: its status is {status}")


class MethodNotAllowed(FcError):
    """The trigger or route does not take this HTTP method: 403, as FCD "why can't the HTTP function run" says."""

    code = "AccessDenied"
    status = 403

    def __init__(self, method: str, allowed: list[str]) -> None:
        super().__init__(f"method '{method}' is not allowed, only {', '.join(allowed)}")


class InternetAccessDisabled(FcError):
    """The trigger's default public domain name is switched off (``disableURLInternet``); the SDK's model says 403."""

    code = "AccessDenied"
    status = 403

    def __init__(self, host: str) -> None:
        super().__init__(f"access from the internet by '{host}' is disabled for this trigger")


class RouteNotFound(FcError):
    """The custom domain has no route for this path."""

    code = "RouteNotFound"
    status = 404

    def __init__(self, host: str, path: str) -> None:
        super().__init__(f"custom domain '{host}' has no route for path '{path}'")


class ProtocolNotAllowed(FcError):
    """The custom domain does not serve this protocol."""

    code = "AccessDenied"
    status = 403

    def __init__(self, host: str, scheme: str, protocol: str) -> None:
        super().__init__(f"custom domain '{host}' serves {protocol}, not {scheme.upper()}")


class UnsupportedAuthentication(FcError):
    """The trigger asks for a way of authentication that the local cloud does not have; never let through."""

    code = "YunfnLocalUnsupportedAuthentication"
    status = 403

    def __init__(self, auth_type: str) -> None:
        super().__init__(
            f"the local cloud cannot check authType '{auth_type}', so it refuses; use anonymous or function"
        )
