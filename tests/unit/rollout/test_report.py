"""The page about rollouts, as text: what stands in it, and that nothing in it can do anything."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser

import pytest

from unit.rollout.driven_records import driven
from unit.rollout.records_of_rollouts import BEGAN, PLACE, promoted, rejected, waiting
from yunfn.exceptions import RolloutError
from yunfn.rollout.event import Ended
from yunfn.rollout.phase import Phase
from yunfn.rollout.recorded import Recorded
from yunfn.rollout.report import AliasHistory, page
from yunfn.rollout.report.charts import metric_charts, weight_chart
from yunfn.rollout.report.curves import Chart, Curve, Point, svg, ticks_across, ticks_up

HISTORY = AliasHistory("live", PLACE, (promoted(), rejected(), waiting()))


class Reader(HTMLParser):
    """Every element, and the text without them."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_whole_and_holds_every_rollout() -> None:
    read = Reader(page("Rollouts of stack <dev>", [HISTORY], BEGAN + 300_000))
    assert read.open == []
    for words in ("Rollouts of stack <dev>", "live", "dev-orders:live", "Succeeded", "Failed", "Progressing"):
        assert words in read.text
    assert [attrs.get("open", "closed") for tag, attrs in read.tags if attrs.get("class") == "rollout"] == [
        None,
        "closed",
        "closed",
    ]
    assert read.text.index("#3P") < read.text.index("#2F") < read.text.index("#1S")


def test_it_needs_nothing_else_and_runs_nothing() -> None:
    read = Reader(page("x", [HISTORY], BEGAN))
    assert not {tag for tag, _ in read.tags} & {"script", "img", "iframe", "object", "form", "a"}
    assert not [attrs for _, attrs in read.tags for name in attrs if name.startswith("on") or name == "src"]
    # The reason of the rejected one holds a script, as text.
    assert "<script>alert(1)</script>" in read.text
    assert [attrs["href"] for tag, attrs in read.tags if tag == "link"] == ["data:,"]


def test_without_rollouts_it_says_so() -> None:
    assert "No alias has a rollout." in page("x", [], BEGAN)
    assert "No rollout yet." in page("x", [AliasHistory("live", PLACE, ())], BEGAN)


def test_each_metric_has_a_chart_and_the_failure_stands_out() -> None:
    recorded = rejected()
    charts = list(metric_charts(recorded, recorded.until(0)))
    assert [chart.title for chart in charts] == ["errors", "p95", "queue <depth> (dry run)"]
    errors, p95, queue = charts
    candidate, stable = errors.curves
    assert [(point.value, point.mark) for point in candidate.points if point] == [(0.005, False)] * 5 + [(0.2, True)]
    assert {point.value for point in stable.points if point} == {0.005}
    assert p95.levels == ((300.0, "success <= 300"), (400.0, "failure > 400"))
    assert queue.levels == ((5.0, "success < 500 %"),)
    assert [curve.points for curve in queue.curves] == [(None,) * 6]
    assert "no data" in svg(queue) and "&lt;depth&gt;" in svg(queue)


def test_the_candidates_share_over_time() -> None:
    recorded = promoted()
    chart = weight_chart(recorded, recorded.until(0))
    (curve,) = chart.curves
    assert [point.value for point in curve.points if point] == [0, 0.01, 0.05, 0.2, 0.5, 1, 1]
    assert [words for _, words in chart.marks] == ["paused", "resumed", "resumed", "ended"]
    assert curve.stepped and chart.top == 1.0


@pytest.mark.parametrize("highest", [0.0, 1e-9, 0.003, 0.2, 1.0, 7.0, 99.0, 1234.5, 5e7, math.inf])
def test_ticks_are_few_and_cover_the_values(highest: float) -> None:
    ticks = ticks_up(highest)
    assert ticks[0] == 0 and 2 <= len(ticks) <= 6
    assert ticks[-1] >= highest * 0.999 or math.isinf(highest)


@pytest.mark.parametrize("seconds", [1.0, 59.0, 61.0, 3600.0, 90_000.0, 4e6, 4e8])
def test_ticks_of_time_are_few(seconds: float) -> None:
    ticks = ticks_across(seconds)
    assert ticks[0] == 0 and ticks[-1] <= seconds and len(ticks) <= 6


def test_lines_stay_inside_and_break_where_there_is_nothing() -> None:
    points = (Point(0, 0), Point(10, 5), None, Point(20, 2), Point(99, 3))
    drawn = svg(Chart("t", (Curve("c", "candidate", points),), 0, 20, str))
    (path,) = re.findall(r'class="curve candidate" d="([^"]*)"', drawn)
    assert path.count("M") == 2 and path.count("L") == 2
    numbers = [tuple(map(float, each)) for each in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]
    assert all(52 <= x <= 320 and 10 <= y <= 144 for x, y in numbers)
    # The value 0 at the beginning lies in the lower left corner.
    assert numbers[0] == (52, 144)


def test_what_the_controller_wrote_is_drawn_whole() -> None:
    promoted_one, rejected_one = driven()
    weights = [point.value for point in weight_chart(promoted_one, promoted_one.until(0)).curves[0].points if point]
    assert weights == [0, 0.01, 0.05, 0.2, 0.5, 1, 1]
    errors, slow = metric_charts(promoted_one, promoted_one.until(0))
    assert len(errors.curves[0].points) > 100 and not any(point.mark for point in errors.curves[0].points if point)
    assert slow.levels == ((0.05, "success <= 5 %"), (0.6, "failure > 60 %"))
    # A line of so many points has no dots but those of failures.
    assert "circle" not in svg(errors)
    (failed,) = [point for point in next(metric_charts(rejected_one, rejected_one.until(0))).curves[0].points if point]
    assert failed.mark and 0.1 < failed.value < 0.3
    read = Reader(page("x", [AliasHistory("live", PLACE, (promoted_one, rejected_one))], 0))
    assert rejected_one.state.reason in read.text and "ann@desk ordered a pause" in read.text


def test_a_record_that_does_not_begin_is_refused() -> None:
    with pytest.raises(RolloutError, match="rollout 9: its record begins with Ended"):
        Recorded.of(9, [Ended(at=1, phase=Phase.FAILED)])
