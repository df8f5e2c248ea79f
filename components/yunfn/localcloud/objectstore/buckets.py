"""Buckets: one name space for all accounts and regions, each bucket stored with its own account and region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from yunfn.localcloud.store import Store


@dataclass(slots=True)
class Bucket:
    """A bucket and its settings.

    ``created`` is in seconds by the cloud's clock; ``versioning`` is "", "Enabled" or "Suspended"; ``settings`` holds
    each sub-resource that was set (``cors``, ``lifecycle`` …) as the XML or JSON text to answer.
    """

    name: str
    account: str
    region: str
    created: float
    storage_class: str = "Standard"
    redundancy: str = "LRS"
    acl: str = "private"
    versioning: str = ""
    resource_group: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def keeps_versions(self) -> bool:
        """Whether versioning is or was on, so that old versions may exist."""
        return bool(self.versioning)


class Buckets:
    """All buckets of the cloud, held in memory and on disk."""

    def __init__(self, store: Store, service: str) -> None:
        self._store = store
        self._kind = f"{service}/buckets"
        self._by_name: dict[str, Bucket] = {}
        self.reload()

    def reload(self) -> None:
        """Read the buckets from the store again."""
        self._by_name.clear()
        for account, region, kind, _ in self._store.kinds(self._kind):
            if kind == self._kind:
                for name, document in self._store.collection(account, region, kind).scan():
                    self._by_name[name] = Bucket(**document)

    def find(self, name: str) -> Bucket | None:
        """The bucket of that name, whoever owns it."""
        return self._by_name.get(name)

    def of_account(self, account: str) -> Iterator[Bucket]:
        """An account's buckets in all regions, by name."""
        for name in sorted(self._by_name):
            if self._by_name[name].account == account:
                yield self._by_name[name]

    def all(self) -> list[Bucket]:
        """Every bucket."""
        return list(self._by_name.values())

    def save(self, bucket: Bucket) -> None:
        """Keep a new bucket, or what changed in one."""
        self._store.collection(bucket.account, bucket.region, self._kind).put(bucket.name, asdict(bucket))
        self._by_name[bucket.name] = bucket

    def remove(self, bucket: Bucket) -> None:
        """Forget a bucket; its objects must be gone."""
        self._store.collection(bucket.account, bucket.region, self._kind).delete(bucket.name)
        self._by_name.pop(bucket.name, None)
