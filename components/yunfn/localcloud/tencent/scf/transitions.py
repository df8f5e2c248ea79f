"""States that last a moment: Creating, Updating, Publishing, Deleting, and what they end in.

A state is computed when it is read, from a deadline in *real* time (seconds since the epoch); nothing sleeps on it.
``LocalCloud.transition_seconds`` says how long the moment is. A transition is stored as ``{"phase", "until",
"outcome", "reasons"}``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from yunfn.localcloud.store import Document

ACTIVE = "Active"
CREATING, UPDATING, PUBLISHING, DELETING = "Creating", "Updating", "Publishing", "Deleting"
CREATE_FAILED, UPDATE_FAILED, PUBLISH_FAILED = "CreateFailed", "UpdateFailed", "PublishFailed"
_GONE = "Deleted"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something failed: an error code of the API, and words."""

    code: str
    message: str

    def document(self) -> Document:
        """The reason as GetFunction's StatusReasons tell it."""
        return {"ErrorCode": self.code, "ErrorMessage": self.message}


@dataclass(frozen=True, slots=True)
class Transition:
    """A state until a moment of real time, and the state after it.

    ``reasons`` are GetFunction's StatusReasons of a failed outcome, told only once it is reached.
    """

    phase: str
    until: float
    outcome: str
    reasons: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def begin(cls, phase: str, seconds: float, outcome: str = ACTIVE, reasons: Sequence[Reason] = ()) -> Transition:
        """``phase`` from now on, for ``seconds`` of real time."""
        return cls(phase, time.time() + seconds, outcome, [reason.document() for reason in reasons])

    @classmethod
    def of(cls, record: Document) -> Transition:
        """The transition of a stored record."""
        return cls(**record["transition"])

    def document(self) -> Document:
        """The transition as it is stored."""
        return asdict(self)

    @property
    def status(self) -> str:
        """The state now."""
        return self.phase if time.time() < self.until else self.outcome

    @property
    def status_reasons(self) -> list[dict[str, Any]]:
        """Why the state is a failed one; [] while it is not."""
        return list(self.reasons) if self.status == self.outcome else []

    @property
    def gone(self) -> bool:
        """Whether what is deleted is gone by now."""
        return self.status == _GONE

    @property
    def under_way(self) -> bool:
        """Whether the moment is not over yet."""
        return time.time() < self.until


def deleting(seconds: float) -> Transition:
    """A deletion that begins now."""
    return Transition.begin(DELETING, seconds, _GONE)
