"""The access keys of sub-users; the key ring holds those that are active."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from yunfn.localcloud.keys import TENCENT, AccessKey, Principal
from yunfn.localcloud.store import Collection, Document
from yunfn.localcloud.tencent.api.times import china_time

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

_SHOWN = ("AccessKeyId", "Status", "CreateTime", "Description")


class UserKeys:
    """Makes, stops, starts and removes sub-users' keys; users are known by their uin."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud

    def create(self, uin: str, description: str) -> AccessKey:
        """A new active key of the user."""
        key = self._cloud.tencent_keys.create(Principal(self._cloud.tencent.uin, "user", uin, cloud=TENCENT))
        document = {
            "AccessKeyId": key.id,
            "Status": "Active",
            "CreateTime": china_time(self._cloud.clock.now()),
            "Description": description,
        }
        self._keys().put(f"{uin}/{key.id}", document)
        return key

    def list(self, uin: str) -> list[Document]:
        """The user's keys without their secrets, oldest first."""
        found = [{name: one[name] for name in _SHOWN} for _, one in self._keys().scan(f"{uin}/")]
        return sorted(found, key=lambda one: (one["CreateTime"], one["AccessKeyId"]))

    def set_status(self, uin: str, key_id: str, status: str) -> bool:
        """Make a key ``Active`` or ``Inactive``; False if the user has no such key."""
        document = self._keys().get(f"{uin}/{key_id}")
        if document is None:
            return False
        if status != document["Status"]:
            if status == "Inactive":
                document["stopped"] = asdict(self._cloud.tencent_keys.remove(key_id))
            else:
                stopped = document.pop("stopped")
                key = AccessKey(**{**stopped, "principal": Principal(**stopped["principal"])})
                self._cloud.tencent_keys.restore(key)
            document["Status"] = status
            self._keys().put(f"{uin}/{key_id}", document)
        return True

    def delete(self, uin: str, key_id: str) -> bool:
        """Remove a key; False if the user has no such key."""
        document = self._keys().get(f"{uin}/{key_id}")
        if document is None:
            return False
        self._keys().delete(f"{uin}/{key_id}")
        if document["Status"] == "Active":
            self._cloud.tencent_keys.remove(key_id)
        return True

    def _keys(self) -> Collection:
        return self._cloud.store.collection(self._cloud.tencent.uin, "", "cam/access-key")
