"""Rights as typed grants, and the RAM documents made of them. Knows no Pulumi and no cloud SDK.

``oss.read(bucket, prefix)`` says what a function uses; the policy is derived and no wider than that.
"""

from __future__ import annotations

from yunfn.access import fc, log, oss, vpc
from yunfn.access.document import MAX_DOCUMENT, merge, ram_document, trust_document
from yunfn.access.statement import Deferred, Grant, Name, Statement

__all__ = [
    "MAX_DOCUMENT",
    "Deferred",
    "Grant",
    "Name",
    "Statement",
    "fc",
    "log",
    "merge",
    "oss",
    "ram_document",
    "trust_document",
    "vpc",
]
