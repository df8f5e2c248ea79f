"""The states of a deployment and of a call: one vocabulary for both clouds."""

from __future__ import annotations

from enum import StrEnum


class DeploymentState(StrEnum):
    """What a function of a stack is now."""

    #: The cloud has no such function: it was removed by other means, or never made.
    UNDEPLOYED = "undeployed"
    #: The cloud is still making or changing it.
    DEPLOYING = "deploying"
    #: It serves as it is.
    DEPLOYED = "deployed"
    #: Making or changing it failed, in the cloud or because a run was interrupted.
    FAILED = "failed"


class CallState(StrEnum):
    """What became of a call."""

    #: It waits to be run.
    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    #: The function failed, ran out of time or memory, or the call was stopped or grew too old.
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in (CallState.SUCCEEDED, CallState.FAILED)
