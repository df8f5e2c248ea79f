"""Rights as typed grants, and the documents of RAM and CAM made of them. Knows no Pulumi and no cloud SDK.

``oss.read(bucket, prefix)`` says what a function uses; the policy is derived and no wider than that.
"""

from __future__ import annotations

from yunfn.access import cls, cos, fc, log, oss, scf, vpc
from yunfn.access.cam_document import MAX_CAM_DOCUMENT, cam_document, cam_trust_document
from yunfn.access.document import MAX_DOCUMENT, merge, ram_document, trust_document
from yunfn.access.statement import Deferred, Grant, Name, Statement

__all__ = [
    "MAX_CAM_DOCUMENT",
    "MAX_DOCUMENT",
    "Deferred",
    "Grant",
    "Name",
    "Statement",
    "cam_document",
    "cam_trust_document",
    "cls",
    "cos",
    "fc",
    "log",
    "merge",
    "oss",
    "ram_document",
    "scf",
    "trust_document",
    "vpc",
]
