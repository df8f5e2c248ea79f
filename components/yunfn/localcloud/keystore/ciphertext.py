"""Ciphertext that names its key and version: what a KMS hands out and takes back.

AES-256-GCM by the library ``cryptography``; a fresh nonce each time, so that nothing encrypts twice to the same. The
header (key, version) and the encryption context are authenticated with it. The form is this cloud's own: no KMS tells
its own, and none takes another's.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MAGIC = b"YFK\x01"
_NONCE, _TAG = 12, 16
_MATERIAL = 32


class MalformedCiphertextError(Exception):
    """The bytes are no ciphertext of a key of this cloud."""


class WrongCiphertextError(Exception):
    """The ciphertext was changed, or its encryption context is another one."""


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """A ciphertext taken apart; ``sealed`` is what AES-GCM made, its tag included."""

    key_id: str
    version_id: str
    nonce: bytes
    sealed: bytes

    @property
    def header(self) -> bytes:
        """The part that is readable: whose ciphertext it is."""
        names = (self.key_id.encode(), self.version_id.encode())
        return _MAGIC + b"".join(bytes([len(name)]) + name for name in names)

    def pack(self) -> bytes:
        """The bytes that a caller gets."""
        return self.header + self.nonce + self.sealed


def new_material() -> bytes:
    """A fresh AES-256 key."""
    return os.urandom(_MATERIAL)


def unpack(blob: bytes) -> Ciphertext:
    """A ciphertext's parts; raises MalformedCiphertextError."""
    if not blob.startswith(_MAGIC):
        raise MalformedCiphertextError
    rest, names = blob[len(_MAGIC) :], []
    for _ in range(2):
        length = rest[0] if rest else 0
        name, rest = rest[1 : 1 + length], rest[1 + length :]
        if not length or len(name) != length or not name.isascii():
            raise MalformedCiphertextError
        names.append(name.decode())
    if len(rest) < _NONCE + _TAG:
        raise MalformedCiphertextError
    return Ciphertext(names[0], names[1], rest[:_NONCE], rest[_NONCE:])


def seal(material: bytes, key_id: str, version_id: str, plaintext: bytes, context: bytes) -> bytes:
    """``plaintext`` encrypted by a version of a key; ``context`` must be there again to open it."""
    bare = Ciphertext(key_id, version_id, os.urandom(_NONCE), b"")
    sealed = AESGCM(material).encrypt(bare.nonce, plaintext, bare.header + context)
    return Ciphertext(key_id, version_id, bare.nonce, sealed).pack()


def open_sealed(material: bytes, ciphertext: Ciphertext, context: bytes) -> bytes:
    """The plaintext; raises WrongCiphertextError."""
    try:
        return AESGCM(material).decrypt(ciphertext.nonce, ciphertext.sealed, ciphertext.header + context)
    except InvalidTag:
        raise WrongCiphertextError from None
