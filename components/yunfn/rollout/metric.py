"""What a candidate is judged by: metrics, where their figures come from, and the rule of each."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import msgspec


class Measure(StrEnum):
    """What of a version's calls is measured."""

    #: Calls that failed in the function, by count: a share.
    ERRORS = "errors"
    #: Calls that were refused for want of instances: a share.
    THROTTLES = "throttles"
    #: Percentiles of the duration, milliseconds.
    P50 = "p50"
    P95 = "p95"
    P99 = "p99"
    #: What a query of the user answers, in its own unit.
    VALUE = "value"


class Reading(msgspec.Struct, frozen=True, rename="camel"):
    """The figures of one version in one window of time.

    ``count`` calls were seen (for a query: points). Shares have ``failures``, the others a ``value``: milliseconds for
    durations. A reading without calls is no data.
    """

    count: int
    failures: int | None = None
    value: float | None = None

    @property
    def share(self) -> float | None:
        """The share of failures, None where there are none to count."""
        return self.failures / self.count if self.count and self.failures is not None else None


class _Struct(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What all declarations share."""


# Sources: where figures come from.


class CloudMonitor(_Struct, frozen=True, tag="cloudMonitor"):
    """Alibaba Cloud Monitor (CMS), by version of the function; figures of whole minutes, late by about two."""


class RequestMetrics(_Struct, frozen=True, tag="requestMetrics"):
    """The rows of request metrics that Function Compute writes to the function's logstore (SLS)."""

    project: str
    logstore: str


class TencentMonitor(_Struct, frozen=True, tag="tencentMonitor"):
    """Tencent Cloud Monitor, by version of the function; figures of whole minutes."""


class ClsLogs(_Struct, frozen=True, tag="cls"):
    """The rows that SCF writes to the function's log topic (CLS)."""

    topic: str


class Prometheus(_Struct, frozen=True, tag="prometheus"):
    """A Prometheus server. ``query`` answers one number; ``{version}``, ``{function}``, ``{alias}`` and ``{window}``
    (``300s``) in it are put in. ``samples`` is a query of how many calls that rests on; without it any answer is one.
    For shares ``query`` counts the calls that failed (or were refused), and ``samples`` all calls.

    ``token_variable`` names the environment variable with a bearer token.
    """

    address: str
    query: str
    samples: str = ""
    token_variable: str = ""


class Probes(_Struct, frozen=True, tag="probes"):
    """Calls of our own, of the candidate and the stable version by their numbers: for functions with little traffic.

    Each measurement makes ``calls`` calls of either, with the ``events`` in turn. ``expect`` is a regular expression
    that an answer must hold to count as well.
    """

    events: tuple[str, ...]
    calls: int = 10
    expect: str = ""


Source = CloudMonitor | RequestMetrics | TencentMonitor | ClsLogs | Prometheus | Probes


# Rules: what figures mean.


class Relation(StrEnum):
    """What of the candidate's figure a condition is about."""

    #: The figure itself.
    FIGURE = "figure"
    #: The candidate's less the stable version's, of the same window.
    DIFFERENCE = "difference"
    #: The candidate's by the stable version's, of the same window.
    RATIO = "ratio"


class Conditions(_Struct, frozen=True, tag="conditions"):
    """Success and failure each by a condition: ``<= 300``, ``> 0.05``. Neither met is inconclusive.

    One of both may be left out: the other one's opposite stands for it.
    """

    success: str = ""
    failure: str = ""
    of: Relation = Relation.FIGURE


class Comparison(_Struct, frozen=True, tag="comparison"):
    """A test of the candidate's share against the stable version's in the same window, for the stated error bounds.

    A candidate equal to stable fails with at most ``false_rollback``; one that is worse by ``increase`` (0–1) or more
    passes with at most ``missed``, however often it is looked at (``comparison`` says how). It decides as soon as both
    bounds allow: with the default ones at the latest after some 1,000 calls of each version while stable fails 1 % of
    them, after 2,100 at 5 %; and after fewer of the candidate's where stable has more. Shares only, no durations.
    """

    increase: Decimal = Decimal("0.05")
    false_rollback: float = 0.01
    missed: float = 0.001


Rule = Conditions | Comparison


class Metric(_Struct, frozen=True):
    """One metric of the analysis.

    ``interval`` and ``window`` in seconds; no window is all time since the candidate served first. ``minimum`` calls of
    the candidate (of both, where the rule compares) make a measurement; fewer are no data. More than ``failure_limit``
    failures put stable back; more than ``inconclusive_limit`` inconclusive measurements in a row pause, and more than
    ``error_limit`` errors of the source in a row. With ``dry_run`` it is measured and told, and decides nothing.
    """

    name: str
    measure: Measure
    source: Source
    rule: Rule = Comparison()
    interval: float = 60.0
    window: float | None = None
    minimum: int = 20
    failure_limit: int = 0
    inconclusive_limit: int = 0
    error_limit: int = 4
    dry_run: bool = False


class Outcome(StrEnum):
    """What a measurement came to."""

    SUCCESS = "success"
    FAILURE = "failure"
    #: Neither condition is met.
    INCONCLUSIVE = "inconclusive"
    #: A test that needs more samples to decide; nothing speaks against the candidate so far.
    UNDECIDED = "undecided"
    #: Fewer calls than the metric's minimum.
    NO_DATA = "noData"
    #: The source did not answer.
    ERROR = "error"


class Measurement(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One metric, measured and judged: readings from ``since`` to ``until`` (unix seconds), the ``figure`` that was
    compared and the rule in words (``text``), which users read.

    ``stable_fails``: the candidate failed an absolute condition, which stable fails at least as badly.
    """

    metric: str
    outcome: Outcome
    at: float
    since: float
    until: float
    candidate: Reading | None = None
    stable: Reading | None = None
    figure: float | None = None
    text: str = ""
    dry_run: bool = False
    stable_fails: bool = False


class MetricsBackend(Protocol):
    """A source of figures; blocks, and raises CloudAnswerError or RolloutError where it has no answer."""

    #: Seconds that figures are late by: a window ends so long before now.
    late: float

    def measure(self, measure: Measure, version: str, since: float, until: float) -> Reading | None:
        """The figures of ``version`` from ``since`` to ``until`` (unix seconds); None if there are none."""
