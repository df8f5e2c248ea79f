"""Sorting out what destroyed stacks leave: pure, over lists of objects, layer versions and functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yunfn.storage.function_compute import FunctionUse, LayerVersion
from yunfn.storage.oss import StoredObject


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

    A package is used while a function version holds its bytes, or a layer version in use does.
    """
    by_layer: dict[str, list[str]] = {}
    by_checksum: dict[int, list[str]] = {}
    for use in functions:
        holder = use.function if use.version == "LATEST" else f"{use.function}:{use.version}"
        by_checksum.setdefault(use.crc64, []).append(holder)
        for arn in use.layers:
            by_layer.setdefault(arn, []).append(holder)
    result: list[Retained] = []
    for layer in layers:
        users = by_layer.get(layer.arn, [])
        result.append(Retained("layer version", f"{layer.name}:{layer.version}", layer.size, tuple(users), layer))
        by_checksum.setdefault(layer.crc64, []).extend(users)
    for stored in objects:
        users = by_checksum.get(stored.crc64, [])
        result.append(Retained("package", stored.key, stored.size, tuple(dict.fromkeys(users)), stored))
    return result
