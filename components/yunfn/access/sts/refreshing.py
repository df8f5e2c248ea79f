"""Temporary credentials that renew themselves before they end, for programs that work longer than those last.

A batch that reads a table for hours by credentials of 900 s must neither stop at the sixteenth minute nor ask the cloud
for each call. So new ones are asked for while the old ones still hold, by one thread, and what fails then is tried
again until they have ended.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn

from yunfn.access.statement import Grant
from yunfn.access.sts.assuming import TokenService, assume
from yunfn.access.sts.credentials import Credentials
from yunfn.access.sts.request import SessionRequest
from yunfn.exceptions import ExpiredCredentialsError, ValidationError, YunfnError

logger = logging.getLogger(__name__)
#: By default: seconds before their end that credentials are renewed, or this part of their life if that is less.
MARGIN: Final = 300.0
_PART_OF_LIFE: Final = 1 / 3
# How often a renewal that fails is tried within the margin; each try may itself be several calls (``repeated``).
_TRIES: Final = 10


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Held:
    """Credentials, and by the clock in use: when they are to be renewed, and when they end."""

    credentials: Credentials
    renewed: datetime
    ends: datetime


class RefreshingCredentials:
    """Credentials for ``request`` that are renewed ``margin`` seconds before they end; for any number of threads.

    Nothing is asked before the first ``current``. While the old credentials hold, one thread at a time asks for new
    ones and the others go on with the old; a failure is logged as a warning of this module, kept in ``failure`` and
    tried again a tenth of the margin later. When they have ended all wait for the one who asks.

    Where ``request`` says how long they live, that is counted by ``clock`` from the moment they were asked for, so that
    a machine whose clock is off neither renews at each call nor too late. ``wanted`` is as ``assume`` takes it, for
    each renewal anew. Raises ValidationError for a margin that is not within the credentials' life.
    """

    def __init__(
        self,
        service: TokenService,
        request: SessionRequest,
        wanted: Sequence[Grant] | None = None,
        *,
        margin: float | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        chosen = min(MARGIN, request.seconds * _PART_OF_LIFE) if margin is None else margin
        if not 0 <= chosen < request.seconds:
            rule = f"seconds, less than the {request.seconds} that the credentials live"
            raise ValidationError("sts.refreshing", "margin", margin, rule)
        self._service, self._request, self._wanted, self._clock = service, request, wanted, clock
        self._margin = timedelta(seconds=chosen)
        self._asking = threading.Lock()
        self._held: _Held | None = None
        self._tries = 0
        self._next_try: datetime | None = None
        self._failure: YunfnError | None = None
        self._checked = ""

    def __repr__(self) -> str:
        return f"RefreshingCredentials({self._held.credentials!r})" if self._held else "RefreshingCredentials()"

    @property
    def failure(self) -> YunfnError | None:
        """Why the last renewal failed; None if it did not."""
        return self._failure

    @property
    def checked(self) -> str:
        """The sentence on what was checked before the credentials in use were made; "" before there are any."""
        return self._checked

    def current(self) -> Credentials:
        """Credentials that hold, renewed if it is time for that.

        Raises:
            ExpiredCredentialsError: they have ended and there are no new ones; its cause is the failed renewal.
            YunfnError: there were none before, as ``assume`` raises it.
        """
        held, tries, now = self._held, self._tries, self._clock()
        if held is None or held.ends <= now:
            return self._ask_or_wait(held, tries)
        if now < held.renewed or (self._next_try is not None and now < self._next_try):
            return held.credentials
        if self._asking.acquire(blocking=False):
            try:
                # Another thread may have renewed them since the look above.
                if self._held is held:
                    self._ask()
            except YunfnError as error:
                self._next_try = self._clock() + self._margin / _TRIES
                logger.warning("%r: not renewed yet, they still hold: %s", held.credentials, error)
            finally:
                self._asking.release()
        return self._held.credentials if self._held else held.credentials

    def renew(self, refused: Credentials) -> Credentials:
        """New credentials instead of those that a service ``refused`` as ended, whatever this machine's clock says.

        If others were given meanwhile, those; raises as ``current`` does.
        """
        held, tries = self._held, self._tries
        if held is None or held.credentials.security_token != refused.security_token:
            return self.current()
        return self._ask_or_wait(held, tries)

    def _ask_or_wait(self, old: _Held | None, tries: int) -> Credentials:
        """New credentials instead of the ``old``; who waits while another asks shares what came of that."""
        with self._asking:
            if self._held is None or self._held is old:
                if self._tries != tries and self._failure is not None:
                    _refuse(old, self._failure)
                try:
                    return self._ask()
                except YunfnError as error:
                    _refuse(old, error)
            return self._held.credentials

    def _ask(self) -> Credentials:
        asked = self._clock()
        try:
            made = assume(self._service, self._request, self._wanted)
        except YunfnError as error:
            self._failure = error
            raise
        finally:
            self._tries += 1
        lives, margin = timedelta(seconds=self._request.seconds), self._margin
        if not self._request.duration:
            # The role may have shortened what the API gives by default.
            lives = min(lives, made.credentials.expiration - asked)
            margin = min(margin, lives * _PART_OF_LIFE)
        self._failure, self._next_try, self._checked = None, None, made.checked
        self._held = _Held(made.credentials, asked + lives - margin, asked + lives)
        return made.credentials


def _refuse(old: _Held | None, failure: YunfnError) -> NoReturn:
    if old is None:
        raise failure
    raise ExpiredCredentialsError(repr(old.credentials), str(failure)) from failure
