"""Version numbers as the tools print them, made comparable."""

from __future__ import annotations

import re


def version_numbers(text: str) -> tuple[int, int, int] | None:
    """The first version in a text as three numbers, or None: ``go version go1.26.8 linux/amd64`` gives (1, 26, 8).

    A release candidate counts as its release; a missing third number is 0.
    """
    found = re.search(r"(?<![\d.])(\d+)\.(\d+)(?:\.(\d+))?", text.replace("go1", "1"))
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def dotted(version: tuple[int, ...]) -> str:
    """Numbers as a person writes a version: (3, 237, 0) is 3.237, (1, 25, 11) is 1.25.11."""
    shown = version[:2] if len(version) > 2 and version[2] == 0 else version
    return ".".join(str(part) for part in shown)
