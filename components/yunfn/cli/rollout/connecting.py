"""What reaches the aliases of a stack, by the keys in the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yunfn.deployment import RollingAlias
from yunfn.deployment.clouds import alibaba_session_for, tencent_session_for

if TYPE_CHECKING:
    from yunfn.rollout.connections import Connections
    from yunfn.storage.alibaba_session import AlibabaSession
    from yunfn.storage.tencent_session import TencentSession


class Clouds:
    """Connections to aliases; who the keys belong to is asked once for each account and region."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, str, str], AlibabaSession | TencentSession] = {}

    def of(self, alias: RollingAlias) -> Connections:
        """What reaches ``alias`` and its record.

        Raises:
            AccountMismatchError: the keys belong to another account.
            CloudAnswerError: the environment has no keys for that cloud, or they are not accepted.
        """
        # Clouds' SDKs take long to import.
        from yunfn.rollout.connections import connect

        place = alias.place
        key = (place.cloud, place.account, place.region)
        if key not in self._sessions:
            opening = alibaba_session_for if place.cloud == "alibaba" else tencent_session_for
            self._sessions[key] = opening(alias.name, place.account, place.region)
        return connect(place, alias.bucket, self._sessions[key])
