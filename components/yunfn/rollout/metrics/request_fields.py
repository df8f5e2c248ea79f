"""What a logstore's index must have, with statistics, for figures from Function Compute's request metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: Fields and their types in the index (SLS: text, long, double).
FIELDS: Final[Mapping[str, str]] = {
    "functionName": "text",
    "versionId": "text",
    "hasFunctionError": "text",
    "statusCode": "double",
    "durationMs": "double",
}
