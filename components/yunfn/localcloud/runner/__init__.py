"""Functions really run: in their runtime's true Python, each instance a process of its own.

``FunctionRunner`` is the way in. Code lies at ``/code``, layers at ``/opt``, ``/tmp`` is the instance's own, and the
network reaches the local cloud's proxy only; where the machine forbids namespaces the runner says so
(``FunctionRunner.isolation``) and runs plain child processes.
"""

from __future__ import annotations

from yunfn.isolation import Isolation
from yunfn.localcloud.runner.runner import FunctionRunner
from yunfn.localcloud.runner.specification import (
    FunctionSpec,
    HttpRequest,
    HttpResponse,
    Invocation,
    InvocationResult,
    RoleCredentials,
)

__all__ = [
    "FunctionRunner",
    "FunctionSpec",
    "HttpRequest",
    "HttpResponse",
    "Invocation",
    "InvocationResult",
    "Isolation",
    "RoleCredentials",
]
