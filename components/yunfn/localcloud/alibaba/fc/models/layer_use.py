"""Layers as functions use them: names resolved to stored packages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument, LayerVersionNotFound
from yunfn.localcloud.alibaba.fc.scope import FcScope
from yunfn.localcloud.alibaba.fc.state import FcState, Package, version_key
from yunfn.localcloud.store import Document
from yunfn.runtimes import FC_LIMITS

_ARN = re.compile(
    r"acs:fc:(?P<region>[a-z0-9-]+):(?P<account>[A-Za-z0-9]+):layers/(?P<layer>[^/]+)/versions/(?P<version>\d+)"
)


def find_layer_version(scope: FcScope, arn: str) -> Document:
    """The record of a layer version by its full name, own or another account's public one.

    Raises InvalidArgument for a name that is none or of another region, LayerVersionNotFound.
    """
    match = _ARN.fullmatch(arn)
    if match is None:
        raise InvalidArgument(
            f"layer '{arn}' is invalid: acs:fc:<region>:<account id>:layers/<name>/versions/<version> is wanted"
        )
    if match["region"] != scope.region:
        raise InvalidArgument(f"layer '{arn}' is not in region {scope.region}")
    state = FcState(scope.cloud.store, match["account"], scope.region)
    record = state.layer_versions.get(version_key(match["layer"], match["version"]))
    layer = state.layers.get(match["layer"])
    if record is None or layer is None or (match["account"] != scope.account and not layer["public"]):
        raise LayerVersionNotFound(match["layer"], match["version"])
    return record


def resolve_layers(scope: FcScope, runtime: str, arns: Sequence[str]) -> list[Package]:
    """The packages of a function's layers, in the order given (FCD "layers": five, 2 GB, the runtime among theirs).

    Raises InvalidArgument, LayerVersionNotFound.
    """
    if len(arns) > FC_LIMITS.layers_per_function:
        raise InvalidArgument(f"a function takes at most {FC_LIMITS.layers_per_function} layers, got {len(arns)}")
    if len(set(arns)) != len(arns):
        raise InvalidArgument("the same layer is listed twice")
    packages = []
    for arn in arns:
        record = find_layer_version(scope, arn)
        if runtime not in record["document"]["compatibleRuntime"]:
            raise InvalidArgument(f"runtime: {runtime} is not supported by layer {arn}")
        packages.append(replace(Package(**record["code"]), arn=arn))
    total = sum(package.size for package in packages)
    if total > FC_LIMITS.layers_total_mb << 20:
        raise InvalidArgument(f"layers take {total} bytes, more than the {FC_LIMITS.layers_total_mb << 20} allowed")
    return packages
