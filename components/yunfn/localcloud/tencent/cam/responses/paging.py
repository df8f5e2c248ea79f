"""CAM's paging: pages from 1, ``Rp`` rows each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yunfn.localcloud.tencent.api import ApiRequest
from yunfn.localcloud.tencent.cam.exceptions import InvalidParameter

_DEFAULT, _LARGEST = 20, 200


def page(request: ApiRequest, rows: Sequence[dict[str, Any]], default: int | None = _DEFAULT) -> dict[str, Any]:
    """``List`` and ``TotalNum`` of the page asked for; a page past the end is empty.

    Without a ``default`` Page and Rp are required. Raises InvalidParameter.
    """
    number = request.integer("Page", None if default is None else 1)
    size = request.integer("Rp", default)
    if number < 1:
        raise InvalidParameter("ParamError", "Page begins with 1.")
    if not 1 <= size <= _LARGEST:
        raise InvalidParameter("ParamError", f"Rp must be between 1 and {_LARGEST}.")
    return {"TotalNum": len(rows), "List": list(rows[(number - 1) * size : number * size])}
