"""Curves over time as inline SVG: exact, without a script, with colours from the page's style."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

# In units of the picture, which is drawn as wide as its column: text of 12 is about 11 pixels on a phone of 360.
_WIDTH, _HEIGHT = 330.0, 168.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 10.0, 10.0, 24.0
# The width of a letter of 12 in a wide font, on the average of a value with its unit, and the distance to the curves.
_LETTER, _GAP = 7.6, 6.0
# More points than these are drawn as a line only, but those that stand out.
_DOTTED = 80
_TICKS_ACROSS, _TICKS_UP = 4, 4
# Distances of ticks that people count time in, in seconds.
_SPANS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a time (unix seconds); ``title`` shows when it is pointed at, ``mark`` makes it stand out."""

    at: float
    value: float
    title: str = ""
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a chart; None among its points is a gap. ``kind`` names its colour and dashes in the style."""

    name: str
    kind: str
    points: tuple[Point | None, ...]
    #: Stays at a point's value until the next one, instead of going straight there.
    stepped: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart from ``since`` to ``until`` (unix seconds) and from 0 upwards; ``label`` writes a value.

    ``top`` is the least that the upper end stands for. ``marks`` are times to draw a line at, each with its words, and
    ``levels`` are values to draw one at, likewise.
    """

    title: str
    curves: tuple[Curve, ...]
    since: float
    until: float
    label: Callable[[float], str]
    top: float = 0.0
    marks: tuple[tuple[float, str], ...] = ()
    levels: tuple[tuple[float, str], ...] = ()


def svg(chart: Chart) -> str:
    """The chart as an SVG element; every text in it is escaped."""
    scale = _Scale(chart)
    parts = [*_grid(chart, scale), *_levels(chart, scale), *_marks(chart, scale)]
    for curve in chart.curves:
        parts += _line(curve, scale)
    if not any(point for curve in chart.curves for point in curve.points):
        parts.append(f'<text class="tick middle" x="{_WIDTH / 2:g}" y="{_HEIGHT / 2:g}">no data</text>')
    inside = "".join(parts)
    return f'<svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{escape(_spoken(chart))}">{inside}</svg>'


def ticks_up(highest: float) -> list[float]:
    """Round values from 0 to at least ``highest``, a few of them."""
    if highest <= 0 or not math.isfinite(highest):
        return [0.0, 1.0]
    rough = highest / _TICKS_UP
    unit = 10.0 ** math.floor(math.log10(rough))
    distance = next(unit * each for each in (1, 2, 2.5, 5, 10) if unit * each >= rough * 0.999)
    return [distance * number for number in range(math.ceil(highest / distance - 1e-9) + 1)]


def ticks_across(seconds: float) -> list[float]:
    """Seconds after the beginning at round distances, up to ``seconds``."""
    distance = next((each for each in _SPANS if seconds / each <= _TICKS_ACROSS + 1), _SPANS[-1])
    while seconds / distance > _TICKS_ACROSS + 1:
        distance *= 2
    return [float(distance * number) for number in range(int(seconds // distance) + 1)]


class _Scale:
    """Where times and values lie in the picture."""

    def __init__(self, chart: Chart) -> None:
        values = [point.value for curve in chart.curves for point in curve.points if point is not None]
        highest = max([chart.top, *values, *(value for value, _ in chart.levels)])
        self.rows = ticks_up(highest)
        longest = max(len(chart.label(value)) for value in self.rows)
        self.left = min(_WIDTH / 2, max(_LEFT, longest * _LETTER + _GAP))
        self.since = chart.since
        self.seconds = max(chart.until - chart.since, 1.0)

    def across(self, at: float) -> float:
        part = min(1.0, max(0.0, (at - self.since) / self.seconds))
        return self.left + part * (_WIDTH - self.left - _RIGHT)

    def up(self, value: float) -> float:
        part = min(1.0, max(0.0, value / self.rows[-1]))
        return _HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM)


def _grid(chart: Chart, scale: _Scale) -> Iterator[str]:
    for value in scale.rows:
        y = scale.up(value)
        yield f'<path class="grid" d="M{scale.left:g} {y:.1f}H{_WIDTH - _RIGHT:g}"/>'
        yield f'<text class="tick end" x="{scale.left - _GAP:g}" y="{y + 4:.1f}">{escape(chart.label(value))}</text>'
    ticks = ticks_across(scale.seconds)
    unit, by = _unit(ticks)
    for number, seconds in enumerate(ticks):
        x = scale.across(scale.since + seconds)
        words = f"{seconds / by:g}" + (f" {unit}" if number == len(ticks) - 1 else "")
        anchor = " end" if x > _WIDTH - 40 else " middle"
        yield f'<text class="tick{anchor}" x="{min(x, _WIDTH - 2):.1f}" y="{_HEIGHT - 7:g}">{words}</text>'


def _unit(ticks: Sequence[float]) -> tuple[str, float]:
    """The largest unit in which the ticks are whole."""
    for unit, by in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if len(ticks) > 1 and ticks[1] % by == 0:
            return unit, by
    return "s", 1.0


def _levels(chart: Chart, scale: _Scale) -> Iterator[str]:
    for value, words in chart.levels:
        y = scale.up(value)
        line = f"M{scale.left:g} {y:.1f}H{_WIDTH - _RIGHT:g}"
        yield f'<path class="level" d="{line}"><title>{escape(words)}</title></path>'


def _marks(chart: Chart, scale: _Scale) -> Iterator[str]:
    for at, words in chart.marks:
        x = scale.across(at)
        yield f'<path class="mark" d="M{x:.1f} {_TOP:g}V{_HEIGHT - _BOTTOM:g}"><title>{escape(words)}</title></path>'


def _line(curve: Curve, scale: _Scale) -> Iterator[str]:
    known = [point for point in curve.points if point is not None]
    yield f'<path class="curve {curve.kind}" d="{"".join(_path(curve, scale))}"/>'
    for point in known:
        if not point.mark and (curve.stepped or len(known) > _DOTTED):
            continue
        x, y = scale.across(point.at), scale.up(point.value)
        kind = "bad" if point.mark else curve.kind
        title = f"<title>{escape(point.title)}</title>" if point.title else ""
        shape = (
            f'<path class="dot {kind}" d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8">{title}</path>'
            if point.mark
            else f'<circle class="dot {kind}" cx="{x:.1f}" cy="{y:.1f}" r="2.2">{title}</circle>'
        )
        yield shape


def _path(curve: Curve, scale: _Scale) -> Iterator[str]:
    down = True
    for point in curve.points:
        if point is None:
            down = True
            continue
        x, y = scale.across(point.at), scale.up(point.value)
        if down:
            yield f"M{x:.1f} {y:.1f}"
        else:
            yield f"H{x:.1f}V{y:.1f}" if curve.stepped else f"L{x:.1f} {y:.1f}"
        down = False


def _spoken(chart: Chart) -> str:
    """The chart for who cannot see it: the last value of each curve."""
    lasts = []
    for curve in chart.curves:
        known = [point for point in curve.points if point is not None]
        lasts.append(f"{curve.name} {chart.label(known[-1].value) if known else 'no data'}")
    return f"{chart.title}: {', '.join(lasts)} at the end"
