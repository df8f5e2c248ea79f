"""The phases of a rollout: a closed set."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """Where a rollout is."""

    #: Begun; the candidate serves nobody yet.
    INITIALIZED = "Initialized"
    #: The candidate serves a share.
    PROGRESSING = "Progressing"
    #: It stays as it is until a person decides, or the reason is gone.
    PAUSED = "Paused"
    #: At a gate.
    WAITING_PROMOTION = "WaitingPromotion"
    #: Decided for the candidate; its alias is being moved.
    PROMOTING = "Promoting"
    #: Decided against it; stable is being put back.
    FINALISING = "Finalising"
    #: The candidate is main, with no additional weight.
    SUCCEEDED = "Succeeded"
    #: Stable is main, with no additional weight; the candidate is rejected.
    FAILED = "Failed"
    #: Stable is main again because somebody stopped it; the candidate is not rejected.
    ABORTED = "Aborted"
    #: A newer candidate took its place.
    SUPERSEDED = "Superseded"
    #: Somebody moved the alias by other means; it is left as they put it.
    CONTESTED = "Contested"

    @property
    def final(self) -> bool:
        """Whether nothing more will happen."""
        return self in _FINAL


_FINAL = frozenset({Phase.SUCCEEDED, Phase.FAILED, Phase.ABORTED, Phase.SUPERSEDED, Phase.CONTESTED})
