"""The times of a timer trigger (SCFD "timer trigger")."""

from __future__ import annotations

import re

from croniter import croniter

from yunfn.exceptions import ValidationError

# croniter also reads L, #, W and ?, which SCF does not know.
_FIELD = re.compile(r"[0-9A-Za-z*/,-]+")
_WORDS = re.compile(r"JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|MON|TUE|WED|THU|FRI|SAT|SUN", re.IGNORECASE)
_FORM = "seven fields 'second minute hour day month weekday year', such as '0 0 3 * * * *'"


def cron(resource: str, value: str, property: str = "cron") -> None:
    """Check a cron expression: seven fields, beginning with seconds and ending with the year.

    The times are those of China, UTC+8; SCF knows no other. Raises ValidationError with what is wrong.
    """
    fields = value.split(" ")
    if len(fields) != 7:
        raise ValidationError(resource, property, value, f"{len(fields)} fields; it takes {_FORM}")
    for at, field in enumerate(fields):
        words = _WORDS.sub("", field) if at in (4, 5) else field
        if not _FIELD.fullmatch(field) or re.search("[A-Za-z]", words):
            raise ValidationError(resource, property, value, f"field {at + 1}, {field!r}; it takes {_FORM}")
    try:
        croniter(value, second_at_beginning=True)
    except (ValueError, KeyError) as error:
        raise ValidationError(resource, property, value, f"{error}; it takes {_FORM}") from error
