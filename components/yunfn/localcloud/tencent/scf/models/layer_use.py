"""Layers as functions use them: names resolved to stored packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yunfn.localcloud.tencent.api import Parameters
from yunfn.localcloud.tencent.scf.exceptions import InvalidValue, LayerNotFound, LayerVersionNotFound, LimitExceeded
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.state import Package, layer_key
from yunfn.localcloud.tencent.scf.transitions import ACTIVE, Transition
from yunfn.runtimes import SCF_LIMITS

_NONE = {"LayerName": "", "LayerVersion": 0}


@dataclass(frozen=True, slots=True)
class UsedLayers:
    """A function's layers in order: their names and versions as LayerVersionSimple, and their packages."""

    names: list[dict[str, Any]]
    packages: list[Package]


def resolve_layers(scope: ScfScope, runtime: str, names: list[dict[str, Any]]) -> UsedLayers:
    """The packages of layers in the order given.

    Raises ResourceNotFound.Layer, ResourceNotFound.LayerVersion, LimitExceeded.Layers, InvalidParameterValue.Layers.
    """
    if len(names) > SCF_LIMITS.layers_per_function:
        raise LimitExceeded("Layers", f"{len(names)} are more than {SCF_LIMITS.layers_per_function} of one function")
    if len({each["LayerName"] for each in names}) < len(names):
        raise InvalidValue("Layers", "has the same layer twice")
    packages = []
    for each in names:
        name, version = each["LayerName"], each["LayerVersion"]
        record = scope.state.layer_versions.get(layer_key(name, version))
        if record is None:
            if next(scope.state.layer_versions.scan(prefix=f"{name}/", limit=1), None) is None:
                raise LayerNotFound(name)
            raise LayerVersionNotFound(name, version)
        if (status := Transition.of(record).status) != ACTIVE:
            raise InvalidValue("Layers", f"{name}:{version} is {status}")
        if runtime not in record["document"]["CompatibleRuntimes"]:
            raise InvalidValue("Layers", f"{name}:{version} does not go with {runtime}")
        packages.append(Package(**record["code"]))
    return UsedLayers(names, packages)


def sent_layers(parameters: Parameters) -> list[dict[str, Any]] | None:
    """The layers a request asks for, [] for none any more, or None where it leaves them as they are."""
    sent = [
        {"LayerName": each.text("LayerName"), "LayerVersion": each.integer("LayerVersion")}
        for each in parameters.inners("Layers")
    ]
    if not sent:
        return None
    return [] if sent == [_NONE] else sent


def check_unzipped(code: Package | None, layers: UsedLayers) -> None:
    """Raise InvalidParameterValue.Code where code and layers take more than 500 MB unzipped (SCFD "limits")."""
    total = sum(package.unzipped for package in [*([code] if code else []), *layers.packages])
    if total > SCF_LIMITS.code_mb << 20:
        raise InvalidValue("Code", f"and its layers take {total} bytes unzipped, more than {SCF_LIMITS.code_mb} MB")
