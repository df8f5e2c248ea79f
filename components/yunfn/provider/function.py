"""What one function of the plugin implements, and how the engine's ``Invoke`` reaches it.

A function has no state: its answer lives as long as the run that asked, and what a program does with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pulumi.runtime.proto import provider_pb2

from yunfn.exceptions import ValidationError
from yunfn.provider.declaration import CheckFailure, Declaration, check
from yunfn.provider.operations import Operation, Operations
from yunfn.provider.properties import UNKNOWN, Properties, decode, encode

# Seconds: a program waits for the answer, and with it the whole run.
_TIMEOUT = 120


class Function(Protocol):
    """One function; its declaration's inputs are the arguments and its outputs what it answers."""

    declaration: Declaration

    async def call(self, operation: Operation, arguments: Properties) -> dict[str, Any]:
        """The answer; raises YunfnError."""


async def invoke(operations: Operations, functions: Mapping[str, Function], request: Any) -> Any:
    """Answer the engine's Invoke: arguments that are wrong as failures by property, secrets marked as such.

    Raises:
        ValidationError: there is no such function.
        YunfnError: what the function raises.
    """
    function = functions.get(request.tok)
    if function is None:
        raise ValidationError("yunfn", "function", request.tok, f"one of {', '.join(functions) or 'none'}")
    declared, arguments = function.declaration, decode(request.args)
    failures = check(arguments, declared.inputs)
    if failures:
        return _refused(failures)
    if any(value is UNKNOWN for value in arguments.values()):
        answer: dict[str, Any] = {each.name: UNKNOWN for each in declared.outputs}
    else:
        answer = await operations.perform(
            "", request.tok, _TIMEOUT, lambda operation: function.call(operation, arguments)
        )
    return provider_pb2.InvokeResponse(**{"return": encode(answer, declared.secrets)})


def _refused(failures: list[CheckFailure]) -> Any:
    return provider_pb2.InvokeResponse(
        failures=[provider_pb2.CheckFailure(property=each.property, reason=each.reason) for each in failures]
    )
