"""Symmetric keys that never leave the cloud: what the KMS of both clouds has in common."""

from yunfn.localcloud.keystore.ciphertext import MalformedCiphertextError, WrongCiphertextError
from yunfn.localcloud.keystore.context import canonical_context
from yunfn.localcloud.keystore.key import Key, KeyState, KeyVersion, Place
from yunfn.localcloud.keystore.store import KeyStore

__all__ = [
    "Key",
    "KeyState",
    "KeyStore",
    "KeyVersion",
    "MalformedCiphertextError",
    "Place",
    "WrongCiphertextError",
    "canonical_context",
]
