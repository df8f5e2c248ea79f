"""One region of SCF, with what every operation on it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.scf.events import FunctionChanged
from yunfn.localcloud.tencent.scf.exceptions import (
    FunctionNotFound,
    FunctionStatusError,
    FunctionVersionNotFound,
    NamespaceNotFound,
)
from yunfn.localcloud.tencent.scf.rules.names import is_version
from yunfn.localcloud.tencent.scf.state import DEFAULT_NAMESPACE, ScfState, function_key, version_key
from yunfn.localcloud.tencent.scf.times import written
from yunfn.localcloud.tencent.scf.transitions import CREATE_FAILED, Transition

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class ScfScope:
    """The state of one region; times, names and events by it."""

    def __init__(self, cloud: LocalCloud, region: str) -> None:
        self.cloud = cloud
        self.account = cloud.tencent.uin
        self.region = region
        self.state = ScfState(cloud.store, self.account, region)

    def now(self) -> str:
        """The cloud's time as SCF writes it."""
        return written(self.cloud.clock.now())

    def namespace(self, namespace: str) -> None:
        """Raise NamespaceNotFound unless there is such a namespace."""
        if namespace != DEFAULT_NAMESPACE and self.state.namespaces.get(namespace) is None:
            raise NamespaceNotFound(namespace)

    def find_function(self, namespace: str, name: str) -> Document | None:
        """The record of a function, or None; one whose deletion is over is forgotten now."""
        key = function_key(namespace, name)
        record = self.state.functions.get(key)
        if record is not None and Transition.of(record).gone:
            self.state.functions.delete(key)
            return None
        return record

    def function(self, namespace: str, name: str) -> Document:
        """The record of a function; raises NamespaceNotFound, FunctionNotFound."""
        record = self.find_function(namespace, name)
        if record is None:
            self.namespace(namespace)
            raise FunctionNotFound(namespace, name)
        return record

    def writable(self, namespace: str, name: str) -> Document:
        """The record of a function that may be written to now.

        Raises FunctionNotFound, and FunctionStatusError while a change of it is under way or after its creation
        failed. After a failed update the next may follow.
        """
        record = self.function(namespace, name)
        transition = Transition.of(record)
        if transition.under_way or transition.status == CREATE_FAILED:
            raise FunctionStatusError(name, transition.status)
        return record

    def version(self, namespace: str, function: str, version: str) -> Document:
        """The record of a published version; raises FunctionVersionNotFound."""
        key = version_key(namespace, function, version) if is_version(version) else ""
        record = self.state.versions.get(key)
        if record is None:
            raise FunctionVersionNotFound(function, version)
        return record

    def functions(self, namespace: str) -> list[Document]:
        """The records of a namespace's functions by name; those whose deletion is over are left out."""
        records = [record for _, record in self.state.functions.scan(prefix=f"{namespace}/")]
        return [record for record in records if not Transition.of(record).gone]

    def qcs(self, resource: str) -> str:
        """The full name of a resource such as ``namespace/default/function/f``."""
        return f"qcs::scf:{self.region}:uin/{self.account}:{resource}"

    def changed(self, namespace: str, function: str) -> None:
        """Tell that what calls of ``function`` run may have changed."""
        self.cloud.events.publish(FunctionChanged(self.region, namespace, function))
