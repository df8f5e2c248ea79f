"""The times of a timer trigger (FCD "timer triggers")."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from croniter import croniter

from yunfn.exceptions import ValidationError

_EVERY = re.compile(r"@every (?P<time>([0-9]+(\.[0-9]+)?[hms])+)")
# croniter also reads L, #, W and hashes, which Function Compute does not know.
_FIELD = re.compile(r"[0-9A-Za-z*/,?-]+")
_WORDS = re.compile(r"JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|MON|TUE|WED|THU|FRI|SAT|SUN", re.IGNORECASE)
_FORM = (
    "six fields 'second minute hour day month weekday' (with CRON_TZ=Asia/Shanghai before them for a time zone), "
    "or '@every 5m'"
)


def cron(resource: str, value: str) -> None:
    """Check a cron expression: six fields beginning with seconds, ``CRON_TZ=…`` before them, or ``@every``.

    Without CRON_TZ the times are UTC. Raises ValidationError with what is wrong.
    """
    if value.startswith("@"):
        every = _EVERY.fullmatch(value)
        if not every or not re.search(r"[1-9]", every["time"]):
            raise ValidationError(resource, "cron", value, _FORM)
        return
    fields = value.split(" ")
    if fields[0].startswith("CRON_TZ="):
        _time_zone(resource, value, fields.pop(0).removeprefix("CRON_TZ="))
    if len(fields) != 6:
        raise ValidationError(resource, "cron", value, f"{len(fields)} fields; it takes {_FORM}")
    for at, field in enumerate(fields):
        words = _WORDS.sub("", field) if at >= 4 else field
        if not _FIELD.fullmatch(field) or re.search("[A-Za-z]", words) or ("?" in field and at not in (3, 5)):
            raise ValidationError(resource, "cron", value, f"field {at + 1}, {field!r}; it takes {_FORM}")
    try:
        croniter(" ".join(fields), second_at_beginning=True)
    except (ValueError, KeyError) as error:
        raise ValidationError(resource, "cron", value, f"{error}; it takes {_FORM}") from error


def _time_zone(resource: str, value: str, name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValidationError(resource, "cron", value, f"{name!r} is no time zone, such as Asia/Shanghai") from error
