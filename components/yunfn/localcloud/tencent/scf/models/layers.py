"""Layers: numbered zips for functions to use; a version goes while functions keep using its bytes."""

from __future__ import annotations

from yunfn.localcloud.codestore.packages import Holder
from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import Parameters
from yunfn.localcloud.tencent.scf.code import take_code
from yunfn.localcloud.tencent.scf.exceptions import InvalidValue, LayerVersionNotFound, LimitExceeded
from yunfn.localcloud.tencent.scf.packages import Packages
from yunfn.localcloud.tencent.scf.rules.limits import LAYERS_PER_REGION
from yunfn.localcloud.tencent.scf.rules.names import check_layer_name
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.siblings import forget_tags, tag
from yunfn.localcloud.tencent.scf.state import Package, layer_key
from yunfn.localcloud.tencent.scf.transitions import ACTIVE, PUBLISH_FAILED, PUBLISHING, Transition
from yunfn.runtimes import SCF_LIMITS, TENCENT


class Layers:
    """The layers of one region."""

    def __init__(self, scope: ScfScope, packages: Packages) -> None:
        self._scope = scope
        self._packages = packages
        self._versions = scope.state.layer_versions
        self._numbers = scope.state.layer_numbers

    async def publish(self, name: str, sent: Parameters) -> int:
        """The next version of a layer, Publishing for a moment; its number. It ends in PublishFailed without its zip.

        Raises InvalidParameterValue, LimitExceeded.LayerVersions, LimitExceeded.Layers.
        """
        check_layer_name(name)
        runtimes = sent.texts("CompatibleRuntimes")
        if not 1 <= len(runtimes) <= SCF_LIMITS.compatible_runtimes or not set(runtimes) <= set(TENCENT):
            raise InvalidValue(
                "CompatibleRuntimes",
                f"{', '.join(runtimes)} must be 1 to {SCF_LIMITS.compatible_runtimes} of {', '.join(TENCENT)}",
            )
        description = sent.text("Description", "")
        if len(description) > SCF_LIMITS.description:
            raise InvalidValue("Description", f"must not be longer than {SCF_LIMITS.description} characters")
        licence = sent.text("LicenseInfo", "")
        content = sent.inner("Content")
        if not content.parameters:
            raise InvalidValue("Content", "is required")
        tags = {each.text("Key"): each.text("Value", "") for each in sent.inners("Tags")}
        taken = await take_code(self._scope, self._packages, content, images=False)
        try:
            self._check_limits(name)
            tag(self._scope, layer_tags_resource(name), tags)
        except BaseException:
            for package in taken.packages:
                self._packages.discard(package)
            raise
        number = int((self._numbers.get(_number_key(name)) or {"last": 0})["last"]) + 1
        outcome, reasons = (PUBLISH_FAILED, [taken.failure]) if taken.failure else (ACTIVE, [])
        transition = Transition.begin(PUBLISHING, self._scope.cloud.transition_seconds, outcome, reasons)
        record = {
            "document": {
                "LayerName": name,
                "LayerVersion": number,
                "CompatibleRuntimes": runtimes,
                "Description": description,
                "LicenseInfo": licence,
                "AddTime": self._scope.now(),
                "Stamp": "",
            },
            "code": taken.package.document() if taken.package else None,
            "transition": transition.document(),
        }
        self._packages.hold(taken.packages, self._holder(name, number))
        self._numbers.put(_number_key(name), {"last": number})
        self._versions.put(layer_key(name, number), record)
        return number

    def version(self, name: str, number: int) -> Document:
        """The record of a layer version; raises ResourceNotFound.LayerVersion."""
        record = self._versions.get(layer_key(name, number)) if 0 < number < 10**10 else None
        if record is None:
            raise LayerVersionNotFound(name, number)
        return record

    def versions(self, name: str) -> list[Document]:
        """The records of all versions of a layer, newest first; none for an unknown layer."""
        return [record for _, record in self._versions.scan(prefix=f"{name}/")][::-1]

    def newest(self) -> list[Document]:
        """The record of every layer's newest version, by the layers' names."""
        return list({record["document"]["LayerName"]: record for _, record in self._versions.scan()}.values())

    def delete_version(self, name: str, number: int) -> None:
        """Remove a layer version; functions that have it keep it (API reference, "DeleteLayerVersion").

        The number is not given again. Raises ResourceNotFound.LayerVersion.
        """
        record = self.version(name, number)
        self._versions.delete(layer_key(name, number))
        if not self.versions(name):
            forget_tags(self._scope, layer_tags_resource(name))
        if package := Package.of(record["code"]):
            self._packages.release([package], self._holder(name, number))

    def _check_limits(self, name: str) -> None:
        versions = self.versions(name)
        if len(versions) >= SCF_LIMITS.layer_versions:
            raise LimitExceeded("LayerVersions", f"the layer {name} has {SCF_LIMITS.layer_versions} already")
        if not versions and len(self.newest()) >= LAYERS_PER_REGION:
            raise LimitExceeded("Layers", f"the region has {LAYERS_PER_REGION} already")

    def _holder(self, name: str, number: int) -> Holder:
        return Holder(self._scope.account, self._scope.region, "layer", f"{name}/{number}")


def layer_tags_resource(name: str) -> str:
    """What the tag service calls a layer: tags are the layer's, not a version's."""
    return f"layer/{name}"


def _number_key(name: str) -> str:
    return f"scf/layer/{name}"
