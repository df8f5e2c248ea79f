"""Encrypt, decrypt, and make data keys: what keys are for."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.keystore import Key, KeyState, MalformedCiphertextError, WrongCiphertextError
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameter, Operation
from yunfn.localcloud.tencent.kms.exceptions import (
    CmkArchived,
    CmkDisabled,
    InvalidValue,
    KeyPendingDelete,
    Unsupported,
)
from yunfn.localcloud.tencent.kms.keyring import KmsKeys, context, plain

# Encrypt: 4 KB. GenerateDataKey: NumberOfBytes and KeySpec.
_LARGEST_PLAINTEXT = 4096
_LARGEST_DATA_KEY = 1024
_DATA_KEYS = {"AES_256": 32, "AES_128": 16}


class EncryptionCalls:
    """Plaintext in, ciphertext out, and back."""

    def __init__(self, keys: KmsKeys) -> None:
        self._keys = keys

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "Encrypt": self._encrypt,
            "Decrypt": self._decrypt,
            "GenerateDataKey": self._generate_data_key,
            "ReEncrypt": self._re_encrypt,
        }

    async def _encrypt(self, request: ApiRequest) -> dict[str, Any]:
        key = self._keys.named(request)
        plaintext = plain(request, "Plaintext", "InvalidPlaintext")
        if not 0 < len(plaintext) <= _LARGEST_PLAINTEXT:
            raise InvalidValue("InvalidPlaintext", f"The plaintext has 1 to {_LARGEST_PLAINTEXT} bytes.")
        _check_encrypts(key)
        return self._sealed(request, key, plaintext, context(request))

    async def _decrypt(self, request: ApiRequest) -> dict[str, Any]:
        _no_public_key(request)
        key, _, plaintext = self._opened(request, "EncryptionContext")
        return {"KeyId": key.id, "Plaintext": _text(plaintext)}

    async def _generate_data_key(self, request: ApiRequest) -> dict[str, Any]:
        _no_public_key(request)
        if request.integer("IsHostedByKms", 0):
            raise Unsupported("data keys that KMS keeps")
        key = self._keys.named(request)
        size = _size(request)
        if key.state is KeyState.PENDING_DELETION:
            raise KeyPendingDelete
        _check_encrypts(key)
        data_key = os.urandom(size)
        return {**self._sealed(request, key, data_key, context(request)), "Plaintext": _text(data_key), "DataKeyId": ""}

    async def _re_encrypt(self, request: ApiRequest) -> dict[str, Any]:
        source, version, plaintext = self._opened(request, "SourceEncryptionContext")
        wanted = request.text("DestinationKeyId", "")
        destination = self._keys.usable(request, wanted) if wanted else source
        _check_encrypts(destination)
        new, old = context(request, "DestinationEncryptionContext"), context(request, "SourceEncryptionContext")
        # "By the same key, unless it was rotated, nothing is encrypted again" (the answer's ReEncrypted).
        if destination.id == source.id and version == source.primary.id and new == old:
            return {
                "CiphertextBlob": request.text("CiphertextBlob"),
                "KeyId": source.id,
                "SourceKeyId": source.id,
                "ReEncrypted": False,
            }
        sealed = self._sealed(request, destination, plaintext, new)
        return {**sealed, "SourceKeyId": source.id, "ReEncrypted": True}

    def _sealed(self, request: ApiRequest, key: Key, plaintext: bytes, pairs: bytes) -> dict[str, Any]:
        blob = self._keys.store.encrypt(self._keys.place(request), key, plaintext, pairs)
        return {"KeyId": key.id, "CiphertextBlob": _text(blob)}

    def _opened(self, request: ApiRequest, pairs: str) -> tuple[Key, str, bytes]:
        """The key, its version and the plaintext of CiphertextBlob; raises InvalidCiphertext for what is none."""
        blob = plain(request, "CiphertextBlob", "InvalidCiphertext")
        try:
            ciphertext = self._keys.store.read(blob)
            key = self._keys.usable(request, ciphertext.key_id)
            if key.state not in (KeyState.ENABLED, KeyState.ARCHIVED):
                raise CmkDisabled
            plaintext = self._keys.store.decrypt(self._keys.place(request), ciphertext, context(request, pairs))
        except MalformedCiphertextError:
            raise InvalidValue("InvalidCiphertext", "It is no ciphertext of a key of this cloud.") from None
        except WrongCiphertextError:
            rule = f"The ciphertext was changed, or {pairs} is another one."
            raise InvalidValue("InvalidCiphertext", rule) from None
        return key, ciphertext.version_id, plaintext


def _check_encrypts(key: Key) -> None:
    if key.state is KeyState.ARCHIVED:
        raise CmkArchived
    if key.state is not KeyState.ENABLED:
        raise CmkDisabled


def _size(request: ApiRequest) -> int:
    spec = request.text("KeySpec", "")
    if spec not in ("", *_DATA_KEYS):
        raise InvalidParameter("KeySpec", f"must be one of {', '.join(_DATA_KEYS)}")
    size = request.integer("NumberOfBytes", _DATA_KEYS.get(spec, 0))
    if not 1 <= size <= _LARGEST_DATA_KEY:
        raise InvalidParameter("NumberOfBytes", f"must be between 1 and {_LARGEST_DATA_KEY}, where KeySpec is not set")
    return size


def _no_public_key(request: ApiRequest) -> None:
    if request.text("EncryptionPublicKey", ""):
        raise Unsupported("answers encrypted for a public key")


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
