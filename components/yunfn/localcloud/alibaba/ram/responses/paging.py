"""RAM's paging: ``MaxItems`` and an opaque ``Marker``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

from yunfn.localcloud.alibaba.pop import Parameters
from yunfn.localcloud.alibaba.ram.exceptions import InvalidParameter

_LIMIT = 1000


def page(
    parameters: Parameters, items: Sequence[dict[str, Any]], name: Callable[[dict[str, Any]], str]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The items of one page in the order of ``name``, and the answer's paging fields; raises InvalidParameter."""
    size = parameters.number("MaxItems", 100)
    if not 1 <= size <= _LIMIT:
        raise InvalidParameter("MaxItems", f"be between 1 and {_LIMIT}")
    after = _read(parameters.get("Marker", ""))
    left = sorted((one for one in items if name(one) > after), key=name)
    if len(left) <= size:
        return left, {"IsTruncated": False}
    shown = left[:size]
    return shown, {"IsTruncated": True, "Marker": base64.urlsafe_b64encode(name(shown[-1]).encode()).decode()}


def _read(marker: str) -> str:
    try:
        return base64.b64decode(marker, b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidParameter("Marker", "be the Marker of the last answer") from None
