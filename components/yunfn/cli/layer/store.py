"""The team's store of built layers: the artifact bucket of the account and region in the environment."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from yunfn.exceptions import ArtifactError, CloudAnswerError

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


_NO_BUCKET = "NoSuchBucket"


class _TeamStore:
    """Layers in an artifact bucket, where ``pulumi up`` puts them too."""

    def __init__(self, objects: ObjectStore, cure: str) -> None:
        self._objects = objects
        self._cure = cure

    def fetch(self, name: str, artifact: LockedArtifact, target: Target, into: Path) -> bool:
        """See SharedStore."""
        from yunfn.storage.artifacts import fetch_artifact
        from yunfn.storage.names import layer_key

        key = layer_key(name, artifact.digest)
        try:
            found = fetch_artifact(self._objects, key, artifact.digest, artifact.sha256, into, target=target.name)
        except CloudAnswerError as error:
            if error.code != _NO_BUCKET:
                raise
            # Nobody has put anything anywhere yet: that is no reason not to build.
            return False
        return found is not None

    def push(self, name: str, package: Package) -> None:
        """See SharedStore."""
        from yunfn.storage.artifacts import store_artifact
        from yunfn.storage.names import layer_key

        manifest = package.manifest
        key = layer_key(name, package.digest)
        try:
            store_artifact(self._objects, key, package, target=manifest.target, builder=manifest.builder)
        except CloudAnswerError as error:
            if error.code != _NO_BUCKET:
                raise
            bucket = self._objects.bucket
            raise ArtifactError(f"there is no artifact bucket {bucket} to put {key} into: {self._cure}") from error


def team_store(store: Store) -> SharedStore:
    """The store, entered with the keys of the environment; raises CloudAnswerError if they are refused."""
    if store is Store.OSS:
        from yunfn.storage import alibaba_session
        from yunfn.storage.names import BOOTSTRAP, artifact_bucket
        from yunfn.storage.oss_store import OssStore

        session = alibaba_session.from_environment()
        return _TeamStore(
            OssStore(session, artifact_bucket(session.account, session.region)), f"{BOOTSTRAP[store]} makes it"
        )
    from yunfn.storage import tencent_session
    from yunfn.storage.cos_store import CosStore
    from yunfn.storage.names import BOOTSTRAP, cos_artifact_bucket

    tencent = tencent_session.from_environment()
    return _TeamStore(
        CosStore(tencent, cos_artifact_bucket(tencent.appid, tencent.region)), f"{BOOTSTRAP[store]} makes it"
    )
