"""Times and percentages as people write them, exact."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from yunfn.exceptions import ValidationError

#: Seconds, a timedelta, or a number with its unit: ``"90s"``, ``"10m"``, ``"1.5h"``.
Time: TypeAlias = float | str | timedelta
#: A percentage: 10 is 10 %. Text and Decimal are exact, and a float is what it is written as.
Percent: TypeAlias = float | str | Decimal

_WRITTEN: Final = re.compile(r"(?:(\d+(?:\.\d+)?)h)?\s*(?:(\d+(?:\.\d+)?)m)?\s*(?:(\d+(?:\.\d+)?)s)?", re.ASCII)


def seconds(resource: str, property: str, value: Time, *, least: float = 0.0) -> float:
    """Answer a time in seconds. Raises ValidationError for no time, or one below ``least`` seconds."""
    rule = 'a time: seconds, a timedelta, or text such as "90s", "10m", "1h30m"'
    found: float
    if isinstance(value, timedelta):
        found = value.total_seconds()
    elif isinstance(value, str):
        match = _WRITTEN.fullmatch(value.strip().lower())
        if match is None or not any(match.groups()):
            raise ValidationError(resource, property, value, rule)
        hours, minutes, rest = (float(each or 0) for each in match.groups())
        found = hours * 3600 + minutes * 60 + rest
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = float(value)
    else:
        raise ValidationError(resource, property, value, rule)
    if not math.isfinite(found):
        raise ValidationError(resource, property, value, rule)
    if found < least:
        raise ValidationError(resource, property, value, f"{rule}; {least:g} seconds at least")
    return found


def percent(resource: str, property: str, value: Percent, *, below: int = 100, including: bool = False) -> Decimal:
    """Answer a percentage above 0 and below ``below`` (that one too if ``including``) as an exact decimal.

    Raises:
        ValidationError: it is none, or out of range.
    """
    rule = f"a percentage above 0 and {'up to' if including else 'below'} {below}"
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValidationError(resource, property, value, rule)
    try:
        found = Decimal(str(value).strip().removesuffix("%").strip())
    except InvalidOperation as error:
        raise ValidationError(resource, property, value, rule) from error
    if not found.is_finite() or not (0 < found < below or (including and found == below)):
        raise ValidationError(resource, property, value, rule)
    return found
