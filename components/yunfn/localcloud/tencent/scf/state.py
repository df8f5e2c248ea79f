"""Where SCF keeps its things: one collection a kind, keyed by namespace, function (or layer) and own name.

A function record is ``{"configuration", "code", "layers", "lastVersion", "transition"}``: ``configuration`` in
GetFunction's names, ``code`` and each of ``layers`` a :class:`Package` as a dictionary, ``lastVersion`` the highest
version number ever given, ``transition`` as in :mod:`~yunfn.localcloud.tencent.scf.transitions`. A version record has
``configuration``, ``code`` and ``layers`` frozen as they were when it was published, and a transition of its own.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from yunfn.localcloud.store import Collection, Document, Store

LATEST = "$LATEST"
DEFAULT = "$DEFAULT"
DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True, slots=True)
class Package:
    """A stored zip: blob name, size in bytes, SHA-256 (hex), and what its files take unzipped, in bytes."""

    blob: str
    size: int
    sha256: str
    unzipped: int

    def document(self) -> Document:
        """The package as it is stored."""
        return asdict(self)

    @classmethod
    def of(cls, document: Document | None) -> Package | None:
        """The package of a stored document; None for none (a function whose image brings the code)."""
        return cls(**document) if document else None


def function_key(namespace: str, function: str) -> str:
    """The key of a function; neither name can hold a slash."""
    return f"{namespace}/{function}"


def version_key(namespace: str, function: str, version: str) -> str:
    """The key of a version: numbers sort as numbers."""
    return f"{namespace}/{function}/{int(version):010d}"


def layer_key(layer: str, version: int) -> str:
    """The key of a layer's version."""
    return f"{layer}/{version:010d}"


class ScfState:
    """The collections of one region of the account."""

    def __init__(self, store: Store, account: str, region: str) -> None:
        self.account = account
        self.region = region

        def collection(kind: str) -> Collection:
            return store.collection(account, region, f"scf/{kind}")

        self.namespaces = collection("namespaces")
        self.functions = collection("functions")
        self.versions = collection("versions")
        self.aliases = collection("aliases")
        self.triggers = collection("triggers")
        self.layer_versions = collection("layer-versions")
        # Not a resource but what is remembered of one: the last number of every layer that ever was.
        self.layer_numbers = store.collection(account, region, "settings")
        self.domains = collection("domains")
        self.reserved = collection("reserved")
        self.provisioned = collection("provisioned")
        self.event_invoke = collection("event-invoke")

    def of_function(self, collection: Collection, namespace: str, function: str) -> list[tuple[str, Document]]:
        """The (own name, document) pairs that ``collection`` holds for one function."""
        prefix = function_key(namespace, function) + "/"
        return [(key[len(prefix) :], document) for key, document in collection.scan(prefix=prefix)]

    def async_trigger_config(self, function: str) -> Document:
        """How asynchronous calls of a function (by its key) are retried: AsyncTriggerConfig, defaults filled in.

        Two retries and six hours ("Asynchronous invocation").
        """
        stored = self.event_invoke.get(function) or {}
        return {"RetryConfig": [{"RetryNum": 2}], "MsgTTL": 21600} | stored


def regions(store: Store, account: str) -> list[str]:
    """Every region that holds anything of SCF."""
    return sorted({region for owner, region, _, _ in store.kinds("scf/") if owner == account})
