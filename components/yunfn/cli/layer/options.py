"""What the commands of ``yunfn layer`` share: their arguments, progress, and how they find definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from yunfn.exceptions import PackagingError

# Reading ELF files, locks and indexes takes imports that --help need not wait for.
if TYPE_CHECKING:
    from yunfn.packaging.definition import LayerDefinition
    from yunfn.packaging.layer import BuildOptions
    from yunfn.packaging.proof import SystemNeeds
    from yunfn.packaging.target import Target

PathArgument = Annotated[
    Path,
    typer.Argument(
        help="A layer's folder or layer.yaml, a Funfile, requirements file, uv.lock or poetry.lock.",
        show_default="this folder",
    ),
]
TargetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--target", "-t", help="Such as alibaba:python3.10 or tencent:Python3.6; repeat for several.",
        show_default="those of the definition",
    ),
]  # fmt: skip
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Ask no package index: caches only.")]
UnsandboxedOption = Annotated[
    bool,
    typer.Option(
        "--allow-unsandboxed", help="Where this machine cannot isolate them, run build scripts and hooks all the same."
    ),
]


def definition_at(path: Path, targets: Sequence[str] | None) -> LayerDefinition:
    """Read the definition at ``path``; ``targets`` take the place of its own."""
    from yunfn.packaging.definition import read_definition

    return read_definition(path, targets or ())


def looking_options(
    definition: LayerDefinition, offline: bool, allow_unsandboxed: bool, progress: Callable[[str], None]
) -> BuildOptions:
    """How a command builds that only looks at a layer: it writes nothing beside the definition, no lock either."""
    from yunfn.packaging.layer import BuildOptions, lock_file

    return BuildOptions(
        frozen=lock_file(definition) == definition.lock,
        offline=offline,
        allow_unsandboxed=allow_unsandboxed,
        progress=progress,
    )


def single_target(texts: Sequence[str] | None, what: str) -> Target:
    """The one target that a zip is checked for."""
    from yunfn.packaging.target import Target

    if not texts or len(texts) > 1:
        raise PackagingError(f"{what}: a zip is checked for one target: --target alibaba:python3.10")
    return Target.parse(texts[0])


@contextmanager
def progress_shown() -> Iterator[Callable[[str], None]]:
    """What to tell progress to: a moving line on a terminal, plain lines on standard error elsewhere."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda line: typer.echo(line, err=True)
        return
    with console.status("…") as status:
        yield lambda line: status.update(line.replace("[", r"\["))


def megabytes(size: int) -> str:
    """Bytes as MB (2**20), with one digit."""
    return f"{size / 2**20:,.1f} MB"


def needs_shown(needs: SystemNeeds, target: Target) -> str:
    """What a package's ELF files need of the target's C library, beside what that has."""
    runtime = target.runtime
    has = f"{runtime.system} has GLIBC_{'.'.join(map(str, runtime.glibc))}"
    files = "1 ELF file that needs" if needs.files == 1 else f"{needs.files:,} ELF files that need"
    if not needs.glibc:
        return f"{files} no version of GLIBC; {has}" if needs.files else f"no ELF files; {has}"
    return f"{files} GLIBC_{needs.glibc} at most ({needs.path}); {has}"
