"""A function's code: what goes into the package, what runs it, and where a call enters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi

from yunfn import packaging
from yunfn.exceptions import ValidationError
from yunfn.packaging.manifest import Mode
from yunfn.program.code import check_container, checked_handler, packed_code
from yunfn.program.environment import WSGI_FILE, wsgi_source
from yunfn.program.secrets import SECRETS_FILE, secrets_source
from yunfn.runtimes import SCF_LIMITS, Runtime
from yunfn.tencent import rules
from yunfn.tencent.instance import BOOTSTRAP, Container, CustomRuntime, bootstrap


def check_program(
    name: str, kind: Runtime | None, web: bool, wsgi: bool, program: CustomRuntime | None, container: Container | None
) -> None:
    """Check that what runs the function is said once, and fits its runtime.

    Raises:
        ValidationError: two of them, or none where one is needed.
    """
    if program is not None and (kind is None or not web):
        raise ValidationError(name, "custom_runtime", program.command, "is for web functions: give web=True")
    if program is not None and wsgi:
        raise ValidationError(name, "wsgi", wsgi, "custom_runtime serves requests by a program of its own")
    check_container(name, kind, container.image if container else None, rules.CONTAINER)
    if wsgi and kind is None:
        raise ValidationError(name, "wsgi", wsgi, "a container serves HTTP by its own program")


def code_package(
    name: str,
    kind: Runtime | None,
    code: str | Path | None,
    wsgi: bool,
    web: bool,
    secrets: bool,
    program: CustomRuntime | None,
    include: Sequence[str | packaging.Include | Mapping[str, str]],
    exclude: Sequence[str],
) -> packaging.Package | None:
    """Pack the code with what yunfn adds to it; None for a container image.

    Raises:
        ValidationError: the code is missing or too big, or a web function has nothing that starts it.
        PackagingError: the code cannot be packed.
    """
    generated = {WSGI_FILE: wsgi_source()} if wsgi else {}
    if secrets:
        generated[SECRETS_FILE] = secrets_source()
    start = bootstrap(name, kind, wsgi, program) if web and kind is not None else None
    if start is not None:
        generated[BOOTSTRAP] = start
    package = packed_code(name, kind, code, SCF_LIMITS.code_mb, generated, include, exclude)
    if web and start is None and package is not None:
        _check_bootstrap(name, package)
    return package


def entry_point(
    name: str,
    kind: Runtime | None,
    served: bool,
    handler: pulumi.Input[str] | None,
    package: packaging.Package | None,
) -> pulumi.Input[str]:
    """Check the handler; containers, and functions whose program serves requests (``served``), take none.

    Raises:
        ValidationError: it is missing, or its file is not in the code.
    """
    if kind is None or served:
        if handler is not None:
            rule = "a container or a web function has none: its program serves requests"
            raise ValidationError(name, "handler", handler, rule)
        # The API wants one all the same, and never looks at it.
        return "index.handler"
    return checked_handler(name, "handler", kind, handler, package)


def _check_bootstrap(name: str, package: packaging.Package) -> None:
    entry = next((each for each in package.manifest.entries if each.path == BOOTSTRAP), None)
    if entry is None:
        rule = f"a web function needs wsgi=True, custom_runtime=, or a file {BOOTSTRAP} at the root of its code"
        raise ValidationError(name, "web", True, rule)
    if entry.mode is not Mode.EXECUTABLE:
        # SCF would say so at the first call only.
        raise ValidationError(name, "code", BOOTSTRAP, f"SCF cannot run it: chmod 755 {BOOTSTRAP}")
