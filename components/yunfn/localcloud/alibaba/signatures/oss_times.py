"""When an OSS request was signed, and whether that is too long ago.

Signing times are compared with *real* time, not with the cloud's clock: the signer reads its own computer's clock and
cannot know that ``yunfn local clock`` was moved; a moved clock must not lock every honest client out. What the cloud
itself hands out (STS tokens) runs out by the cloud's clock.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from yunfn.localcloud.alibaba.signatures import oss_refusals

MAX_SKEW = 900.0


@lru_cache(maxsize=64)
def parse(text: str) -> float:
    """Seconds since the epoch of ``20260101T000000Z`` or an RFC 1123 date; raises "requires a valid Date"."""
    try:
        if text.endswith("Z") and "T" in text:
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        raise oss_refusals.undated() from None


def check_skew(signed: str) -> None:
    """Raise RequestTimeTooSkewed if ``signed`` is more than 15 minutes from real time, either way."""
    if abs(parse(signed) - time.time()) > MAX_SKEW:
        raise oss_refusals.skewed(signed, iso(time.time()))


def iso(seconds: float) -> str:
    """``2026-01-01T00:00:00.000Z``: whole seconds with a zero fraction, as OSS writes times (oss2 takes no other)."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
