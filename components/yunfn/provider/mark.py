"""Whose a thing in the cloud is: a mark that its resource leaves on it, so that it is known again after a kill.

A run may be killed between a call and its record. The next one finds the thing there, and may only take it for its own
if it bears its own mark; anything else is somebody else's.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from yunfn.provider.declaration import CheckFailure
from yunfn.provider.paths import below
from yunfn.provider.properties import Properties

#: The tag that a function or layer bears; its value is the mark.
TAG: Final = "yunfn:resource"
_LENGTH: Final = 12
# At the end of a description.
_SUFFIX: Final = re.compile(rf"(?:^|(?P<text>.*) )\[yunfn:(?P<mark>[0-9a-f]{{{_LENGTH}}})\]", re.DOTALL)


def mark_of(urn: str) -> str:
    """The mark of the resource ``urn``: 12 hexadecimal digits, the same in every run."""
    return hashlib.sha256(urn.encode()).hexdigest()[:_LENGTH]


def own_tags(inputs: Properties) -> list[CheckFailure]:
    """What is wrong with the input ``tags`` of a thing that bears the mark as a tag."""
    if TAG not in (inputs.known("tags") or ()):
        return []
    return [CheckFailure(below("tags", TAG), "is the plugin's own, which knows by it what it made")]


def described(text: str, mark: str) -> str:
    """A description with the mark behind it, for things that bear no tags."""
    return f"{text} [yunfn:{mark}]" if text else f"[yunfn:{mark}]"


def split_mark(text: str) -> tuple[str, str | None]:
    """A description without its mark, and the mark; None where there is none."""
    found = _SUFFIX.fullmatch(text)
    return (found["text"] or "", found["mark"]) if found else (text, None)
