"""Function Compute for the time of one operation, whose SDK is only imported where something is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yunfn.provider.late_imports import ONE_AT_A_TIME
from yunfn.provider.operations import Operation

if TYPE_CHECKING:
    from yunfn.provider.function_compute import FunctionCompute
    from yunfn.storage.alibaba_session import AlibabaSession


async def function_compute(operation: Operation, session: AlibabaSession) -> FunctionCompute:
    """Function Compute in the account and region of ``session``; what is asked of it ends with the operation."""

    def connect() -> FunctionCompute:
        with ONE_AT_A_TIME:
            from yunfn.provider.function_compute import FunctionCompute

        return FunctionCompute(session, operation.cancelled)

    return await operation.run(connect)
