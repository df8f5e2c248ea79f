"""The resources of the plugin ``pulumi-resource-yunfn`` as typed classes: tokens, nothing of what is behind."""

from __future__ import annotations

from yunfn.resources import cam, fc, kms, ots, scf, storage, sts
from yunfn.resources.fc import FunctionVersion
from yunfn.resources.plugin import require_plugin
from yunfn.resources.provider import Provider
from yunfn.resources.storage import Artifact

__all__ = [
    "Artifact",
    "FunctionVersion",
    "Provider",
    "cam",
    "fc",
    "kms",
    "ots",
    "require_plugin",
    "scf",
    "storage",
    "sts",
]
