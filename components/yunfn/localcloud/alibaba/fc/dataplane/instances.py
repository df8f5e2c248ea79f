"""Function Compute's instances: their specification, their role, what is provisioned of them."""

from __future__ import annotations

from collections.abc import Iterable

from yunfn.localcloud.alibaba.fc.dataplane.instance_role import InstanceRole
from yunfn.localcloud.alibaba.fc.dataplane.specification import function_spec
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory, ResolvedFunction
from yunfn.localcloud.alibaba.fc.events import FunctionChanged, ProvisionChanged
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.invocation.directory import Place
from yunfn.localcloud.invocation.instances import Instances
from yunfn.localcloud.runner import FunctionSpec


class FcInstances(Instances[ResolvedFunction]):
    """Retires instances when their function changes, and keeps provisioned ones ready."""

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory, role: InstanceRole) -> None:
        super().__init__(cloud, directory, role)
        self._role = role
        self._directory = directory
        cloud.events.subscribe(FunctionChanged, lambda e: self.function_changed((e.account, e.region, e.name)))
        cloud.events.subscribe(ProvisionChanged, lambda e: self.provision_changed((e.account, e.region, e.function)))

    def function_changed(self, place: Place) -> None:
        """See Instances; where its instances stood is left."""
        super().function_changed(place)
        self._role.leave(place, self._stands)

    def reset(self) -> None:
        """See Instances."""
        super().reset()
        self._role.reset()

    def _spec(self, function: ResolvedFunction) -> FunctionSpec:
        return function_spec(function)

    def _place(self, function: ResolvedFunction) -> Place:
        return function.account, function.region, function.name

    def _provisions(self) -> Iterable[tuple[Place, str, int]]:
        for record in self._directory.provisions():
            yield (record.account, record.region, record.function), record.qualifier, record.target
