"""A call of a function by its version: what probes and hooks have in common."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Ending(StrEnum):
    """How a call ended."""

    #: The function answered.
    ANSWERED = "answered"
    #: The function failed, or did not answer in time.
    FAILED = "failed"
    #: It did not run, for want of instances.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """What a call came to.

    ``text`` is what the function answered, or its error in the cloud's words; ``milliseconds`` are what the cloud says
    the function ran, or the time between request and answer where it says nothing. ``request_id`` may be "".
    """

    ending: Ending
    text: str
    milliseconds: float
    request_id: str = ""


class FunctionCaller(Protocol):
    """Calls functions of one cloud, account and region; blocks, and may be used by several threads at once."""

    def call(
        self, function: str, qualifier: str, event: str, *, namespace: str = "", timeout: float = 60.0
    ) -> CallAnswer:
        """Call ``function`` with ``event``; ``timeout`` in seconds.

        Raises CloudAnswerError where the cloud refuses the call itself (no such function or version, no right to call
        it) or nobody answers before ``timeout``.
        """
