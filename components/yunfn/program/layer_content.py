"""What is in a layer on any cloud: a folder or zip as it is, or the packages that its definition names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yunfn import packaging
from yunfn.exceptions import ValidationError
from yunfn.program.built_layer import built_packages
from yunfn.program.rules import package_size


@dataclass(frozen=True, slots=True)
class LayerContent:
    """The packages of a layer (several where a definition is split), and the runtimes they are for.

    ``stored_as`` is the name under which they go into the artifact bucket.
    """

    stored_as: str
    runtimes: tuple[str, ...]
    packages: tuple[packaging.Package, ...]


def layer_content(
    cloud: str,
    name: str,
    definition: str | Path | None,
    content: str | Path | None,
    runtimes: Sequence[str],
    prefix: str,
    include: Sequence[str | packaging.Include | Mapping[str, str]],
    exclude: Sequence[str],
    limit_mb: int,
) -> LayerContent:
    """Build the ``definition`` for ``cloud``, or pack the ``content``; each package may have ``limit_mb`` MB.

    Raises:
        ValidationError: both or neither are given, an argument is for the other one, or a package is too big.
        PackagingError: the content cannot be packed, or the definition cannot be built.
    """
    if (definition is None) == (content is None):
        rule = "a layer is made from a definition or from content: give one of them"
        raise ValidationError(name, "content", None if content is None else str(content), rule)
    if definition is not None:
        for argument, value in (("prefix", prefix), ("include", include), ("exclude", exclude)):
            if value:
                raise ValidationError(name, argument, value, "is for content; the definition says it itself")
        # Under the definition's name, where builds that share a bucket look for it.
        built = built_packages(cloud, name, Path(definition), runtimes)
        found = LayerContent(built.name, built.runtimes, built.packages)
    else:
        if not runtimes:
            raise ValidationError(name, "compatible_runtimes", [], "name at least one runtime")
        assert content is not None
        package = packaging.pack(content, prefix=prefix, include=include, exclude=exclude)
        found = LayerContent(name, tuple(runtimes), (package,))
    for each in found.packages:
        package_size(name, "content", each.zip_size, limit_mb)
    return found
