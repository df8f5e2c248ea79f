"""SCF's instances: their specification, their role, what is provisioned of them."""

from __future__ import annotations

from collections.abc import Iterable

from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.invocation.directory import Place
from yunfn.localcloud.invocation.instances import Instances
from yunfn.localcloud.runner import FunctionSpec
from yunfn.localcloud.tencent.scf.dataplane.authority import Authority
from yunfn.localcloud.tencent.scf.dataplane.specification import function_spec
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory, ResolvedFunction
from yunfn.localcloud.tencent.scf.events import FunctionChanged, ProvisionChanged


class ScfInstances(Instances[ResolvedFunction]):
    """Retires instances when their function changes, and keeps provisioned ones ready."""

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory, authority: Authority) -> None:
        super().__init__(cloud, directory, authority)
        self._directory = directory
        cloud.events.subscribe(FunctionChanged, lambda e: self.function_changed((e.region, e.namespace, e.name)))
        cloud.events.subscribe(ProvisionChanged, lambda e: self.provision_changed((e.region, e.namespace, e.function)))

    def _spec(self, function: ResolvedFunction) -> FunctionSpec:
        return function_spec(self._cloud.tencent, function)

    def _place(self, function: ResolvedFunction) -> Place:
        return function.region, function.namespace, function.name

    def _provisions(self) -> Iterable[tuple[Place, str, int]]:
        for record in self._directory.provisions():
            yield (record.region, record.namespace, record.function), record.qualifier, record.target
