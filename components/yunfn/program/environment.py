"""A function's environment, and what yunfn itself adds to it and to the package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program.checking import later
from yunfn.program.component import told_when_known

#: The WSGI adapter as it stands in the package, the handler in it, and the key that names the application.
WSGI_FILE = "yunfn_wsgi.py"
WSGI_HANDLER = "yunfn_wsgi.handler"
WSGI_KEY = "YUNFN_WSGI"


def wsgi_source() -> bytes:
    """Read the WSGI adapter that is shipped into packages: ``yunfn/wsgi.py`` itself."""
    return files("yunfn").joinpath("wsgi.py").read_bytes()


def with_wsgi(resource: str, environment: Any, handler: pulumi.Input[str]) -> Any:
    """Answer the environment with the key that names the WSGI application. Raises ValidationError if it is taken."""
    if later(environment):
        return pulumi.Output.all(environment, handler).apply(lambda both: {**both[0], WSGI_KEY: both[1]})
    if WSGI_KEY in (environment or {}):
        raise ValidationError(resource, "environment", WSGI_KEY, "the key is used by yunfn for wsgi=True")
    return {**(environment or {}), WSGI_KEY: handler}


def checked_environment(
    environment: Mapping[str, pulumi.Input[str]] | pulumi.Output[Mapping[str, str]] | None,
    check_key: Callable[[str], None],
    check_size: Callable[[Mapping[str, str]], None],
) -> pulumi.Output[Mapping[str, str]] | dict[str, str] | None:
    """Check each key and the whole by the cloud's rules; a secret value makes the whole environment secret.

    Raises:
        ValidationError: at once for keys that are known, else when the values come.
    """
    if environment is None:
        return None

    @told_when_known
    def check(values: Mapping[str, str]) -> Mapping[str, str]:
        for key in values:
            check_key(key)
        check_size(values)
        return values

    if not later(environment):
        known: Mapping[str, Any] = environment  # type: ignore[assignment]
        for key in known:
            check_key(key)
        if not any(later(value) for value in known.values()):
            return dict(check(known)) or None
    resolved: pulumi.Output[Mapping[str, str]] = pulumi.Output.from_input(environment)  # type: ignore[arg-type]
    return resolved.apply(check)
