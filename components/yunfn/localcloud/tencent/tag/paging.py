"""Tag's paging: an offset that must be a multiple of the page's size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue

_DEFAULT, _LARGEST = 15, 1000


def page(request: ApiRequest, items: Sequence[dict[str, Any]]) -> tuple[Sequence[dict[str, Any]], dict[str, int]]:
    """The items of the page asked for, and the answer's paging fields; raises InvalidParameterValue."""
    offset, limit = request.integer("Offset", 0), request.integer("Limit", _DEFAULT)
    if not 1 <= limit <= _LARGEST:
        raise InvalidParameterValue("Limit", f"must be between 1 and {_LARGEST}")
    if offset < 0 or offset % limit:
        raise InvalidParameterValue("Offset", "must be a multiple of Limit")
    return items[offset : offset + limit], {"TotalCount": len(items), "Offset": offset, "Limit": limit}
