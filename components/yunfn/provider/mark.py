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


def somebody_elses(urn: str, thing: str, id: str) -> str:
    """What is said where ``thing``, whose id is ``id``, is there and bears no mark of the resource ``urn``.

    An import needs the URN of the component (``--parent``), as the resource is made anew beside it otherwise; is not to
    protect what the program does not; and makes no code, which is not the plugin's to make.
    """
    types, name = urn.split("::", 3)[2:]
    *parents, token = types.split("$")
    parent = f" --parent 'parent=<URN of its {parents[-1]}>'" if parents else ""
    return (
        f"{name}: {thing} is there already and does not belong to this resource. Give yours another name, or delete "
        f"that one in the cloud; if no other stack has it, it is taken over by: pulumi import {token} {name} '{id}'"
        f"{parent} --protect=false --generate-code=false"
    )


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
