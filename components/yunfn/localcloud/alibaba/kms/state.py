"""KMS's state: keys by the keystore, and their aliases."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator
from typing import TYPE_CHECKING

from yunfn.localcloud.keystore import Key, KeyStore, Place

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud
    from yunfn.localcloud.store import Collection

_LETTERS = string.ascii_lowercase + string.digits


class KmsState:
    """Keys and aliases by region."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.keys = KeyStore(cloud, self._forget)

    def alias(self, place: Place, name: str) -> str | None:
        """The id of the key that an alias (``alias/…``) means, or None."""
        document = self._aliases(place).get(name)
        return str(document["key"]) if document else None

    def aliases(self, place: Place) -> Iterator[tuple[str, str]]:
        """Names and key ids of all aliases, by name."""
        # Keys whose waiting time is over take their aliases with them.
        present = {key.id for key in self.keys.all(place)}
        for name, document in self._aliases(place).scan():
            if document["key"] in present:
                yield name, document["key"]

    def set_alias(self, place: Place, name: str, key_id: str) -> None:
        """Let an alias, new or old, mean a key."""
        self._aliases(place).put(name, {"key": key_id})

    def drop_alias(self, place: Place, name: str) -> None:
        """Delete an alias."""
        self._aliases(place).delete(name)

    def _forget(self, place: Place, key: Key) -> None:
        for name, document in list(self._aliases(place).scan()):
            if document["key"] == key.id:
                self.drop_alias(place, name)

    def _aliases(self, place: Place) -> Collection:
        return self.cloud.store.collection(place.account, place.region, "kms/alias")


def new_key_id(region: str) -> str:
    """A fresh id of today's form: ``key-``, three letters for the region (here its own first ones), 18 characters.

    Never with 429 or 500 in it: the alicloud provider 1.285.0 looks for those anywhere in an error's text.
    """
    prefix = region.split("-")[1][:3].ljust(3, "z")
    while True:
        text = f"key-{prefix}" + "".join(secrets.choice(_LETTERS) for _ in range(18))
        if "429" not in text and "500" not in text:
            return text
