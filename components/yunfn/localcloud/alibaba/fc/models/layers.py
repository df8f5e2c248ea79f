"""Layers: numbered zips for functions to use; a version goes while functions keep using its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.fc.code import take_code
from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument, LayerNotFound, LayerVersionNotFound, LimitExceeded
from yunfn.localcloud.alibaba.fc.packages import Packages
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.localcloud.alibaba.fc.rules.layer import check_compatible_runtimes
from yunfn.localcloud.alibaba.fc.rules.names import check_name
from yunfn.localcloud.alibaba.fc.scope import FcScope, is_version
from yunfn.localcloud.alibaba.fc.state import Package, version_key
from yunfn.localcloud.codestore.packages import Holder
from yunfn.localcloud.store import Document
from yunfn.runtimes import FC_LIMITS

# FCD "layers".
_VERSIONS_PER_LAYER = 100


class Layers:
    """The layers of one account and region."""

    def __init__(self, scope: FcScope, packages: Packages) -> None:
        self._scope = scope
        self._packages = packages
        self._layers = scope.state.layers
        self._versions = scope.state.layer_versions
        self._numbers = scope.state.layer_numbers

    async def create_version(self, name: str, body: Mapping[str, Any]) -> Document:
        """The next version of a layer, which is made if it is not there; its record.

        Raises InvalidArgument, LimitExceeded (100 versions, FCD "layers").
        """
        fields = Fields(body)
        check_name("layerName", name)
        runtimes = fields.texts("compatibleRuntime") or []
        check_compatible_runtimes(runtimes)
        description = fields.text("description") or ""
        if len(description) > 256:
            raise InvalidArgument("description must not be longer than 256 characters")
        licence = fields.text("license") or ""
        if "code" not in fields:
            raise InvalidArgument("code is required")
        code = await take_code(self._scope, self._packages, fields.inner("code"), FC_LIMITS.layer_zip_mb)
        if len(self.versions(name)) >= _VERSIONS_PER_LAYER:
            self._packages.discard(code)
            raise LimitExceeded(f"layer '{name}' has {_VERSIONS_PER_LAYER} versions already; delete some first")
        number = (self._numbers.get(self._number_key(name)) or {"last": 0})["last"] + 1
        arn = self._scope.arn(f"layers/{name}/versions/{number}")
        record = {
            "document": {
                "layerName": name,
                "version": number,
                "layerVersionArn": arn,
                "description": description,
                "license": licence,
                "compatibleRuntime": runtimes,
                "codeSize": code.size,
                "codeChecksum": code.checksum,
                "createTime": self._scope.now(),
            },
            "code": code.document(),
        }
        self._packages.hold([code], self._holder(name, number))
        self._numbers.put(self._number_key(name), {"last": number})
        self._layers.insert(name, {"acl": None, "public": False})
        self._versions.put(version_key(name, str(number)), record)
        return record

    def version(self, name: str, version: str) -> Document:
        """The record of a layer version; raises LayerNotFound, LayerVersionNotFound."""
        self.layer(name)
        record = self._versions.get(version_key(name, version)) if is_version(version) else None
        if record is None:
            raise LayerVersionNotFound(name, version)
        return record

    def layer(self, name: str) -> Document:
        """What is kept of a layer itself (acl, public); raises LayerNotFound."""
        layer = self._layers.get(name)
        if layer is None:
            raise LayerNotFound(name)
        return layer

    def versions(self, name: str) -> list[Document]:
        """The records of all versions of a layer, oldest first; none for an unknown layer."""
        return [record for _, record in self._scope.state.of_function(self._versions, name)]

    def delete_version(self, name: str, version: str) -> None:
        """Remove a layer version, and the layer with its last one; the number is not given again.

        Raises LayerNotFound, LayerVersionNotFound.
        """
        record = self.version(name, version)
        self._versions.delete(version_key(name, version))
        if not self.versions(name):
            self._layers.delete(name)
        self._packages.release([Package(**record["code"])], self._holder(name, int(version)))

    def share(self, name: str, acl: str | None, public: str | None) -> None:
        """Let other accounts use a layer, or no more (``acl`` "1" or "0"; ``public`` "true" or "false").

        Raises LayerNotFound, InvalidArgument.
        """
        layer = self.layer(name)
        if acl not in (None, "", "0", "1"):
            raise InvalidArgument(f"acl must be 0 or 1, got '{acl}'")
        if public not in (None, "", "true", "false"):
            raise InvalidArgument(f"public must be true or false, got '{public}'")
        if acl:
            layer |= {"acl": acl, "public": acl == "1"}
        elif public:
            layer["public"] = public == "true"
        self._layers.put(name, layer)

    def _number_key(self, name: str) -> str:
        return f"fc/layer/{name}"

    def _holder(self, name: str, version: int) -> Holder:
        return Holder(self._scope.account, self._scope.region, "layer", f"{name}/{version}")
