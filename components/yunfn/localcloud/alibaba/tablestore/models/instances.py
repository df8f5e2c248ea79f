"""Instances: the name, the region, and what the control plane tells of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from yunfn.localcloud.store import Collection, Store

SSD, HYBRID = "SSD", "HYBRID"
"""The cluster types: high performance and capacity."""


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance; ``created`` is seconds since the epoch by the cloud's clock, ``tags`` keep their order.

    Network settings are those of CreateInstance, kept and told but not enforced: everybody here is on one machine.
    """

    account: str
    region: str
    name: str
    cluster_type: str = SSD
    description: str = ""
    network: str = "NORMAL"
    network_types: tuple[str, ...] = ()
    network_sources: tuple[str, ...] = ()
    resource_group: str = ""
    created: float = 0.0
    tags: dict[str, str] = field(default_factory=dict)

    def resource(self, table: str = "") -> str:
        """The full name for policies of the instance, or of one of its tables.

        "Custom RAM policy" of Tablestore's documentation: names of instances are in lower case there.
        """
        name = f"acs:ots:{self.region}:{self.account}:instance/{self.name.lower()}"
        return f"{name}/table/{table}" if table else name


class Instances:
    """Every instance of the account; names are unique in a region, whatever their case."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, account: str, region: str, name: str) -> Instance | None:
        """The instance of that name in one region."""
        document = self._collection(account).get(_key(name, region))
        return None if document is None else _read(document)

    def named(self, account: str, name: str) -> list[Instance]:
        """The instances of that name in all regions, in the regions' order."""
        return [_read(document) for _, document in self._collection(account).scan(f"{name.lower()}/")]

    def listed(self, account: str, region: str) -> Iterator[Instance]:
        """The instances of one region, by name."""
        for _, document in self._collection(account).scan():
            if document["region"] == region:
                yield _read(document)

    def count(self, account: str) -> int:
        """How many instances the account has, over all regions."""
        return self._collection(account).count()

    def insert(self, instance: Instance) -> bool:
        """Keep a new instance; False, and nothing changed, if there is one of that name in the region."""
        return self._collection(instance.account).insert(_key(instance.name, instance.region), asdict(instance))

    def update(self, instance: Instance, **changes: Any) -> Instance:
        """Keep the instance with ``changes`` and return it."""
        changed = replace(instance, **changes)
        self._collection(instance.account).put(_key(instance.name, instance.region), asdict(changed))
        return changed

    def delete(self, instance: Instance) -> None:
        """Forget an instance; its tables are gone before."""
        self._collection(instance.account).delete(_key(instance.name, instance.region))

    def _collection(self, account: str) -> Collection:
        # One collection over all regions: the direct endpoint knows the name only.
        return self._store.collection(account, "", "ots/instances")


def _key(name: str, region: str) -> str:
    return f"{name.lower()}/{region}"


def _read(document: dict[str, Any]) -> Instance:
    for name in ("network_types", "network_sources"):
        document[name] = tuple(document[name])
    return Instance(**document)
