"""The record of a rollout: events, each a numbered object that is created and never written over.

Whoever finds the next number taken reads on first: so commands, a second controller and one that came back from the
dead are all seen before anything is done.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote

import msgspec

from yunfn.rollout.hook import Moment
from yunfn.rollout.metric import Measurement
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification


class AliasPlace(msgspec.Struct, frozen=True, rename="camel"):
    """An alias: ``cloud`` is alibaba or tencent, ``account`` an account id or APPID, ``namespace`` "" on Alibaba."""

    cloud: str
    account: str
    region: str
    namespace: str
    function: str
    alias: str

    @property
    def prefix(self) -> str:
        """Where its record lies in the bucket: ``rollouts/<namespace or ->/<function>/<alias>/``."""
        return f"rollouts/{quote(self.namespace, '') or '-'}/{quote(self.function, '')}/{quote(self.alias, '')}/"

    def __str__(self) -> str:
        return f"{self.namespace}/{self.function}:{self.alias}" if self.namespace else f"{self.function}:{self.alias}"


class Command(StrEnum):
    """What a person may order."""

    #: Go through the gate, or end a pause in the candidate's favour: on to the next step.
    PROMOTE = "promote"
    #: Stay as it is.
    PAUSE = "pause"
    #: Go on after a pause, measuring anew.
    RESUME = "resume"
    #: Put stable back.
    ABORT = "abort"
    #: Let a rejected candidate try again at the next ``pulumi up``.
    RETRY = "retry"


class Cause(StrEnum):
    """Why a rollout is paused."""

    COMMAND = "command"
    INCONCLUSIVE = "inconclusive"
    NO_DATA = "noData"
    SOURCE = "source"
    STABLE_UNHEALTHY = "stableUnhealthy"


class Decision(StrEnum):
    """The end that was decided on."""

    PROMOTE = "promote"
    #: The candidate is rejected.
    RESTORE = "restore"
    #: Stopped by somebody or something; the candidate may come again.
    ABORT = "abort"


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", rename="camel"):
    """``at`` is in unix seconds; ``holder`` is the controller that wrote it, or the person: ``user@host``."""

    at: float
    holder: str = ""


class Began(_Event, frozen=True, tag="began"):
    """A rollout of ``candidate`` over ``stable``; always the first event.

    ``found`` is where the alias sent its calls then, where that was not ``stable`` alone.
    """

    alias: AliasPlace
    stable: str
    candidate: str
    specification: Specification
    found: Routing | None = None


class Leased(_Event, frozen=True, tag="leased"):
    """``holder`` is the controller until then (unix seconds); ``process`` on ``host`` is it, to tell the dead by.

    ``started`` is when that process was started, in the host's own words: numbers of processes come again.
    """

    until: float
    host: str
    process: int
    started: str = ""


class Released(_Event, frozen=True, tag="released"):
    """``holder`` lets go."""


class Hooked(_Event, frozen=True, tag="hooked"):
    """A hook was called; ``step`` counts from 0."""

    moment: Moment
    step: int
    name: str
    passed: bool
    answer: str
    seconds: float


class Shifting(_Event, frozen=True, tag="shifting"):
    """About to send the alias's calls to ``routing``, which was ``before``."""

    step: int
    before: Routing
    routing: Routing


class Shifted(_Event, frozen=True, tag="shifted"):
    """The alias sends its calls to ``routing``."""

    step: int
    routing: Routing
    request_id: str = ""


class Measured(_Event, frozen=True, tag="measured"):
    """Metrics were measured in ``step``."""

    step: int
    measurements: tuple[Measurement, ...]


class GateReached(_Event, frozen=True, tag="gate"):
    """Before ``weight`` (1: promotion) a person has to decide."""

    step: int
    weight: Decimal


class Paused(_Event, frozen=True, tag="paused"):
    """It stays as it is."""

    cause: Cause
    reason: str


class Resumed(_Event, frozen=True, tag="resumed"):
    """It goes on; the measurements of the step begin anew, unless they are ``kept``.

    ``onward``: a person lets the step pass, whatever was or will be measured in it.
    """

    onward: bool = False
    kept: bool = False


class Commanded(_Event, frozen=True, tag="commanded"):
    """A person ordered ``command``."""

    command: Command
    reason: str = ""


class Decided(_Event, frozen=True, tag="decided"):
    """Its end is decided, by a ``measurement`` where there is one."""

    decision: Decision
    reason: str
    measurement: Measurement | None = None


class Ended(_Event, frozen=True, tag="ended"):
    """It is over; ``phase`` is a final one."""

    phase: Phase
    reason: str = ""


Event = (
    Began
    | Leased
    | Released
    | Hooked
    | Shifting
    | Shifted
    | Measured
    | GateReached
    | Paused
    | Resumed
    | Commanded
    | Decided
    | Ended
)

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    """The event as a JSON document."""
    return _ENCODER.encode(event)


def decode(document: bytes) -> Event:
    """The event in a JSON document; raises msgspec.ValidationError for what is none."""
    return _DECODER.decode(document)


class EventLog(Protocol):
    """The records of one alias, rollouts numbered from 1 and events in each from 1; blocks, raises CloudAnswerError."""

    def rollouts(self) -> list[int]:
        """The numbers of its rollouts, ascending."""

    def read(self, rollout: int, after: int = 0, most: int | None = None) -> list[bytes]:
        """The events of a rollout with numbers above ``after``, in order and without a gap; at ``most`` so many."""

    def append(self, rollout: int, number: int, event: bytes) -> None:
        """Write one event; raises ObjectExistsError where that number is taken, by whatever."""
