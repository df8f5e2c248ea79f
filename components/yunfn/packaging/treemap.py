"""A picture of what weighs how much in a package: one page of HTML that needs nothing else, no script either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from yunfn.packaging.size_tree import SizeTree, heaviest

# The picture's height as a part of its width; boxes are laid out to be near squares in these proportions.
_HEIGHT = 0.56
# Boxes below this part of the picture could not be seen, nor pointed at.
_SMALLEST = 0.0004
_DEEPEST = 5
# What a box's own label takes from the room of those inside it, as parts of the picture's width.
_LABEL, _FRAME = 0.013, 0.002
_COLOURS = 12
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --paper: #ffffff; --line: #00000033; --light: 82%; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf3; --paper: #14181f; --line: #ffffff33; --light: 30%; } }
body { margin: 1.2rem; font: 14px/1.4 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.2rem; margin: 0 0 .6rem; } p { margin: .2rem 0 .8rem; }
.map { position: relative; width: 100%; aspect-ratio: 1 / 0.56; }
.map div { position: absolute; box-sizing: border-box; overflow: hidden; border: 1px solid var(--line); }
.map span { display: block; padding: 0 .25em; font-size: clamp(7px, 0.95vw, 13px); line-height: 1.3; }
.map span { white-space: nowrap; }
.map div:hover { outline: 2px solid var(--ink); outline-offset: -2px; }
table { border-collapse: collapse; margin-top: 1rem; } td, th { padding: .15rem .8rem .15rem 0; text-align: left; }
td + td, th + th { text-align: right; font-variant-numeric: tabular-nums; }
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in parts of the picture's width."""

    left: float
    top: float
    width: float
    height: float


def treemap_html(title: str, tree: SizeTree) -> str:
    """Answer the page: the map of ``tree`` and a table of the heaviest things right below it.

    Sizes are bytes unzipped. Names come from packages, so everything is escaped.
    """
    inside = "".join(_boxes(tree, Box(0, 0, 1, _HEIGHT), Box(0, 0, 1, _HEIGHT), "", 0, 0))
    rows = "".join(
        f"<tr><td>{escape(each.name)}</td><td>{_amount(each.size)}</td><td>{_share(each.size, tree.size)}</td></tr>"
        for each in heaviest(tree, 30)
    )
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n<h1>{escape(title)}</h1>\n'
        f"<p>{_amount(tree.size)} unzipped; the area of a box is its size.</p>\n"
        f'<div class="map">{inside}</div>\n'
        f"<table><tr><th>Package</th><th>Size</th><th>Share</th></tr>{rows}</table>\n</body></html>\n"
    )


def squarified(sizes: Sequence[float], box: Box) -> list[Box]:
    """Divide ``box`` into one rectangle for each of ``sizes`` (falling, none 0), in proportion and near to squares.

    The algorithm of Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000).
    """
    whole = sum(sizes)
    areas = [size / whole * box.width * box.height for size in sizes]
    found: list[Box] = []
    start = 0
    while start < len(areas):
        side = min(box.width, box.height)
        if side <= 0:
            # Rounding left no room for the last and smallest.
            found += [Box(box.left, box.top, 0, 0)] * (len(areas) - start)
            break
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(areas[start:end], side):
            end += 1
        row, box = _row(areas[start:end], box)
        found += row
        start = end
    return found


def _worst(areas: Sequence[float], side: float) -> float:
    """How far the least square of these areas is from a square, when they share a row along ``side``."""
    total = sum(areas)
    return max(side**2 * max(areas) / total**2, total**2 / (side**2 * min(areas)))


def _row(areas: Sequence[float], box: Box) -> tuple[list[Box], Box]:
    """Lay a row along the shorter side; answers its boxes and what is left of ``box``."""
    total, found = sum(areas), []
    if box.width >= box.height:
        depth, at = total / box.height, box.top
        for area in areas:
            found.append(Box(box.left, at, depth, area / depth))
            at += area / depth
        return found, Box(box.left + depth, box.top, max(0.0, box.width - depth), box.height)
    depth, at = total / box.width, box.left
    for area in areas:
        found.append(Box(at, box.top, area / depth, depth))
        at += area / depth
    return found, Box(box.left, box.top + depth, box.width, max(0.0, box.height - depth))


def _boxes(tree: SizeTree, room: Box, parent: Box, above: str, depth: int, colour: int) -> Iterator[str]:
    """Yield the boxes of what is below ``tree``, which has ``room`` inside ``parent``, as HTML."""
    children = [child for child in tree.below() if child.size]
    share = room.width * room.height / max(1, sum(child.size for child in children))
    shown = [child for child in children if child.size * share >= _SMALLEST * _HEIGHT]
    rest = sum(child.size for child in children) - sum(child.size for child in shown)
    if rest:
        # At its true size, with those it stands for: the areas stay in proportion.
        shown.append(SizeTree(f"{len(children) - len(shown)} smaller", rest))
        shown.sort(key=lambda child: (-child.size, child.name))
    for number, (child, box) in enumerate(zip(shown, squarified([c.size for c in shown], room), strict=True)):
        hue = number % _COLOURS if depth == 0 else colour
        name = f"{above} / {child.name}" if above else child.name
        place = (
            f"left:{_percent(box.left - parent.left, parent.width)};"
            f"top:{_percent(box.top - parent.top, parent.height)};"
            f"width:{_percent(box.width, parent.width)};height:{_percent(box.height, parent.height)};"
            f"background:hsl({hue * 360 // _COLOURS} 55% calc(var(--light) + {depth * 2}%))"
        )
        said = escape(f"{name}: {_amount(child.size)}")
        yield f'<div style="{place}" title="{said}"><span>{escape(child.name)}</span>'
        inner = Box(box.left + _FRAME, box.top + _LABEL, box.width - 2 * _FRAME, box.height - _LABEL - _FRAME)
        if child.children and depth < _DEEPEST and inner.width > 4 * _FRAME and inner.height > 4 * _FRAME:
            yield from _boxes(child, inner, box, name, depth + 1, hue)
        yield "</div>"


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.3f}%" if whole > 0 else "0%"


def _amount(size: int) -> str:
    for unit, bytes_ in (("MB", 2**20), ("KB", 2**10)):
        if size >= bytes_:
            return f"{size / bytes_:.1f} {unit}"
    return f"{size} bytes"


def _share(size: int, whole: int) -> str:
    return f"{100 * size / whole:.1f} %" if whole else "0 %"
