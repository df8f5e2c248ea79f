"""Rights as typed grants, and the documents of RAM and CAM made of them. Knows no Pulumi and no cloud SDK.

``oss.read(bucket, prefix)`` says what a function uses; the policy is derived and no wider than that.
"""

from __future__ import annotations

from yunfn.access import ckafka, cls, cos, fc, kms, log, mns, oss, ots, scf, tencent_kms, vpc
from yunfn.access.cam_document import MAX_CAM_DOCUMENT, cam_document, cam_trust_document
from yunfn.access.document import MAX_DOCUMENT, ram_document, trust_document
from yunfn.access.grammar import CAM, RAM, Grammar, PolicyDocument
from yunfn.access.normal_form import merge
from yunfn.access.raw import raw
from yunfn.access.statement import Condition, Deferred, Grant, Name, Statement

__all__ = [
    "CAM",
    "MAX_CAM_DOCUMENT",
    "MAX_DOCUMENT",
    "RAM",
    "Condition",
    "Deferred",
    "Grammar",
    "Grant",
    "Name",
    "PolicyDocument",
    "Statement",
    "cam_document",
    "cam_trust_document",
    "ckafka",
    "cls",
    "cos",
    "fc",
    "kms",
    "log",
    "merge",
    "mns",
    "oss",
    "ots",
    "ram_document",
    "raw",
    "scf",
    "tencent_kms",
    "trust_document",
    "vpc",
]
