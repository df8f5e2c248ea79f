"""Keys and their material, in the cloud's store and nowhere else."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING

from yunfn.localcloud.call import new_request_id
from yunfn.localcloud.keystore.ciphertext import (
    Ciphertext,
    MalformedCiphertextError,
    new_material,
    open_sealed,
    seal,
    unpack,
)
from yunfn.localcloud.keystore.key import Key, KeyState, KeyVersion, Place

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud
    from yunfn.localcloud.store import Collection


def new_id() -> str:
    """A fresh id in the form of a UUID, without the digits that providers take for a status (``new_request_id``)."""
    return new_request_id().lower()


class KeyStore:
    """The keys of one cloud. Material is made here, kept in the store's file (mode 0600) and never handed out.

    What the clock brings (automatic rotation, the end of a deletion's waiting time) is seen at the next look at the
    key. ``gone`` is told of a key whose waiting time is over.
    """

    def __init__(self, cloud: LocalCloud, gone: Callable[[Place, Key], None]) -> None:
        self._cloud = cloud
        self._gone = gone

    def create(self, place: Place, key: Key) -> Key:
        """Keep a new key, with its first version."""
        self.rotate(place, key, when=key.created)
        return key

    def find(self, place: Place, key_id: str) -> Key | None:
        """The key as it is now, or None if there is none (any more)."""
        document = self._keys(place).get(key_id)
        return self._as_of_now(place, Key.of_document(document)) if document else None

    def all(self, place: Place) -> list[Key]:
        """Every key there is now, oldest first."""
        present = [self._as_of_now(place, Key.of_document(one)) for _, one in self._keys(place).scan()]
        return sorted((key for key in present if key), key=lambda key: (key.created, key.id))

    def put(self, place: Place, key: Key) -> None:
        """Keep a key that was changed."""
        self._keys(place).put(key.id, key.as_document())

    def rotate(self, place: Place, key: Key, *, when: float | None = None) -> KeyVersion:
        """Give a key a new version, made now or at ``when``; what older ones encrypted stays readable."""
        version = KeyVersion(new_id(), self._cloud.clock.time() if when is None else when)
        material = base64.b64encode(new_material()).decode()
        self._materials(place).put(f"{key.id}/{version.id}", {"material": material})
        key.versions.append(version)
        key.last_rotation = version.created
        self.put(place, key)
        return version

    def encrypt(self, place: Place, key: Key, plaintext: bytes, context: bytes) -> bytes:
        """``plaintext`` encrypted by the key's present version, with ``context`` authenticated."""
        return seal(self._material(place, key.id, key.primary.id), key.id, key.primary.id, plaintext, context)

    def read(self, blob: bytes) -> Ciphertext:
        """Which key and version encrypted this; raises MalformedCiphertextError."""
        return unpack(blob)

    def decrypt(self, place: Place, ciphertext: Ciphertext, context: bytes) -> bytes:
        """The plaintext; raises WrongCiphertextError, and MalformedCiphertextError for a version that is not here."""
        return open_sealed(self._material(place, ciphertext.key_id, ciphertext.version_id), ciphertext, context)

    def _as_of_now(self, place: Place, key: Key) -> Key | None:
        now = self._cloud.clock.time()
        if key.deletion and key.deletion <= now:
            for version in key.versions:
                self._materials(place).delete(f"{key.id}/{version.id}")
            self._keys(place).delete(key.id)
            self._gone(place, key)
            return None
        if key.period and key.state is KeyState.ENABLED and key.next_rotation <= now:
            # However many periods have passed unseen: one new version, and the next when its time comes.
            passed = (now - key.next_rotation) // key.period
            latest = key.next_rotation + passed * key.period
            key.next_rotation = latest + key.period
            self.rotate(place, key, when=latest)
        return key

    def _keys(self, place: Place) -> Collection:
        return self._cloud.store.collection(place.account, place.region, "kms/key")

    def _materials(self, place: Place) -> Collection:
        return self._cloud.store.collection(place.account, place.region, "kms/material")

    def _material(self, place: Place, key_id: str, version_id: str) -> bytes:
        document = self._materials(place).get(f"{key_id}/{version_id}")
        if document is None:
            raise MalformedCiphertextError
        return base64.b64decode(document["material"])
