"""The team's store of built layers: the artifact bucket of the account and region in the environment."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

# The clouds' SDKs take seconds to import; a build without a store does not wait for them.
if TYPE_CHECKING:
    from yunfn.packaging import Package, Target
    from yunfn.packaging.layer import SharedStore
    from yunfn.packaging.resolution import LockedArtifact
    from yunfn.storage.object_store import ObjectStore


class Store(StrEnum):
    """Which cloud's object store."""

    OSS = "oss"
    COS = "cos"


class _TeamStore:
    """Layers in an artifact bucket, where ``pulumi up`` puts them too."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def fetch(self, name: str, artifact: LockedArtifact, target: Target, into: Path) -> bool:
        """See SharedStore."""
        from yunfn.storage.artifacts import fetch_artifact
        from yunfn.storage.names import layer_key

        key = layer_key(name, artifact.digest)
        return (
            fetch_artifact(self._objects, key, artifact.digest, artifact.sha256, into, target=target.name) is not None
        )

    def push(self, name: str, package: Package) -> None:
        """See SharedStore."""
        from yunfn.storage.artifacts import store_artifact
        from yunfn.storage.names import layer_key

        manifest = package.manifest
        store_artifact(
            self._objects,
            layer_key(name, package.digest),
            package,
            target=manifest.target,
            builder=manifest.builder,
        )


def team_store(store: Store) -> SharedStore:
    """The store, entered with the keys of the environment; raises CloudAnswerError if they are refused."""
    if store is Store.OSS:
        from yunfn.storage import alibaba_session
        from yunfn.storage.names import artifact_bucket
        from yunfn.storage.oss_store import OssStore

        session = alibaba_session.from_environment()
        return _TeamStore(OssStore(session, artifact_bucket(session.account, session.region)))
    from yunfn.storage import tencent_session
    from yunfn.storage.cos import CosStore
    from yunfn.storage.names import cos_artifact_bucket

    tencent = tencent_session.from_environment()
    return _TeamStore(CosStore(tencent, cos_artifact_bucket(tencent.appid, tencent.region)))
