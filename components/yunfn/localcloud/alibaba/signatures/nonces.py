"""Nonces seen lately, so that a signed request counts once; and how old a signed request may be."""

from __future__ import annotations

import time
from collections import deque
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from yunfn.localcloud.cloud_error import AuthenticationError, CloudError, Disbelief

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

SKEW = 900.0
"""How far a request's time may be from the server's, in seconds (SLS "Error codes": 15 minutes)."""


class SignatureNonceUsed(CloudError):
    """A signed request came a second time."""

    code = "SignatureNonceUsed"

    def __init__(self) -> None:
        super().__init__("Specified signature nonce was used already.")


class MalformedTimestamp(CloudError):
    """The request's time cannot be read."""

    code = "InvalidTimeStamp.Format"

    def __init__(self) -> None:
        super().__init__("Specified time stamp or date value is not well formatted.")


class Nonces:
    """The (key, nonce) pairs of the last minutes; what is older would be refused for its time anyway."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._order: deque[tuple[float, tuple[str, str]]] = deque()

    def use(self, access_key_id: str, nonce: str) -> None:
        """Note a nonce; raises SignatureNonceUsed if that key used it before."""
        now = time.monotonic()
        while self._order and self._order[0][0] < now - 2 * SKEW:
            self._seen.discard(self._order.popleft()[1])
        pair = (access_key_id, nonce)
        if pair in self._seen:
            raise SignatureNonceUsed
        self._seen.add(pair)
        self._order.append((now, pair))


_NONCES: WeakKeyDictionary[LocalCloud, Nonces] = WeakKeyDictionary()


def use_nonce(cloud: LocalCloud, access_key_id: str, nonce: str) -> None:
    """Note a nonce of a rightly signed request; raises SignatureNonceUsed on a replay. An empty one is free."""
    if nonce:
        found = _NONCES.get(cloud)
        if found is None:
            found = _NONCES[cloud] = Nonces()
        found.use(access_key_id, nonce)


def check_time(text: str, access_key_id: str) -> None:
    """Raise AuthenticationError if a request was signed more than 15 minutes away from *real* time.

    The cloud's own clock may be moved by days; honest clients sign by the machine's. ``text`` is RFC 1123,
    ISO 8601 (``2026-01-02T03:04:05Z``) or basic ISO 8601 (``20260102T030405Z``); raises MalformedTimestamp.
    """
    if abs(_parse(text).timestamp() - time.time()) > SKEW:
        raise AuthenticationError(Disbelief.SKEWED, access_key_id)


def _parse(text: str) -> datetime:
    for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y%m%dT%H%M%SZ", "%a, %d %b %Y %H:%M:%S GMT"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        raise MalformedTimestamp from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
