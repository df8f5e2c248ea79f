"""How errors reach the user: one clean sentence, never a traceback; and creations that failed half-way.

The engine keeps what a partial failure says is there (pulumi ``provider.proto``, ErrorResourceInitFailed).
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

import grpc
import grpc.aio
from pulumi.runtime.proto import provider_pb2, status_pb2

from yunfn.exceptions import AccountMismatchError, OperationStoppedError, ValidationError, YunfnError
from yunfn.provider.properties import encode

_CODES: dict[type[YunfnError], grpc.StatusCode] = {
    ValidationError: grpc.StatusCode.INVALID_ARGUMENT,
    AccountMismatchError: grpc.StatusCode.FAILED_PRECONDITION,
    OperationStoppedError: grpc.StatusCode.CANCELLED,
}


class PartialFailureError(YunfnError):
    """The resource ``id`` is there, but not as wanted: the engine records ``outputs``, and calls update next time.

    ``inputs`` are those that a read found; by default the ones that were wanted.
    """

    def __init__(
        self, id: str, outputs: Mapping[str, Any], reason: str, inputs: Mapping[str, Any] | None = None
    ) -> None:  # fmt: skip
        super().__init__(reason)
        self.id = id
        self.outputs = dict(outputs)
        self.inputs = None if inputs is None else dict(inputs)


def explain(error: BaseException) -> str:
    """The sentence for the user where an error is none of yunfn's own: a defect, which says so."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" at {last[0].filename}:{last[0].lineno}" if last else ""
    return (
        f"defect in the provider yunfn: {type(error).__name__}: {error}{where} (pulumi -v=9 --logtostderr tells more)"
    )


async def abort(context: grpc.aio.ServicerContext[Any, Any], error: YunfnError) -> None:
    """End the call with ``error``."""
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), grpc.StatusCode.UNKNOWN)
    await context.abort(code, str(error))


async def abort_partial(
    context: grpc.aio.ServicerContext[Any, Any],
    failure: PartialFailureError,
    inputs: Mapping[str, Any],
    secrets: frozenset[str],
    *,
    refresh: bool = False,
) -> None:
    """End a create, update or read with what is there all the same; with ``refresh`` the next run reads it first."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=failure.id,
        properties=encode(failure.outputs, secrets),
        reasons=[str(failure)],
        inputs=encode(inputs, secrets),
        refresh_before_update=refresh,
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(failure))
    status.details.add().Pack(detail)
    await context.abort(
        grpc.StatusCode.UNKNOWN, str(failure), (("grpc-status-details-bin", status.SerializeToString()),)
    )
