"""``yunfn:kms:…``: texts encrypted by the key management service of either cloud."""

from __future__ import annotations

from yunfn.resources.kms.ciphertext import Ciphertext

__all__ = ["Ciphertext"]
