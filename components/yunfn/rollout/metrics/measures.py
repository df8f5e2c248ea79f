"""Which source can measure what. Pure: programs ask before anything is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from yunfn.exceptions import ValidationError
from yunfn.rollout.metric import (
    CloudMonitor,
    ClsLogs,
    Measure,
    Metric,
    Probes,
    Prometheus,
    RequestMetrics,
    TencentMonitor,
)

SHARES: Final = frozenset({Measure.ERRORS, Measure.THROTTLES})
#: What of the calls must not be above a percentile, as a share (0–1).
PERCENTILES: Final[Mapping[Measure, float]] = {Measure.P50: 0.5, Measure.P95: 0.95, Measure.P99: 0.99}

# Seconds in which there is a whole minute, whenever they begin.
_MINUTES: Final = 120.0
_CALLS = frozenset({Measure.ERRORS, *PERCENTILES})
# Of each source what it measures, and what to say of the rest.
_MEASURES: Final[Mapping[type, tuple[frozenset[Measure], str]]] = {
    CloudMonitor: (SHARES, "Cloud Monitor has no percentiles of one version: take them from RequestMetrics or from"
                   " probes"),
    RequestMetrics: (_CALLS, "a call that was refused leaves no row of request metrics: take throttles from Cloud"
                     " Monitor"),
    TencentMonitor: (SHARES, "Tencent Cloud Monitor tells means of the duration, no percentiles: take them from the log"
                     " topic or from probes"),
    ClsLogs: (_CALLS, "a call that was refused leaves no line in the log topic: take throttles from Tencent Cloud"
              " Monitor"),
    Prometheus: (frozenset(Measure), ""),
    Probes: (SHARES | frozenset(PERCENTILES), "probes run no query: take it from Prometheus"),
}  # fmt: skip


def check(metric: Metric) -> None:
    """Raise ValidationError where the metric's source cannot measure what is asked of it."""
    source = metric.source
    measures, reason = _MEASURES.get(type(source), (frozenset(Measure), ""))
    if metric.measure not in measures:
        raise ValidationError(metric.name, "measure", metric.measure.value, reason)
    if isinstance(source, CloudMonitor | TencentMonitor) and metric.window is not None and metric.window < _MINUTES:
        reason = f"figures are of whole minutes: a shorter window than {_MINUTES:g} seconds may hold none"
        raise ValidationError(metric.name, "window", metric.window, reason)
    if isinstance(source, Prometheus) and metric.measure in SHARES and not source.samples.strip():
        reason = "a share needs two queries: query counts the calls that failed, samples all of them"
        raise ValidationError(metric.name, "samples", source.samples, reason)


def address_fault(source: Prometheus) -> str:
    """What is wrong with the address of a Prometheus server, "" where nothing is."""
    try:
        parts = urlsplit(source.address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"this is no address: {error}"
    if parts.scheme not in ("http", "https") or not host:
        return "an address begins with http:// or https:// and a host"
    if parts.username is not None or parts.password is not None:
        return "an address holds no user and password, for it stands in states and records: use token_variable"
    if parts.query or parts.fragment:
        return "an address ends with the path before /api/v1"
    if source.token_variable and parts.scheme == "http" and not _is_loopback(host):
        return "a token is sent by https:// only"
    return ""


def server_of(source: Prometheus) -> str:
    """Scheme, host and port of a Prometheus server, without what may be secret in its address."""
    try:
        parts = urlsplit(source.address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else "an address without a host"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
