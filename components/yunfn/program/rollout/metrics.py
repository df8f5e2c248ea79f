"""What a candidate is judged by, as programs declare it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program.rollout.quantities import Percent, Time, percent, seconds
from yunfn.program.rollout.sources import Prometheus, Source
from yunfn.rollout import conditions
from yunfn.rollout import metric as declared
from yunfn.rollout.metrics import measures

#: Where a metric comes from if it does not say so itself: by what is measured.
Defaults = Mapping[declared.Measure, Source]

#: What a condition is about: the candidate's figure, or how it compares with the stable version's.
Relation = Literal["figure", "difference", "ratio"]

_PERCENTILES: Final = {
    "p50": declared.Measure.P50,
    "p95": declared.Measure.P95,
    "p99": declared.Measure.P99,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(ABC):
    """What every metric says.

    ``name`` is how it is told; ``source`` is where its figures come from, by default the cloud's own; ``interval`` is
    the time between measurements, ``window`` how far back each looks (by default to the candidate's first call);
    ``minimum`` is how many calls make a measurement, fewer are no data. More than ``failure_limit`` failures put stable
    back; more than ``inconclusive_limit`` measurements in a row that meet neither condition pause, and so do more than
    ``error_limit`` in a row that the source did not answer. With ``dry_run`` it is told, and decides nothing.
    """

    name: str | None = None
    source: Source | None = None
    interval: Time = "1m"
    window: Time | None = None
    minimum: int = 20
    failure_limit: int = 0
    inconclusive_limit: int = 0
    error_limit: int = 4
    dry_run: bool = False

    @property
    @abstractmethod
    def called(self) -> str:
        """Its name."""

    @abstractmethod
    def _measure(self, resource: str) -> declared.Measure:
        """What is measured."""

    @abstractmethod
    def _rule(self, resource: str) -> declared.Rule:
        """What the figures mean."""

    def declared(self, resource: str, defaults: Defaults, logs: Sequence[pulumi.Input[str]]) -> declared.Metric:
        """Answer the metric as the plugin takes it.

        ``defaults`` are the cloud's own sources, ``logs`` is where the function's lines go (nothing if nowhere).

        Raises:
            ValidationError: a value is none, or the source cannot measure that.
        """
        if not self.called.strip():
            raise ValidationError(resource, "name", self.called, "a text that is not empty")
        at = f"{resource}: {self.called}"
        measure = self._measure(at)
        source = self.source or defaults.get(measure)
        if source is None:
            raise ValidationError(at, "source", None, "nothing of the cloud's own measures this: name a source")
        if not isinstance(source, Source):
            raise ValidationError(at, "source", source, "a source such as Probes([...]) or Prometheus(...)")
        for name, least in (("minimum", 1), ("failure_limit", 0), ("inconclusive_limit", 0), ("error_limit", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValidationError(at, name, value, f"a whole number, {least} at least")
        found = declared.Metric(
            name=self.called,
            measure=measure,
            source=source.declared(at, logs),
            rule=self._rule(at),
            interval=seconds(at, "interval", self.interval, least=1),
            window=None if self.window is None else seconds(at, "window", self.window, least=1),
            minimum=self.minimum,
            failure_limit=self.failure_limit,
            inconclusive_limit=self.inconclusive_limit,
            error_limit=self.error_limit,
            dry_run=self.dry_run,
        )
        measures.check(found)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Metric):
    """A share of the calls.

    By default a test compares it with the stable version's, in the same time and for stated errors: a candidate that
    does as well is rolled back in ``false_rollback`` (0–1) of all cases at most, one whose share is ``increase``
    percentage points higher passes in ``missed`` (0–1) at most. It needs some 1,000 calls of each version for the
    values given, fewer where stable has more of them.

    With ``success`` or ``failure`` (``"<= 1 %"``, ``"> 5 %"``), conditions decide instead: ``of`` the ``figure``
    itself, its ``difference`` to the stable version's, or their ``ratio``.
    """

    increase: Percent = 5
    false_rollback: float = 0.01
    missed: float = 0.001
    success: str = ""
    failure: str = ""
    of: Relation = "figure"

    def _rule(self, resource: str) -> declared.Rule:
        if self.success or self.failure:
            return _conditions(resource, self.success, self.failure, self.of)
        if self.of != "figure":
            raise ValidationError(resource, "of", self.of, "goes with a condition of success or failure")
        for name in ("false_rollback", "missed"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 0.25:
                raise ValidationError(resource, name, value, "a probability above 0, 0.25 at most")
        increase = percent(resource, "increase", self.increase, below=50, including=True)
        return declared.Comparison(
            increase=(increase / 100).normalize(), false_rollback=float(self.false_rollback), missed=float(self.missed)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRate(Share):
    """The share of calls that failed in the function: by its errors, timeouts, and memory that did not do.

    ``increase``, ``false_rollback`` and ``missed`` are those of the test against stable, ``success``, ``failure`` and
    ``of`` the conditions instead of it (see Share). As in every metric: ``name``, ``source``, ``interval``,
    ``window``, ``minimum``, ``failure_limit``, ``inconclusive_limit``, ``error_limit``, ``dry_run``.
    """

    @property
    def called(self) -> str:
        """See Metric."""
        return "errors" if self.name is None else self.name

    def _measure(self, resource: str) -> declared.Measure:
        return declared.Measure.ERRORS


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttles(Share):
    """The share of calls that were refused for want of instances.

    ``increase``, ``false_rollback`` and ``missed`` are those of the test against stable, ``success``, ``failure`` and
    ``of`` the conditions instead of it (see Share). As in every metric: ``name``, ``source``, ``interval``,
    ``window``, ``minimum``, ``failure_limit``, ``inconclusive_limit``, ``error_limit``, ``dry_run``.
    """

    @property
    def called(self) -> str:
        """See Metric."""
        return "throttles" if self.name is None else self.name

    def _measure(self, resource: str) -> declared.Measure:
        return declared.Measure.THROTTLES


@dataclass(frozen=True, slots=True)
class Duration(Metric):
    """A percentile of the calls' duration, in milliseconds.

    ``percentile`` is p50, p95 or p99. ``success`` and ``failure`` are conditions such as ``"<= 300"`` and ``"> 500"``:
    one of both may be left out, and where neither is met nothing is decided. They are about the figure itself, its
    difference to the stable version's (``of="difference"``), or both's ratio (``of="ratio"``, ``"<= 1.2"``). As in
    every metric: ``name``, ``source``, ``interval``, ``window``, ``minimum``, ``failure_limit``,
    ``inconclusive_limit``, ``error_limit``, ``dry_run``.
    """

    percentile: Literal["p50", "p95", "p99"]
    success: str = field(default="", kw_only=True)
    failure: str = field(default="", kw_only=True)
    of: Relation = field(default="figure", kw_only=True)

    @property
    def called(self) -> str:
        """See Metric."""
        return str(self.percentile) if self.name is None else self.name

    def _measure(self, resource: str) -> declared.Measure:
        if self.percentile not in _PERCENTILES:
            raise ValidationError(resource, "percentile", self.percentile, "p50, p95 or p99")
        return _PERCENTILES[self.percentile]

    def _rule(self, resource: str) -> declared.Rule:
        return _conditions(resource, self.success, self.failure, self.of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(Metric):
    """The number that a query of your own answers, in its own unit.

    ``name`` is how it is told; ``source`` is a Prometheus; ``success``, ``failure`` and ``of`` are conditions as in
    Duration. ``minimum`` is how many of the source's ``samples`` a measurement needs, one if nothing is said. As in
    every metric: ``interval``, ``window``, ``failure_limit``, ``inconclusive_limit``, ``error_limit``, ``dry_run``.
    """

    name: str
    source: Source
    minimum: int = 1
    success: str = ""
    failure: str = ""
    of: Relation = "figure"

    @property
    def called(self) -> str:
        """See Metric."""
        return self.name

    def _measure(self, resource: str) -> declared.Measure:
        if not isinstance(self.source, Prometheus):
            raise ValidationError(resource, "source", type(self.source).__name__, "only Prometheus takes queries")
        return declared.Measure.VALUE

    def _rule(self, resource: str) -> declared.Rule:
        return _conditions(resource, self.success, self.failure, self.of)


def _conditions(resource: str, success: str, failure: str, of: str) -> declared.Conditions:
    """Conditions that can be read, and of which success and failure do not meet."""
    try:
        relation = declared.Relation(of)
    except ValueError as error:
        raise ValidationError(resource, "of", of, "figure, difference or ratio") from error
    if not success and not failure:
        rule = "a condition of success or of failure, such as '<= 300' or '> 0.5'"
        raise ValidationError(resource, "success", success, rule)
    for name, text in (("success", success), ("failure", failure)):
        if text:
            try:
                conditions.condition(text)
            except ValueError as error:
                raise ValidationError(resource, name, text, str(error)) from error
    found = declared.Conditions(success=success, failure=failure, of=relation)
    _never_both(resource, found)
    return found


def _never_both(resource: str, rule: declared.Conditions) -> None:
    """Refuse conditions that a figure can meet both of."""
    success, failure = conditions.both(rule)
    figures = {success.bound, failure.bound, -math.inf, math.inf}
    figures |= {math.nextafter(each, to) for each in (success.bound, failure.bound) for to in (-math.inf, math.inf)}
    met = [each for each in sorted(figures) if success.holds(each) and failure.holds(each)]
    if met:
        raise ValidationError(
            resource, "failure", rule.failure, f"a figure can meet this and the success condition {success} as well"
        )
