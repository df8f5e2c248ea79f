"""Sorting out what destroyed stacks leave: pure, over lists of objects, layer versions and functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

# Where packages of layers lie in the bucket (yunfn.storage.names).
LAYER_FOLDER = "layers/"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object: key, size in bytes, CRC-64 (ECMA-182, as OSS and FC report it), time of the last change."""

    key: str
    size: int
    crc64: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class LayerVersion:
    """A published layer version: ARN, name, number, CRC-64 of its zip and size in bytes."""

    arn: str
    name: str
    version: int
    crc64: int
    size: int


@dataclass(frozen=True, slots=True)
class FunctionUse:
    """What one function, as LATEST or as a version, holds: the CRC-64 of its code and the ARNs of its layers."""

    function: str
    version: str
    crc64: int
    layers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retained:
    """One thing that outlived the stack that made it.

    ``kind`` is ``package`` (an object in the artifact bucket) or ``layer version``; ``size`` in bytes;
    ``used_by`` names the functions that still hold it, and is empty for what may go.
    """

    kind: str
    name: str
    size: int
    used_by: tuple[str, ...]
    subject: StoredObject | LayerVersion


def sort_out(
    objects: Iterable[StoredObject], layers: Iterable[LayerVersion], functions: Iterable[FunctionUse]
) -> list[Retained]:
    """Every artifact with its users: layer versions by ARN, packages by the checksum that FC reports too.

    A package is used while a function version holds its bytes, or a layer version in use does. A layer version
    is yunfn's if its bytes are those of a package in the bucket; anybody else's is left out.
    """
    stored = list(objects)
    packed = {each.crc64 for each in stored if each.key.startswith(LAYER_FOLDER)}
    by_layer: dict[str, list[str]] = {}
    by_checksum: dict[int, list[str]] = {}
    for use in functions:
        holder = use.function if use.version == "LATEST" else f"{use.function}:{use.version}"
        by_checksum.setdefault(use.crc64, []).append(holder)
        for arn in use.layers:
            by_layer.setdefault(arn, []).append(holder)
    result: list[Retained] = []
    for layer in layers:
        if layer.crc64 not in packed:
            continue
        users = by_layer.get(layer.arn, [])
        result.append(Retained("layer version", f"{layer.name}:{layer.version}", layer.size, tuple(users), layer))
        by_checksum.setdefault(layer.crc64, []).extend(users)
    for each in stored:
        users = by_checksum.get(each.crc64, [])
        result.append(Retained("package", each.key, each.size, tuple(dict.fromkeys(users)), each))
    return result
