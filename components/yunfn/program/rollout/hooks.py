"""Calls at turns of a rollout, and gates that wait for a person, as programs declare them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked
from yunfn.program.rollout.quantities import Percent, Time, percent, seconds
from yunfn.program.rollout.sources import as_text, environment_variable, event_text, expression, web_address
from yunfn.rollout import hook as declared

#: When a hook is called: before the first weight (the candidate serves nobody yet), at the end of each step, after
#: promotion, or after stable was put back.
Moment = Literal["before", "step", "after", "rollback"]

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
# Headers that hold nothing but secrets (RFC 9110 and 6265).
_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie"})
# A call of FC and of SCF may take a day at most; nobody waits that long for one in `pulumi up`.
_LONGEST_S = 3600.0


class Hook(ABC):
    """A call at a turn of the rollout."""

    @abstractmethod
    def declared(self, resource: str, place: int) -> declared.Hook:
        """Answer the hook as the plugin takes it; ``place`` (from 1) names one that has no name.

        Raises:
            ValidationError: a value that cannot be.
        """


@dataclass(frozen=True, slots=True)
class FunctionHook(Hook):
    """A call of a function; it passes if the function does not fail.

    ``moment`` is before, step, after or rollback: before the first weight, at the end of each step, after promotion,
    after stable was put back. ``event`` is text, or a value that is sent as JSON; outputs may be in it. ``function`` is
    the function's name, by default the one that is rolled out; ``qualifier`` its version or alias, by default the
    candidate's number where ``function`` is not given; ``namespace`` is SCF's, by default the rolled out function's. It
    fails after ``timeout``, or if ``expect``, a regular expression, is not found in the answer. ``name`` is how it is
    told.
    """

    moment: Moment
    event: pulumi.Input[str] | Mapping[str, Any] | Sequence[Any] = field(default="", kw_only=True)
    function: pulumi.Input[str] = field(default="", kw_only=True)
    qualifier: pulumi.Input[str] = field(default="", kw_only=True)
    namespace: pulumi.Input[str] = field(default="", kw_only=True)
    timeout: Time = field(default="1m", kw_only=True)
    expect: str = field(default="", kw_only=True)
    name: str = field(default="", kw_only=True)

    def declared(self, resource: str, place: int) -> declared.Hook:
        """See Hook."""
        name = self.name or f"{self.moment}-{place}"
        at = f"{resource}: {name}"
        expression(at, "expect", self.expect)
        return declared.FunctionCall(
            name=name,
            moment=_moment(at, self.moment),
            timeout=_timeout(at, self.timeout),
            expect=self.expect,
            function=as_text(self.function),
            namespace=as_text(self.namespace),
            qualifier=as_text(self.qualifier),
            event=event_text(self.event),
        )


@dataclass(frozen=True, slots=True)
class HttpHook(Hook):
    """A call by HTTP, from the machine that runs ``pulumi up``.

    ``moment`` is before, step, after or rollback (see FunctionHook). ``url`` has no secret in it, nor has anything
    here: the record holds it. ``headers_from`` names for each header the environment variable that holds its value;
    ``headers`` are plain ones, which Authorization and Cookie are not. ``method`` is POST by default, ``body`` a JSON
    object about the rollout unless given. It passes if the status is one of ``statuses`` (any 2xx if none is named) and
    ``expect``, a regular expression, is found in the answer, within ``timeout``. ``name`` is how it is told.
    """

    moment: Moment
    url: pulumi.Input[str]
    method: str = field(default="POST", kw_only=True)
    headers: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    headers_from: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    body: str | None = field(default=None, kw_only=True)
    statuses: Sequence[int] = field(default=(), kw_only=True)
    timeout: Time = field(default="1m", kw_only=True)
    expect: str = field(default="", kw_only=True)
    name: str = field(default="", kw_only=True)

    def declared(self, resource: str, place: int) -> declared.Hook:
        """See Hook."""
        name = self.name or f"{self.moment}-{place}"
        at = f"{resource}: {name}"
        expression(at, "expect", self.expect)
        if self.method not in _METHODS:
            raise ValidationError(at, "method", self.method, f"one of {', '.join(_METHODS)}")
        for status in self.statuses:
            if isinstance(status, bool) or not isinstance(status, int) or not 100 <= status <= 599:
                raise ValidationError(at, "statuses", status, "statuses of HTTP: 100–599")
        twice = {each.lower() for each in self.headers} & {each.lower() for each in self.headers_from}
        if twice:
            raise ValidationError(at, "headers_from", min(twice), "is among headers already")
        for header in self.headers:
            if header.lower() in _CREDENTIALS:
                rule = "would stand in the record: take its value from an environment variable, by headers_from"
                raise ValidationError(at, "headers", header, rule)
        for variable in self.headers_from.values():
            environment_variable(at, "headers_from", variable)
        return declared.HttpCall(
            name=name,
            moment=_moment(at, self.moment),
            timeout=_timeout(at, self.timeout),
            expect=self.expect,
            url=as_text(checked(self.url, lambda value: web_address(at, "url", value))),
            method=self.method,
            headers=dict(self.headers),
            headers_from=dict(self.headers_from),
            body=self.body,
            statuses=tuple(self.statuses),
        )


@dataclass(frozen=True, slots=True)
class Gate:
    """Nothing goes on to ``percent`` before a person says ``yunfn rollout promote``; 100 is promotion.

    ``pulumi up`` waits the strategy's ``pause_limit`` for it, then puts stable back.
    """

    percent: Percent

    @classmethod
    def before_promotion(cls) -> Gate:
        """The gate after the last step."""
        return cls(100)

    def declared(self, resource: str) -> declared.Gate:
        """Answer the gate as the plugin takes it. Raises ValidationError for no percentage."""
        weight = percent(f"{resource}: gate", "percent", self.percent, including=True) / 100
        return declared.Gate(weight=Decimal(f"{weight.normalize():f}"))


def _moment(resource: str, moment: str) -> declared.Moment:
    try:
        return declared.Moment(moment)
    except ValueError as error:
        raise ValidationError(resource, "moment", moment, "before, step, after or rollback") from error


def _timeout(resource: str, value: Time) -> float:
    found = seconds(resource, "timeout", value, least=0.1)
    if found > _LONGEST_S:
        raise ValidationError(resource, "timeout", value, f"{_LONGEST_S:g} seconds at most")
    return found
