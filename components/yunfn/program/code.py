"""A function's code on any cloud: what is packed, whether an image brings it instead, and where a call enters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi

from yunfn import packaging
from yunfn.exceptions import ValidationError
from yunfn.program import rules
from yunfn.program.checking import checked
from yunfn.runtimes import Runtime


def check_container(name: str, kind: Runtime | None, image: pulumi.Input[str] | None, container: str) -> None:
    """Check that there is an ``image`` exactly with the runtime for images, which the cloud calls ``container``.

    Raises:
        ValidationError: there is one with another runtime (``kind``), or none where it is needed.
    """
    if image is not None and kind is not None:
        raise ValidationError(name, "container", image, f"only runtime {container} takes one")
    if image is None and kind is None:
        raise ValidationError(name, "container", None, f"runtime {container} needs one")


def packed_code(
    name: str,
    kind: Runtime | None,
    code: str | Path | None,
    limit_mb: int,
    generated: Mapping[str, bytes],
    include: Sequence[str | packaging.Include | Mapping[str, str]],
    exclude: Sequence[str],
) -> packaging.Package | None:
    """Pack the code with the files that yunfn adds, ``generated``; None for a container image.

    Raises:
        ValidationError: the code is missing, too much beside an image, or bigger than ``limit_mb`` MB.
        PackagingError: the code cannot be packed.
    """
    if kind is None:
        if code is not None:
            raise ValidationError(name, "code", str(code), "a container brings its own code in the image")
        return None
    if code is None:
        raise ValidationError(name, "code", code, f"runtime {kind.name} needs a folder or zip")
    package = packaging.pack(code, include=include, exclude=exclude, generated=generated or None)
    rules.package_size(name, "code", package.zip_size, limit_mb)
    return package


def checked_handler(
    name: str,
    property: str,
    kind: Runtime,
    handler: pulumi.Input[str] | None,
    package: packaging.Package | None,
) -> pulumi.Input[str]:
    """Check that a handler is there, and its file in the package.

    Raises:
        ValidationError: it is missing, or its file is not in the code.
    """
    if handler is None:
        raise ValidationError(name, property, handler, f"runtime {kind.name} needs a handler, file.function")
    paths = package.manifest.paths if package is not None else None
    return checked(handler, lambda value: rules.handler(name, property, value, paths))
