"""The rights that operations take: actions, resources and conditions of FCD "policies and sample policies" (3.0)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from yunfn.localcloud.alibaba.fc.scope import FcScope
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AccessDeniedError

_FIELD = re.compile(r"\{(\w+)\}")
# Operations whose action has another name than they have.
_ACTIONS = {
    "PutAsyncInvokeConfig": "PutFunctionAsyncInvokeConfig",
    "GetAsyncInvokeConfig": "GetFunctionAsyncInvokeConfig",
    "DeleteAsyncInvokeConfig": "DeleteFunctionAsyncInvokeConfig",
    "ListAsyncInvokeConfigs": "ListFunctionAsyncInvokeConfigs",
}


class NotAuthorized(AccessDeniedError):
    """No statement allows the action, or one denies it; told in Function Compute's words, conditions included."""

    def __init__(self, principal: str, action: str, resource: str, conditions: Mapping[str, str]) -> None:
        super().__init__(principal, action, resource)
        self.message = refusal_text(action, resource, conditions)


def refusal_text(action: str, resource: str, conditions: Mapping[str, str]) -> str:
    """What a refused caller is told (the example in FCD "policies and sample policies")."""
    text = f"the caller is not authorized to perform '{action}' on resource '{resource}'"
    named = " ".join(f"{name}={value}" for name, value in conditions.items())
    return f"{text} with condition '[{named}]'" if named else text


def require_operation(
    call: Call, scope: FcScope, operation: str, templates: Sequence[str], names: Mapping[str, str], body: dict[str, Any]
) -> None:
    """Raise NotAuthorized unless the caller may do an operation on one of its resources.

    ``templates`` are the ends of full resource names with fields in braces; those count whose fields are known by
    ``names``, such as the narrower name with a qualifier when the request has one.
    """
    known = [t for t in templates if all(names.get(field) for field in _FIELD.findall(t))] or templates[:1]
    resources = [scope.arn(_FIELD.sub(lambda field: names.get(field[1], ""), template)) for template in known]
    action = f"fc:{_ACTIONS.get(operation, operation)}"
    require(call, action, resources, _conditions(scope, operation, names, body))


def require(call: Call, action: str, resources: Sequence[str], conditions: Mapping[str, str]) -> None:
    """Raise NotAuthorized unless the caller may do ``action``; ``resources`` are all full names of the one thing.

    An Allow of one of them is enough, such as of the function as a whole, and so is a Deny, such as of one qualifier.
    """
    if not call.cloud.permits(call, action, *resources, conditions=conditions):
        raise NotAuthorized(call.principal.arn if call.principal else "anonymous", action, resources[0], conditions)


def require_pass_role(call: Call, role: str | None) -> None:
    """Raise NotAuthorized unless the caller may pass ``role`` (a full name; "" or None: none) to the service.

    Who creates or updates a function or trigger with a role needs ram:PassRole on it; the condition key
    ``acs:Service`` tells whom it is passed to.
    """
    if role:
        require(call, "ram:PassRole", [role], {"acs:Service": "fc.aliyuncs.com"})


def _conditions(scope: FcScope, operation: str, names: Mapping[str, str], body: dict[str, Any]) -> dict[str, str]:
    if operation in ("CreateFunction", "UpdateFunction"):
        return _function_conditions(body, created=operation == "CreateFunction")
    if operation in ("CreateTrigger", "UpdateTrigger"):
        kind = body.get("triggerType")
        if operation == "UpdateTrigger":
            stored = scope.state.triggers.get(f"{names.get('function')}/{names.get('trigger')}")
            kind = stored["triggerType"] if stored else None
        return _trigger_conditions(kind, body.get("triggerConfig"))
    if operation == "CreateCustomDomain" or (operation == "UpdateCustomDomain" and body.get("protocol")):
        plain = str(body.get("protocol") or "HTTP") in ("HTTP", "HTTP,HTTPS")
        return {"fc:EnableCustomDomainHTTP": _told(plain)}
    return {}


def _function_conditions(body: dict[str, Any], *, created: bool) -> dict[str, str]:
    conditions = {}
    if created or body.get("internetAccess") is not None:
        conditions["fc:EnableServiceInternetAccess"] = _told(body.get("internetAccess") is not False)
    log = body.get("logConfig")
    if created or log is not None:
        conditions["fc:EnableServiceSLSLogging"] = _told(isinstance(log, dict) and bool(log.get("project")))
    return conditions


def _trigger_conditions(kind: Any, config: Any) -> dict[str, str]:
    if kind != "http" or not isinstance(config, str):
        return {}
    try:
        parsed = json.loads(config)
    except ValueError:
        return {}
    if not isinstance(parsed, dict):
        return {}
    return {
        "fc:EnableHTTPTriggerInternet": _told(parsed.get("disableURLInternet") is not True),
        "fc:EnableHTTPTriggerAnonymous": _told(parsed.get("authType") == "anonymous"),
    }


def _told(value: bool) -> str:
    return "true" if value else "false"
