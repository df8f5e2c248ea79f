"""The page about rollouts as a browser draws it: on a phone and on a desk, light and dark."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from support.chromium import Page, browser
from unit.rollout import driven_records
from unit.rollout.records_of_rollouts import BEGAN, PLACE, promoted, rejected, slow, waiting
from yunfn.rollout.report import AliasHistory, page

LONG = "a_function_with_a_name_that_cannot_be_broken_anywhere_" * 2
# The least size of letters on the screen in pixels, of HTML's text and of what is drawn in charts.
_SIZES = """(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), sizes = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !parent.getClientRects().length || parent.tagName == 'title') continue;
    const size = parseFloat(getComputedStyle(parent).fontSize), drawn = parent.ownerSVGElement;
    sizes.push(drawn ? size * drawn.getBoundingClientRect().width / drawn.viewBox.baseVal.width : size);
  }
  return Math.min(...sizes);
})()"""
# Texts of charts that lie on each other, or out of their chart.
_COLLISIONS = """[...document.querySelectorAll('svg')].flatMap(chart => {
  const frame = chart.getBoundingClientRect(), found = [];
  const boxes = [...chart.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
  boxes.forEach(([words, box], number) => {
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) found.push(words);
    boxes.slice(0, number).forEach(([other, below]) => {
      if (box.left < below.right && below.left < box.right && box.top + 2 < below.bottom && below.top + 2 < box.bottom)
        found.push(other + ' on ' + words);
    });
  });
  return found;
})"""
_OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("report")
    history = AliasHistory("live", PLACE, (promoted(), rejected(), waiting()))
    long = AliasHistory(LONG, PLACE, (rejected(), slow()))
    (folder / "report.html").write_text(
        page("Rollouts of stack dev", [history, long, driven_records.history()], BEGAN + 200_000)
    )
    with browser(folder / "profile") as opened:
        opened.open(folder / "report.html")
        yield opened


@pytest.mark.parametrize("width", [320, 360, 412, 800, 1440])
@pytest.mark.parametrize("everything", [False, True])
def test_nothing_is_wider_than_the_screen_and_all_can_be_read(shown: Page, width: int, everything: bool) -> None:
    shown.resize(width, 780)
    shown.evaluate(_OPEN_ALL if everything else _OPEN_ALL.replace("true", "each.hasAttribute('open')"))
    assert shown.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width]
    assert shown.evaluate(_SIZES) >= (10.5 if width >= 360 else 9)
    assert shown.evaluate(_COLLISIONS) == []


def test_it_asked_for_nothing_but_itself(shown: Page) -> None:
    assert [each.partition(":")[0] for each in shown.requests] == ["file"]


@pytest.mark.parametrize(("dark", "background"), [(False, (255, 255, 255)), (True, (18, 22, 29))])
def test_it_is_drawn_light_and_dark(shown: Page, dark: bool, background: tuple[int, int, int]) -> None:
    shown.evaluate(_OPEN_ALL)
    shown.resize(360, 1600, dark=dark)
    picture = Image.open(io.BytesIO(shown.picture())).convert("RGB")
    assert picture.size == (360, 1600)
    assert picture.getpixel((2, 2)) == background
    colours = {colour: count for count, colour in picture.getcolors(1 << 20) or []}
    assert len(colours) > 50
    # The colours of both versions' curves, and of the failure that decided.
    for red, green, blue in _CURVES[dark]:
        near = sum(
            count
            for (r, g, b), count in colours.items()
            if abs(r - red) + abs(g - green) + abs(b - blue) < 24
        )  # fmt: skip
        assert near > 20, (red, green, blue)


_CURVES = {
    False: [(0xB4, 0x53, 0x0A), (0x1F, 0x5F, 0xA8)],
    True: [(0xF5, 0xA3, 0x5C), (0x7D, 0xB4, 0xF2)],
}


def test_texts_stand_out_from_their_background(shown: Page) -> None:
    """At least 4.5 to 1, as WCAG 2.2 asks of text (success criterion 1.4.3)."""
    for dark in (False, True):
        shown.resize(360, 780, dark=dark)
        colours = shown.evaluate(
            "['--ink', '--soft', '--good', '--bad', '--wait', '--paper', '--card'].map("
            "name => getComputedStyle(document.documentElement).getPropertyValue(name).trim())"
        )
        *texts, paper, card = map(_luminance, colours)
        for text in texts:
            for back in (paper, card):
                assert (max(text, back) + 0.05) / (min(text, back) + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
