"""Where a property stands, as the engine writes it: ``environment.KEY``, ``layers[0].layerVersion``."""

from __future__ import annotations

import re
from typing import Final

# What may follow a dot; everything else stands in brackets (pulumi sdk/go/common/resource/property_path.go).
_PLAIN: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_ROOT: Final = re.compile(r"[^.\[]*")


def below(path: str, key: str | int) -> str:
    """The path of what stands under ``key`` in what stands at ``path``; "" is the resource itself."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not path:
        return key
    if _PLAIN.fullmatch(key):
        return f"{path}.{key}"
    quoted = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'{path}["{quoted}"]'


def root(path: str) -> str:
    """The name of the top-level property that a path leads into."""
    found = _ROOT.match(path)
    return found[0] if found else path


def covers(outer: str, path: str) -> bool:
    """Whether ``path`` is ``outer`` or stands inside of it."""
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))
