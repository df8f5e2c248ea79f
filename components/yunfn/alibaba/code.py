"""A function's code: what goes into the package, what runs it, and where a call enters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi

from yunfn import packaging
from yunfn.alibaba import rules
from yunfn.alibaba.instance import Container, CustomRuntime
from yunfn.exceptions import ValidationError
from yunfn.program.code import check_container, checked_handler, packed_code
from yunfn.program.environment import WSGI_FILE, wsgi_source
from yunfn.program.secrets import SECRETS_FILE, secrets_source
from yunfn.runtimes import FC_LIMITS, Runtime


def check_program(name: str, kind: Runtime | None, program: CustomRuntime | None, container: Container | None) -> None:
    """Check that what runs the function fits its runtime.

    Raises:
        ValidationError: it does not, or is missing.
    """
    if program is not None and (kind is None or not kind.custom):
        called = kind.name if kind is not None else rules.CONTAINER
        raise ValidationError(name, "custom_runtime", program.command, f"runtime {called} takes none")
    check_container(name, kind, container.image if container else None, rules.CONTAINER)


def code_package(
    name: str,
    kind: Runtime | None,
    code: str | Path | None,
    wsgi: bool,
    secrets: bool,
    include: Sequence[str | packaging.Include | Mapping[str, str]],
    exclude: Sequence[str],
) -> packaging.Package | None:
    """Pack the code with what yunfn adds to it; None for a container image.

    Raises:
        ValidationError: the code is missing or too big, or its own program serves HTTP already.
        PackagingError: the code cannot be packed.
    """
    if wsgi and kind is not None and kind.custom:
        raise ValidationError(name, "wsgi", wsgi, f"runtime {kind.name} serves HTTP by its own program")
    generated = {WSGI_FILE: wsgi_source()} if wsgi else {}
    if secrets:
        generated[SECRETS_FILE] = secrets_source()
    return packed_code(name, kind, code, FC_LIMITS.oss_code_mb, generated, include, exclude)


def entry_point(
    name: str,
    kind: Runtime | None,
    handler: pulumi.Input[str] | None,
    package: packaging.Package | None,
    property: str = "handler",
) -> pulumi.Input[str]:
    """Check the handler that ``property`` names; custom runtimes and containers need none.

    Raises:
        ValidationError: it is missing, or its file is not in the code.
    """
    if kind is None or kind.custom:
        # The API wants one all the same; custom runtimes never look at it (FCD "custom runtimes").
        return handler if handler is not None else "index.handler"
    return checked_handler(name, property, kind, handler, package)
