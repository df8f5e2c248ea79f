"""Where figures come from on either cloud: Prometheus, and probes. Each cloud's own sources are in its package."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked, later
from yunfn.rollout import metric as declared
from yunfn.rollout.metrics.measures import address_fault, server_of

_ENVIRONMENT_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
# Calls of one measurement: more would still be under way when the next one is due.
_MOST_CALLS: Final = 1000


class Source(ABC):
    """Where the figures of a metric come from."""

    @abstractmethod
    def declared(self, resource: str, logs: Sequence[pulumi.Input[str]]) -> declared.Source:
        """Answer the source as the plugin takes it; ``logs`` is where the function's lines go, nothing if nowhere.

        Values may be outputs still. Raises ValidationError for what cannot be.
        """


@dataclass(frozen=True, slots=True)
class Prometheus(Source):
    """A Prometheus server, asked by the machine that runs ``pulumi up``.

    ``address`` such as ``https://prometheus.example.com``. ``query`` is PromQL that answers one number; ``{version}``,
    ``{function}``, ``{alias}`` and ``{window}`` (``300s``) in it are put in. ``samples`` is a query of how many calls
    that number rests on; where a share is measured, ``query`` counts the failed ones of them. ``token_variable`` names
    the environment variable that holds a bearer token: the token itself would stand in the record.
    """

    address: pulumi.Input[str]
    query: str
    samples: str = ""
    token_variable: str = ""

    def declared(self, resource: str, logs: Sequence[pulumi.Input[str]]) -> declared.Source:
        """See Source."""
        if not self.query.strip():
            raise ValidationError(resource, "query", self.query, "PromQL that answers one number")
        environment_variable(resource, "token_variable", self.token_variable)
        return declared.Prometheus(
            address=as_text(checked(self.address, lambda value: self._reachable(resource, value))),
            query=self.query,
            samples=self.samples,
            token_variable=self.token_variable,
        )

    def _reachable(self, resource: str, address: str) -> None:
        known = declared.Prometheus(address=address, query=self.query, token_variable=self.token_variable)
        if fault := address_fault(known):
            raise ValidationError(resource, "address", server_of(known), fault)


@dataclass(frozen=True, slots=True)
class Probes(Source):
    """Calls of our own, of candidate and stable by their numbers: for functions with little traffic.

    ``events`` are texts, or values that are sent as JSON (outputs may be in them), in turn; ``calls`` is how many calls
    of either version each measurement makes. An answer counts as a failure unless ``expect``, a regular expression, is
    found in it. The calls are real ones: events should change nothing.
    """

    events: Sequence[pulumi.Input[str] | Mapping[str, Any]]
    calls: int = 10
    expect: str = ""

    def declared(self, resource: str, logs: Sequence[pulumi.Input[str]]) -> declared.Source:
        """See Source."""
        if isinstance(self.events, str) or not self.events:
            raise ValidationError(resource, "events", self.events, "a list of events, one at least")
        whole = isinstance(self.calls, int) and not isinstance(self.calls, bool)
        if not whole or not 1 <= self.calls <= _MOST_CALLS:
            raise ValidationError(resource, "calls", self.calls, f"1–{_MOST_CALLS} calls of either version at once")
        expression(resource, "expect", self.expect)
        return declared.Probes(
            events=tuple(event_text(each) for each in self.events), calls=self.calls, expect=self.expect
        )


def event_text(event: object) -> str:
    """An event as it is sent: text as it is, anything else as JSON; with outputs in it, an output (see as_text)."""
    if _waits(event):
        return cast(str, pulumi.Output.from_input(event).apply(event_text))
    return event if isinstance(event, str) else json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def _waits(event: object) -> bool:
    """Whether it is an output, or has one in it."""
    if isinstance(event, Mapping):
        return any(_waits(each) for each in event.values())
    if isinstance(event, list | tuple):
        return any(_waits(each) for each in event)
    return later(event)


def expression(resource: str, property: str, value: str) -> None:
    """Check a regular expression."""
    try:
        re.compile(value)
    except re.error as error:
        raise ValidationError(resource, property, value, f"a regular expression: {error}") from error


def environment_variable(resource: str, property: str, value: str) -> None:
    """Check the name of an environment variable; none is right too."""
    if value and not _ENVIRONMENT_VARIABLE.fullmatch(value):
        # Who wrote a secret here instead of a name does not find it in a log.
        raise ValidationError(resource, property, "…", "the name of an environment variable: letters, digits and '_'")


def web_address(resource: str, property: str, value: str) -> None:
    """Check an address: by HTTP, with no user or password in it (the record would hold them)."""
    if not re.match(r"https?://[^/?#@\s]+([/?#]|$)", value):
        rule = "an address by http:// or https:// with no user or password in it"
        raise ValidationError(resource, property, value.rpartition("@")[2], rule)


def as_text(value: pulumi.Input[str]) -> str:
    """``value`` in a field of the declaration; an output stays one until it is on the wire."""
    return cast(str, value if later(value) else str(value))
