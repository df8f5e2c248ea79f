"""The page: each alias with its rollouts, the newest first and open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib.resources import files

from yunfn.rollout.event import AliasPlace, Event, Measured
from yunfn.rollout.phase import Phase
from yunfn.rollout.recorded import Recorded
from yunfn.rollout.report.charts import metric_charts, weight_chart
from yunfn.rollout.report.curves import Chart, svg
from yunfn.rollout.state import RolloutState
from yunfn.rollout.words import duration, figure, measured, metric_of, plan, shares, told

_KINDS = {
    Phase.SUCCEEDED: "good",
    Phase.FAILED: "bad",
    Phase.ABORTED: "bad",
    Phase.CONTESTED: "bad",
    Phase.FINALISING: "bad",
    Phase.PAUSED: "wait",
    Phase.WAITING_PROMOTION: "wait",
}
# Nothing from anywhere else, and no script: what clouds and programs said stands in here.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_ICON = "data:,"


@dataclass(frozen=True, slots=True)
class AliasHistory:
    """An alias, as the program calls it, with its rollouts in the order they came."""

    name: str
    place: AliasPlace
    rollouts: tuple[Recorded, ...]


def page(title: str, histories: Sequence[AliasHistory], now: float) -> str:
    """The whole page as HTML; ``now`` in unix seconds is when the record was read.

    Texts in it come from people, clouds and functions: every one is escaped.
    """
    style = (files("yunfn.rollout.report") / "style.css").read_text(encoding="utf-8")
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><link rel="icon" href="{_ICON}">'
        f"<title>{escape(title)}</title><style>{style}</style>"
    )
    body = "".join(_alias(each, now) for each in histories) or "<p>No alias has a rollout.</p>"
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n<h1>{escape(title)}</h1>\n'
        f'<p class="soft">As of {_time(now)}. All times are UTC.</p>\n{body}</body></html>\n'
    )


def _alias(history: AliasHistory, now: float) -> str:
    place = history.place
    where = f"{place.cloud} {place.region}, {place}"
    rollouts = reversed(history.rollouts)
    inside = "".join(_rollout(each, now, number == 0) for number, each in enumerate(rollouts))
    inside = inside or "<p>No rollout yet.</p>"
    return f'<section><h2>{escape(history.name)} <span class="soft">{escape(where)}</span></h2>\n{inside}</section>\n'


def _rollout(recorded: Recorded, now: float, opened: bool) -> str:
    state, until = recorded.state, recorded.until(now)
    kind = _KINDS.get(state.phase, "good" if state.phase.final else "soft")
    phase = f'<span class="phase {kind}">{state.phase}</span>'
    summary = f"#{recorded.number}{phase}version {escape(state.candidate)} over {escape(state.stable)}"
    reason = f'<p class="reason {kind}">{escape(state.reason)}</p>' if state.reason else ""
    # Of a long history only the newest is unfolded: all of it is a tap away.
    unfolded = " open" if opened else ""
    charts = [weight_chart(recorded, until), *metric_charts(recorded, until)]
    return (
        f'<details class="rollout"{unfolded}><summary>{summary}</summary>{reason}{_facts(recorded, until)}'
        f'<div class="charts">{"".join(map(_figure, charts))}</div>'
        f"{_happened(recorded)}{_measurements(state)}</details>\n"
    )


def _facts(recorded: Recorded, until: float) -> str:
    state = recorded.state
    lasted = duration(until - state.began.at)
    rows = [
        ("began", _time(state.began.at)),
        ("ended", f"{_time(until)}, after {lasted}" if state.ended else f"not yet, after {lasted}"),
        ("plan", escape(plan(state.began.specification))),
        ("now", escape(shares(state.routing)) if state.routing else "unknown"),
        ("by", escape(state.began.holder)),
    ]
    return '<dl class="facts">' + "".join(f"<dt>{name}</dt><dd>{said}</dd>" for name, said in rows if said) + "</dl>"


def _figure(chart: Chart) -> str:
    key = "".join(f'<i class="{each.kind}"></i>{escape(each.name)}' for each in chart.curves)
    levels = f"; dotted: {escape(', '.join(said for _, said in chart.levels))}" if chart.levels else ""
    return f'<figure><h3>{escape(chart.title)}</h3>{svg(chart)}<p class="key">{key}{levels}</p></figure>'


def _happened(recorded: Recorded) -> str:
    rows = [
        f"<li>{_clock(event)}{escape(said)}</li>"
        for state, event in recorded.told()
        if not isinstance(event, Measured) and (said := told(state, event))
    ]
    return f'<ol class="happened">{"".join(rows)}</ol>'


def _measurements(state: RolloutState) -> str:
    if not state.measurements:
        return ""
    names = ("time", "metric", "outcome", "candidate", "stable", "rule")
    heading = "".join(f"<th>{name}</th>" for name in names)
    rows = "".join(_row(names, cells) for cells in _cells(state))
    return (
        f'<details class="more"><summary>measurements: {len(state.measurements)}</summary>'
        f"<table><thead><tr>{heading}</tr></thead><tbody>{rows}</tbody></table></details>"
    )


def _cells(state: RolloutState) -> Iterator[tuple[str, ...]]:
    for each in state.measurements:
        metric = metric_of(state, each.metric)
        readings = [
            f"{figure(metric, reading)} of {reading.count}" if reading else "no data"
            for reading in (each.candidate, each.stable)
        ]
        dry = " (dry run)" if each.dry_run else ""
        rule = each.text or measured(state, each)
        yield _time(each.at), escape(each.metric) + dry, str(each.outcome), *readings, escape(rule)


def _row(names: Sequence[str], cells: Sequence[str]) -> str:
    inside = "".join(f'<td data-name="{name}">{cell}</td>' for name, cell in zip(names, cells, strict=True))
    return f"<tr>{inside}</tr>"


def _time(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"


def _clock(event: Event) -> str:
    return f"<time>{datetime.fromtimestamp(event.at, UTC):%H:%M:%S}</time>"
