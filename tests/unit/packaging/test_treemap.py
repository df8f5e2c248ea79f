"""The picture of a package is one page, true to size, that runs nothing and loads nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunfn.packaging import Entry, Mode
from yunfn.packaging.size_tree import UNOWNED, SizeTree, heaviest, size_tree
from yunfn.packaging.treemap import Box, squarified, treemap_html


def entry(path: str, size: int) -> Entry:
    return Entry(path, Mode.FILE, "0" * 64, size)


ENTRIES = [
    entry("python/numpy/core.so", 6000),
    entry("python/numpy/doc/readme", 1000),
    entry("python/requests/api.py", 2000),
    entry("lib/libx.so", 1000),
]
OWNERS = {
    "python/numpy/core.so": "numpy",
    "python/numpy/doc/readme": "numpy",
    "python/requests/api.py": "requests",
}


class Page(HTMLParser):
    """Reads the page as a browser would: the areas of boxes in parts of the picture, by their titles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.areas: dict[str, float] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[float] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "div":
            style = found.get("style") or ""
            size = [float(number) / 100 for number in re.findall(r"(?:width|height):([\d.]+)%", style)]
            outer = self._open[-1] if self._open else 1.0
            self._open.append(outer * size[0] * size[1] if size else 1.0)
            if found.get("title"):
                self.areas[str(found["title"])] = self._open[-1]

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self._open.pop()


def test_sizes_are_by_distribution_then_by_path() -> None:
    tree = size_tree("layer", ENTRIES, OWNERS)
    assert tree.size == 10_000
    assert [(each.name, each.size) for each in heaviest(tree)] == [("numpy", 7000), ("requests", 2000), (UNOWNED, 1000)]
    assert [each.name for each in heaviest(tree, 1)] == ["numpy"]
    inside = tree.children["numpy"].children["python"].children["numpy"]
    assert [(each.name, each.size) for each in inside.below()] == [("core.so", 6000), ("doc", 1000)]


def test_areas_are_in_proportion_to_sizes() -> None:
    page = Page(treemap_html("layer", size_tree("layer", ENTRIES, OWNERS)))
    assert page.areas["numpy: 6.8 KB"] == pytest.approx(0.7, abs=0.001)
    assert page.areas["requests: 2.0 KB"] == pytest.approx(0.2, abs=0.001)
    assert page.areas[f"{UNOWNED}: 1000 bytes"] == pytest.approx(0.1, abs=0.001)


def test_the_page_loads_and_runs_nothing() -> None:
    page = Page(treemap_html("layer", size_tree("layer", ENTRIES, OWNERS)))
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    loading = ("href", "src", "data", "action")
    assert not [
        attributes for _, attributes in page.tags if any(a in loading or a.startswith("on") for a in attributes)
    ]
    text = treemap_html("layer", size_tree("layer", ENTRIES, OWNERS))
    assert "http" not in text
    assert "url(" not in text
    assert "@import" not in text


def test_names_cannot_become_html() -> None:
    evil = '"><script>alert(1)</script>&'
    tree = size_tree(evil, [entry(f"{evil.replace('/', '')}/x", 10)], {})
    page = Page(treemap_html(evil, tree))
    assert "script" not in {tag for tag, _ in page.tags}
    assert any('"><script>' in title for title in page.areas)


def test_what_is_too_small_to_see_is_gathered_at_its_size() -> None:
    many = [entry("big", 1_000_000), *(entry(f"small{number}", 10) for number in range(5000))]
    page = Page(treemap_html("layer", size_tree("layer", many, {e.path: e.path for e in many})))
    assert page.areas["5000 smaller: 48.8 KB"] == pytest.approx(50_000 / 1_050_000, abs=0.001)
    assert len(page.areas) < 10


def test_a_package_of_empty_files_has_a_page() -> None:
    assert "0 bytes unzipped" in treemap_html("layer", size_tree("layer", [entry("a", 0)], {}))
    assert "0 bytes unzipped" in treemap_html("layer", SizeTree("layer"))


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=60))
def test_boxes_fill_the_room_and_do_not_overlap(sizes: list[int]) -> None:
    sizes = sorted(sizes, reverse=True)
    room = Box(0.2, 0.1, 1.0, 0.5)
    boxes = squarified(sizes, room)
    for size, box in zip(sizes, boxes, strict=True):
        assert box.width * box.height == pytest.approx(size / sum(sizes) * 0.5, rel=1e-3, abs=1e-6)
        assert box.left >= 0.2 - 1e-9
        assert box.top >= 0.1 - 1e-9
        assert box.left + box.width <= 1.2 + 1e-6
        assert box.top + box.height <= 0.6 + 1e-6
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
            along = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
            assert min(across, along) <= 1e-6
