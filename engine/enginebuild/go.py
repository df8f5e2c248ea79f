"""Runs Go: finds it, checks that it is new enough, builds a package, and stops it together with all it started."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from enginebuild.errors import BuildFailedError, GoMissingError
from enginebuild.products import ENGINE_FOLDER, OLDEST_PULUMI, PLUGINS, Product, required_go
from enginebuild.versions import dotted, version_numbers

_LAST_LINES = 25
_STOP_SECONDS = 5
_PACKAGE_LINE = re.compile(r"^[\w.~-]+(?:/[\w.~-]+)*$")


def go_environment() -> dict[str, str]:
    """The user's environment (GOPROXY, GOFLAGS and so on as they are), set to build for this machine and without C."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"GOOS", "GOARCH"}}
    return {**inherited, "CGO_ENABLED": "0"}


def require_go(products: Sequence[Product]) -> None:
    """Raise GoMissingError unless Go is here and new enough to build the products.

    An older Go that may fetch newer ones (GOTOOLCHAIN is not ``local``) is asked to, and counts if it could.
    """
    needed = max(required_go(product.folder) for product in products)
    if shutil.which("go") is None:
        raise GoMissingError(_two_ways_out("there is no Go on this machine", needed, products))
    # Outside of any module Go answers for itself; inside of one it answers for the toolchain that it switched to.
    own = _go_version({"GOTOOLCHAIN": "local"}, Path("/"))
    if own is not None and own >= needed:
        return
    newest = max(products, key=lambda product: required_go(product.folder))
    if own is not None and own >= (1, 21, 0):
        fetched = _go_version({}, ENGINE_FOLDER / newest.folder)
        if fetched is not None and fetched >= needed:
            return
    seen = f"Go {'.'.join(map(str, own))}" if own else "a Go that does not tell its version"
    raise GoMissingError(_two_ways_out(f"this machine has {seen}, which is too old", needed, products))


def build_package(product: Product, output: Path, scratch: Path, detail: Callable[[str], None]) -> None:
    """Build the product's executable to ``output``. BuildFailedError with Go's last lines if that fails.

    Go's temporary files go to ``scratch``, unless the user's GOTMPDIR names another place: killed, it would leave them.
    """
    run_go(
        [
            "build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", product.linker_flags,
            "-o", str(output), product.package,
        ],
        ENGINE_FOLDER / product.folder,
        detail,
        {"GOTMPDIR": os.environ.get("GOTMPDIR", str(scratch))},
    )  # fmt: skip


def module_folder(folder: str, module: str, detail: Callable[[str], None]) -> Path:
    """Where Go keeps the sources of a module that engine/<folder>/go.mod names; fetches them if they are not there."""
    directory = ENGINE_FOLDER / folder
    run_go(["mod", "download", module], directory, detail)
    lines = run_go(["list", "-m", "-f", "{{.Dir}}", module], directory, detail)
    return Path(lines[-1].strip())


def run_go(
    arguments: Sequence[str],
    directory: Path,
    detail: Callable[[str], None],
    settings: Mapping[str, str] | None = None,
) -> list[str]:
    """Run Go to its end and give its last lines of output; ``detail`` is told what it is at.

    Go runs in a process group of its own. Whatever ends the wait (Ctrl-C, a signal), the whole group is stopped.
    """
    process = subprocess.Popen(
        ["go", *arguments],
        cwd=directory,
        env={**go_environment(), **(settings or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    lines: deque[str] = deque(maxlen=_LAST_LINES)
    downloaded = compiled = 0
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("go: downloading"):
                downloaded += 1
            elif arguments[0] == "build" and _PACKAGE_LINE.match(line.strip()):
                compiled += 1
            else:
                lines.append(line.rstrip())
                continue
            detail(f"{downloaded} modules fetched, {compiled} packages compiled")
        code = process.wait()
    except BaseException:
        _stop_group(process)
        raise
    finally:
        if process.stdout is not None:
            process.stdout.close()
    if code != 0:
        shown = "\n".join(f"  {line}" for line in lines) or "  (no output)"
        raise BuildFailedError(f"`go {' '.join(arguments)}` in {directory} ended with {code}:\n{shown}")
    return list(lines)


def _stop_group(process: subprocess.Popen[str]) -> None:
    """Interrupt Go, so that it removes its temporary files, and then kill what is left of its group."""
    try:
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=_STOP_SECONDS)
    finally:  # a second Ctrl-C comes here at once
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _go_version(settings: Mapping[str, str], directory: Path) -> tuple[int, int, int] | None:
    try:
        answer = subprocess.run(
            ["go", "version"],
            cwd=directory,
            env={**go_environment(), **settings},
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return version_numbers(answer.stdout) if answer.returncode == 0 else None


def _two_ways_out(problem: str, needed: tuple[int, ...], products: Sequence[Product]) -> str:
    names = [product.name for product in products]
    installs = []
    if "pulumi" in names:
        installs.append(f"pulumi >= {dotted(OLDEST_PULUMI)} (`curl -fsSL https://get.pulumi.com | sh`)")
    for plugin in PLUGINS:
        if plugin.executable in names:
            installs.append(f"the {plugin.name} plugin (`{plugin.install_command}`)")
    wanted = _listed([product.title for product in products])
    return (
        f"{problem}, and {wanted} must be built: either install Go >= {dotted(needed)} (https://go.dev/dl/), "
        f"or install {_listed(installs)}, and run this again"
    )


def _listed(parts: Sequence[str]) -> str:
    """One, two and three: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
