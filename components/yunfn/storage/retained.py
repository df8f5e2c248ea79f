"""Sorting out what destroyed stacks leave: pure, over lists of objects, layer versions and functions of any cloud.

A content is known by a checksum that the cloud tells of the functions and layers that were made of it: on Alibaba Cloud
CRC-64, on Tencent Cloud SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

# Where packages of layers, and all packages, lie in the bucket (yunfn.storage.names).
LAYER_FOLDER = "layers/"
FOLDERS = ("code/", LAYER_FOLDER)
#: Where the records of rollouts lie (yunfn.rollout.event.AliasPlace).
RECORDS = "rollouts/"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object: key, size in bytes, content."""

    key: str
    size: int
    content: str


@dataclass(frozen=True, slots=True)
class LayerVersion:
    """A published layer version: what functions name it by, name, number, content of its zip ("" if there is none)."""

    id: str
    name: str
    version: int
    content: str


@dataclass(frozen=True, slots=True)
class FunctionUse:
    """What one function, as the latest or as a version, holds: the content of its code and the ids of its layers.

    ``user`` is how the function is told: ``shop``, its version ``shop:3``; ``content`` "" where it has no package.
    """

    user: str
    content: str
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


class ArtifactBucket(Protocol):
    """The artifact bucket of one account and region. Every method raises CloudAnswerError."""

    name: str

    def exists(self) -> bool:
        """Whether the bucket is there."""

    def objects(self) -> Iterator[StoredObject]:
        """Every package in the bucket, by key."""

    def records(self) -> Iterator[str]:
        """The keys of all records of rollouts."""

    def delete(self, keys: Iterable[str]) -> None:
        """Remove these objects."""

    def delete_bucket(self) -> None:
        """Remove the bucket, which must be empty."""


class FunctionService(Protocol):
    """The functions and layers of one account and region. Every method raises CloudAnswerError."""

    def functions(self) -> Iterator[FunctionUse]:
        """Every function and every version of it."""

    def layer_versions(self) -> Iterator[LayerVersion]:
        """Every layer version of the account."""

    def delete_layer_version(self, layer: LayerVersion) -> None:
        """Remove a layer version."""


def sort_out(
    objects: Iterable[StoredObject], layers: Iterable[LayerVersion], functions: Iterable[FunctionUse]
) -> list[Retained]:
    """Every artifact with its users: layer versions by id, packages by content.

    A package is used while a function version holds its content, or a layer version in use does. A layer version
    is yunfn's if its content is that of a package in the bucket; anybody else's is left out.
    """
    stored = list(objects)
    packed = {each.content: each.size for each in stored if each.key.startswith(LAYER_FOLDER)}
    by_layer: dict[str, list[str]] = {}
    by_content: dict[str, list[str]] = {}
    for use in functions:
        by_content.setdefault(use.content, []).append(use.user)
        for layer_id in use.layers:
            by_layer.setdefault(layer_id, []).append(use.user)
    result: list[Retained] = []
    for layer in layers:
        size = packed.get(layer.content)
        if size is None:
            continue
        users = by_layer.get(layer.id, [])
        result.append(Retained("layer version", f"{layer.name}:{layer.version}", size, tuple(users), layer))
        by_content.setdefault(layer.content, []).extend(users)
    for each in stored:
        users = by_content.get(each.content, [])
        result.append(Retained("package", each.key, each.size, tuple(dict.fromkeys(users)), each))
    return result
