"""A function's environment, and what yunfn itself adds to it and to the package."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pulumi

from yunfn.alibaba import rules
from yunfn.alibaba.checking import later
from yunfn.runtimes import Runtime

#: The WSGI adapter as it stands in the package, the handler in it, and the key that names the application.
WSGI_FILE = "yunfn_wsgi.py"
WSGI_HANDLER = "yunfn_wsgi.handler"
WSGI_KEY = "YUNFN_WSGI"


def wsgi_source() -> bytes:
    """Read the WSGI adapter that is shipped into packages: ``yunfn/wsgi.py`` itself."""
    return files("yunfn").joinpath("wsgi.py").read_bytes()


def checked_environment(
    resource: str,
    environment: Mapping[str, pulumi.Input[str]] | pulumi.Output[Mapping[str, str]] | None,
    kind: Runtime | None,
) -> pulumi.Output[Mapping[str, str]] | dict[str, str] | None:
    """Check keys, reserved names and total size; a secret value makes the whole environment secret.

    Raises:
        ValidationError: at once for keys that are known, else when the values come.
    """
    if environment is None:
        return None

    def check(values: Mapping[str, str]) -> Mapping[str, str]:
        for key in values:
            rules.environment_key(resource, key, kind)
        rules.environment_size(resource, values)
        return values

    if not later(environment):
        known: Mapping[str, Any] = environment  # type: ignore[assignment]
        for key in known:
            rules.environment_key(resource, key, kind)
        if not any(later(value) for value in known.values()):
            return dict(check(known)) or None
    resolved: pulumi.Output[Mapping[str, str]] = pulumi.Output.from_input(environment)  # type: ignore[arg-type]
    return resolved.apply(check)
