"""Where Function Compute keeps its things: one collection a kind, keyed by function (or layer) and own name.

A function record is ``{"configuration", "code", "layers", "lastVersion", "published"}``: ``configuration`` the API
document that GetFunction answers, ``code`` and each of ``layers`` a :class:`Package` as a dictionary,
``lastVersion`` the highest version number ever given, ``published`` the fingerprint of the newest version.
A version record has ``configuration``, ``code`` and ``layers`` frozen as they were when it was published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from yunfn.localcloud.store import Collection, Document, Store

LATEST = "LATEST"


@dataclass(frozen=True, slots=True)
class Package:
    """A stored zip: blob name, size in bytes, CRC-64/XZ checksum as a decimal string, SHA-256 (hex), layer ARN."""

    blob: str
    size: int
    checksum: str
    sha256: str
    arn: str = ""

    def document(self) -> Document:
        """The package as it is stored."""
        return asdict(self)

    @classmethod
    def of(cls, document: Document | None) -> Package | None:
        """The package of a stored document; None for none (a function whose image brings the code)."""
        return cls(**document) if document else None


def version_key(function: str, version: str) -> str:
    """The key of a version: numbers sort as numbers."""
    return f"{function}/{int(version):010d}"


class FcState:
    """The collections of one account and region."""

    def __init__(self, store: Store, account: str, region: str) -> None:
        self.account = account
        self.region = region

        def collection(kind: str) -> Collection:
            return store.collection(account, region, f"fc/{kind}")

        self.functions = collection("functions")
        self.versions = collection("versions")
        self.aliases = collection("aliases")
        self.triggers = collection("triggers")
        self.layers = collection("layers")
        self.layer_versions = collection("layer-versions")
        # Not a resource but what is remembered of one: the last number of every layer that ever was.
        self.layer_numbers = store.collection(account, region, "settings")
        self.domains = collection("domains")
        self.concurrency = collection("concurrency")
        self.provision = collection("provision")
        self.async_invoke = collection("async-invoke")
        self.vpc_bindings = collection("vpc-bindings")

    def of_function(self, collection: Collection, function: str) -> list[tuple[str, Document]]:
        """The (own name, document) pairs that ``collection`` holds for one function."""
        start = len(function) + 1
        return [(key[start:], document) for key, document in collection.scan(prefix=f"{function}/")]

    def packages(self) -> Iterator[dict[str, Any]]:
        """Every stored package that something of this account and region still refers to."""
        for collection in (self.functions, self.versions):
            for _, record in collection.scan():
                if record["code"]:
                    yield record["code"]
                yield from record["layers"]
        for _, record in self.layer_versions.scan():
            yield record["code"]


def scopes(store: Store) -> list[tuple[str, str]]:
    """Every (account, region) that holds anything of Function Compute."""
    return sorted({(account, region) for account, region, _, _ in store.kinds("fc/")})
