"""What a stack's functions are up to, in one vocabulary on both clouds: their states, their calls and their logs.

Reads the stack's state as the Pulumi CLI exports it, and asks the clouds; no engine runs and nothing is changed.
"""

from yunfn.deployment.backend import Backend, CallResult, FunctionStatus, LogLine
from yunfn.deployment.clouds import backend_for
from yunfn.deployment.functions import DeployedFunction, functions_in, unfinished_in
from yunfn.deployment.rollouts import RollingAlias, rolling_aliases_in
from yunfn.deployment.stack import export, run_under_way
from yunfn.deployment.states import CallState, DeploymentState

__all__ = [
    "Backend",
    "CallResult",
    "CallState",
    "DeployedFunction",
    "DeploymentState",
    "FunctionStatus",
    "LogLine",
    "RollingAlias",
    "backend_for",
    "export",
    "functions_in",
    "rolling_aliases_in",
    "run_under_way",
    "unfinished_in",
]
