"""What an instance of a function is: a program of one's own, or a container image."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program.environment import WSGI_FILE
from yunfn.runtimes import Runtime

#: What SCF starts a web function by (SCFD "web functions: bootstrap file"); it must be at the root, and executable.
BOOTSTRAP = "scf_bootstrap"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomRuntime:
    """The program of a web function: ``command`` with ``args``, listening on port 9000, which SCF fixes.

    Its folder is /var/user; the runtime's own Python is ``yunfn.runtimes.TENCENT[…].interpreter``. It goes into the
    package, so that it is no output.
    """

    command: Sequence[str]
    args: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container ``image`` of the Container Registry (TCR), ``<domain>/<namespace>/<name>:<tag>``.

    ``command`` and ``args`` as in its image unless given; ``port`` that a web function's program listens on; the
    ``registry_id`` of a registry of one's own (enterprise edition), without it the personal one; ``accelerated``
    whether the image is loaded piece by piece.
    """

    image: pulumi.Input[str]
    command: Sequence[pulumi.Input[str]] = ()
    args: Sequence[pulumi.Input[str]] = ()
    port: pulumi.Input[int] = 9000
    registry_id: pulumi.Input[str] | None = None
    accelerated: pulumi.Input[bool] = False

    def settings(self) -> dict[str, Any]:
        """Answer the image in the words of SCF."""
        found: dict[str, Any] = {
            "imageType": "personal" if self.registry_id is None else "enterprise",
            "imageUri": self.image,
            "registryId": self.registry_id,
            "command": _words(self.command),
            "args": _words(self.args),
            "containerImageAccelerate": self.accelerated,
            "imagePort": self.port,
        }
        return {name: value for name, value in found.items() if value is not None}


def bootstrap(resource: str, kind: Runtime, wsgi: bool, program: CustomRuntime | None) -> bytes | None:
    """Write the file that starts a web function, None where the code brings its own.

    Raises:
        ValidationError: the program is empty.
    """
    if wsgi:
        # -u: what is printed is in the log at once, not when a buffer is full.
        command = [kind.interpreter, "-u", "-m", WSGI_FILE.removesuffix(".py")]
    elif program is not None:
        command = [*program.command, *program.args]
    else:
        return None
    if not command:
        raise ValidationError(resource, "custom_runtime", command, "name the program to start")
    return f"#!/bin/bash\nexec {shlex.join(command)}\n".encode()


def _words(words: Sequence[pulumi.Input[str]]) -> pulumi.Input[str] | None:
    # SCF takes one text and parts it at spaces (SDK, ImageConfig).
    if not words:
        return None
    if all(isinstance(word, str) for word in words):
        return " ".join(str(word) for word in words)
    return pulumi.Output.all(*words).apply(" ".join)
