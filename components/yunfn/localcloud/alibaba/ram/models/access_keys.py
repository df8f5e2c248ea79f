"""The access keys of RAM users; the key ring holds those that are active."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.keys import AccessKey, KeyRing, Principal
from yunfn.localcloud.store import Collection, Document, Store


class UserKeys:
    """Makes, stops, starts and removes users' keys."""

    def __init__(self, store: Store, keys: KeyRing, clock: Clock) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock

    def create(self, account: str, user: str) -> AccessKey:
        """A new active key of the user."""
        key = self._keys.create(Principal(account, "user", user))
        document = {
            "AccessKeyId": key.id,
            "Status": "Active",
            "CreateDate": self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        self._of(account).put(self._key(user, key.id), document)
        return key

    def list(self, account: str, user: str) -> list[Document]:
        """The user's keys without their secrets, oldest first."""
        found = [
            {name: one[name] for name in ("AccessKeyId", "Status", "CreateDate")}
            for _, one in self._of(account).scan(f"{user.lower()}/")
        ]
        return sorted(found, key=lambda one: (one["CreateDate"], one["AccessKeyId"]))

    def set_status(self, account: str, user: str, key_id: str, status: str) -> bool:
        """Make a key ``Active`` or ``Inactive``; False if the user has no such key."""
        document = self._of(account).get(self._key(user, key_id))
        if document is None:
            return False
        if status != document["Status"]:
            if status == "Inactive":
                document["stopped"] = self._ring().get(key_id)
                self._forget(key_id)
            else:
                self._ring().put(key_id, document.pop("stopped"))
            document["Status"] = status
            self._of(account).put(self._key(user, key_id), document)
        return True

    def delete(self, account: str, user: str, key_id: str) -> bool:
        """Remove a key; False if the user has no such key."""
        if not self._of(account).delete(self._key(user, key_id)):
            return False
        self._forget(key_id)
        return True

    def rename(self, account: str, old: str, new: str) -> None:
        """Let the keys of the user ``old`` speak for ``new``."""
        collection = self._of(account)
        for path, document in list(collection.scan(f"{old.lower()}/")):
            collection.delete(path)
            entry: dict[str, Any] | None = document.get("stopped") or self._ring().get(document["AccessKeyId"])
            if entry is not None:
                entry["principal"] = asdict(Principal(account, "user", new))
                if "stopped" not in document:
                    self._ring().put(document["AccessKeyId"], entry)
            collection.put(self._key(new, document["AccessKeyId"]), document)
        self._keys.forget()

    def _forget(self, key_id: str) -> None:
        self._ring().delete(key_id)
        self._keys.forget()

    def _of(self, account: str) -> Collection:
        return self._store.collection(account, "", "ram/access-key")

    def _ring(self) -> Collection:
        # Where KeyRing keeps its documents; it has no verb of its own for taking a key away.
        return self._store.collection("", "", "keys")

    @staticmethod
    def _key(user: str, key_id: str) -> str:
        return f"{user.lower()}/{key_id}"
