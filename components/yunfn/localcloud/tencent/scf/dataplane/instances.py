"""SCF's instances: their specification, their role, what is provisioned of them."""

from __future__ import annotations

from collections.abc import Iterable

from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.invocation.instances import Instances
from yunfn.localcloud.runner import FunctionSpec, RoleCredentials
from yunfn.localcloud.tencent.scf.dataplane.authority import Authority
from yunfn.localcloud.tencent.scf.dataplane.specification import function_spec
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory, ResolvedFunction
from yunfn.localcloud.tencent.scf.events import FunctionChanged, ProvisionChanged

# Region, namespace, function.
_Place = tuple[str, str, str]


class ScfInstances(Instances[_Place, ResolvedFunction]):
    """Retires instances when their function changes, and keeps provisioned ones ready."""

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory, authority: Authority) -> None:
        super().__init__(cloud)
        self._directory = directory
        self._authority = authority
        cloud.events.subscribe(FunctionChanged, lambda e: self.function_changed((e.region, e.namespace, e.name)))
        cloud.events.subscribe(ProvisionChanged, lambda e: self.provision_changed((e.region, e.namespace, e.function)))

    def _spec(self, function: ResolvedFunction) -> FunctionSpec:
        return function_spec(self._cloud.tencent, function)

    def _place(self, function: ResolvedFunction) -> _Place:
        return function.region, function.namespace, function.name

    def _stands(self, function: ResolvedFunction) -> bool:
        try:
            now = self._resolve(self._place(function), function.version)
        except CloudError:
            return False
        return now.fingerprint == function.fingerprint

    def _resolve(self, place: _Place, qualifier: str) -> ResolvedFunction:
        return self._directory.resolve(*place, qualifier)

    def _credentials(self, function: ResolvedFunction) -> RoleCredentials | None:
        return self._authority.credentials(function)

    def _provisions(self) -> Iterable[tuple[_Place, str, int]]:
        for record in self._directory.provisions():
            yield (record.region, record.namespace, record.function), record.qualifier, record.target

    def _report(self, place: _Place, qualifier: str, current: int, error: str) -> None:
        self._directory.report_provisioned(place, qualifier, current, error)
