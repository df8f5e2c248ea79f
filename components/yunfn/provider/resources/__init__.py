"""The plugin's resources, one per file."""

from __future__ import annotations

from yunfn.provider.resource import Resource
from yunfn.provider.resources.artifact import Artifact
from yunfn.provider.resources.function_version import FunctionVersion
from yunfn.provider.session import Sessions

__all__ = ["all_resources"]


def all_resources(sessions: Sessions) -> list[Resource]:
    """Every resource there is, for the provider whose sessions these are."""
    return [Artifact(sessions), FunctionVersion(sessions)]
