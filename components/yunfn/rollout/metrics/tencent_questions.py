"""Questions to Tencent Cloud that a rollout waits for: it can do nothing else meanwhile, so they are short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tenacity import stop_after_attempt

from yunfn.storage.part_sender import retrying
from yunfn.storage.tencent_client import TencentClient
from yunfn.storage.tencent_refusals import passes
from yunfn.storage.tencent_session import TencentSession

# Seconds for an answer, and how often one is asked for: under a minute in all, which is how long a lease lasts.
_TIMEOUT: Final = 20
_TRIES: Final = 2


class Questions:
    """One product in the session's region; usable from many threads at once."""

    def __init__(self, session: TencentSession, product: str) -> None:
        self._client = TencentClient(session, product, timeout=_TIMEOUT)

    def ask(self, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """What the API answers; asked once more where that may help. Raises CloudAnswerError."""
        trying = retrying(passes).copy(stop=stop_after_attempt(_TRIES))
        return trying(self._client.ask, action, parameters)
