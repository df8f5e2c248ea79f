"""Encrypt, decrypt, and make data keys: what keys are for."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.kms.exceptions import DryRun, InvalidParameter, UnsupportedOperation
from yunfn.localcloud.alibaba.kms.request import KmsRequest, check_usable
from yunfn.localcloud.keystore import Key, MalformedCiphertextError, WrongCiphertextError

# Encrypt, "Limits": 6 KB. GenerateDataKey: NumberOfBytes and KeySpec.
_LARGEST_PLAINTEXT = 6144
_LARGEST_DATA_KEY = 1024
_DATA_KEYS = {"AES_256": 32, "AES_128": 16}


def encrypt(request: KmsRequest) -> Mapping[str, Any]:
    """Encrypt: up to 6,144 bytes."""
    key = request.key(aliases=True)
    plaintext = request.base64("Plaintext")
    if len(plaintext) > _LARGEST_PLAINTEXT:
        raise InvalidParameter("Plaintext", f"it is at most {_LARGEST_PLAINTEXT} bytes long")
    return _sealed(request, key, plaintext, request.context())


def decrypt(request: KmsRequest) -> Mapping[str, Any]:
    """Decrypt: the ciphertext itself names the key."""
    _no_recipient(request)
    key, version, plaintext = _opened(request, "", "EncryptionContext")
    _dry_run(request)
    return {"KeyId": key.id, "KeyVersionId": version, "Plaintext": _text(plaintext)}


def generate_data_key(request: KmsRequest) -> Mapping[str, Any]:
    """GenerateDataKey: random bytes, plain and encrypted by the key."""
    _no_recipient(request)
    data_key, answer = _data_key(request)
    return {**answer, "Plaintext": _text(data_key)}


def generate_data_key_without_plaintext(request: KmsRequest) -> Mapping[str, Any]:
    """GenerateDataKeyWithoutPlaintext: the same, encrypted only."""
    return _data_key(request)[1]


def re_encrypt(request: KmsRequest) -> Mapping[str, Any]:
    """ReEncrypt: from one key to another, inside of the cloud.

    The right is asked of each key by its own action, ``kms:ReEncryptFrom`` and ``kms:ReEncryptTo`` ("Use RAM to
    control access to KMS resources").
    """
    for name in ("SourceKeyId", "SourceKeyVersionId", "SourceEncryptionAlgorithm"):
        if request.parameters.get(name):
            raise UnsupportedOperation(f"asymmetric keys, which {name} speaks of")
    _, _, plaintext = _opened(request, "ReEncryptFrom", "SourceEncryptionContext")
    destination = request.key(parameter="DestinationKeyId", action="ReEncryptTo", aliases=True)
    return _sealed(request, destination, plaintext, request.context("DestinationEncryptionContext"))


def _data_key(request: KmsRequest) -> tuple[bytes, Mapping[str, Any]]:
    key = request.key(aliases=True)
    spec = request.choice("KeySpec", *_DATA_KEYS)
    size = request.number("NumberOfBytes", 1, _LARGEST_DATA_KEY, _DATA_KEYS[spec])
    data_key = os.urandom(size)
    return data_key, _sealed(request, key, data_key, request.context())


def _sealed(request: KmsRequest, key: Key, plaintext: bytes, context: bytes) -> dict[str, Any]:
    check_usable(key)
    _dry_run(request)
    blob = request.state.keys.encrypt(request.place, key, plaintext, context)
    return {"KeyId": key.id, "KeyVersionId": key.primary.id, "CiphertextBlob": _text(blob)}


def _opened(request: KmsRequest, action: str, context: str) -> tuple[Key, str, bytes]:
    """The key, its version and the plaintext of CiphertextBlob; raises InvalidParameter for what is no ciphertext."""
    keys, blob = request.state.keys, request.base64("CiphertextBlob")
    try:
        ciphertext = keys.read(blob)
        key = request.key_by_id(ciphertext.key_id, action)
        check_usable(key)
        plaintext = keys.decrypt(request.place, ciphertext, request.context(context))
    except MalformedCiphertextError:
        raise InvalidParameter("CiphertextBlob", "it is no ciphertext of a key of this cloud") from None
    except WrongCiphertextError:
        raise InvalidParameter("CiphertextBlob", f"it was changed, or {context} is another one") from None
    return key, ciphertext.version_id, plaintext


def _dry_run(request: KmsRequest) -> None:
    if request.flag("DryRun", False):
        raise DryRun


def _no_recipient(request: KmsRequest) -> None:
    if request.parameters.get("Recipient"):
        raise UnsupportedOperation("attested recipients")


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
