"""Credentials that would end in the middle of a rollout: who could put stable back then?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from yunfn.exceptions import EndingCredentialsError, ValidationError
from yunfn.rollout.words import duration

#: The variable that says when the environment's temporary key ends, RFC 3339; ``yunfn sts assume`` sets it.
VARIABLE: Final = "YUNFN_CREDENTIALS_EXPIRATION"
# Seconds that putting stable back may take, with all that is tried again, and that two clocks may differ.
_PUT_BACK: Final = 120.0


def end_of(text: str, origin: str) -> datetime | None:
    """The end in ``text``, None if it is empty; raises ValidationError, which names its ``origin``."""
    if not text:
        return None
    rule = "must be a time as RFC 3339 has it, such as 2026-11-22T04:00:00Z"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValidationError("credentials", origin, text, rule) from None
    if found.tzinfo is None:
        raise ValidationError("credentials", origin, text, rule)
    return found


def refuse_ending(alias: str, end: datetime | None, seconds: float, now: float) -> None:
    """Refuse a rollout of ``alias`` that takes ``seconds`` if the credentials end before it could be taken back.

    Raises:
        EndingCredentialsError: they do; nothing was shifted. ``now`` is in unix seconds.
    """
    if end is None:
        return
    left, needed = end.timestamp() - now, seconds + _PUT_BACK
    if left < needed:
        until = end.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        raise EndingCredentialsError(
            f"{alias}: the credentials end at {until}, in {duration(max(0.0, left))}, but the rollout takes "
            f"{duration(needed)} with what putting stable back may take. Nothing was shifted. Take credentials that "
            "last longer, or let pulumi up end before, by the option wait of the strategy"
        )
