"""Calls of a cloud that are limited in rate, repeated where that may help, and stoppable: one way for all APIs."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from yunfn.exceptions import CloudAnswerError, OperationStoppedError
from yunfn.provider.operations import Operation
from yunfn.provider.rate_limit import RateLimit

T = TypeVar("T")

# Seconds: the longest of the first waits, doubled each time, and the longest of all.
_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 10.0


async def repeated(
    operation: Operation,
    limit: RateLimit,
    ask: Callable[[], Awaitable[T]],
    passes: Callable[[CloudAnswerError], bool],
    landed: Callable[[CloudAnswerError], Awaitable[T | None]] | None = None,
) -> T:
    """What ``ask`` answers, asked again with growing random waits while what it raises ``passes`` by itself.

    Each turn waits for ``limit``. ``landed`` is asked with the refusal before each repetition: an answer of its own is
    the answer.

    Raises:
        CloudAnswerError: what ``ask`` raised and does not pass.
        OperationStoppedError: it was stopped, or its time was up; the text holds what was answered last.
    """
    wait, last = _FIRST_WAIT, None
    try:
        while True:
            await limit.turn(operation)
            try:
                return await ask()
            except CloudAnswerError as error:
                if not passes(error):
                    raise
                last = error
            pause = random.uniform(0, wait)  # noqa: S311
            operation.progress(f"again in {pause:.1f} s: {last}")
            await operation.sleep(pause)
            wait = min(2 * wait, _LONGEST_WAIT)
            if landed is not None and (answer := await landed(last)) is not None:
                return answer
    except OperationStoppedError:
        # With what was answered last: it is why there was no end.
        if last is not None:
            operation.proceed(last)
        raise
