"""Runs a layer's hooks: a shell line each, isolated, with a compiler for the target at hand."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from yunfn.exceptions import BuildError
from yunfn.isolation import isolation, run_isolated
from yunfn.packaging.building.build_environment import make_environment
from yunfn.packaging.building.build_failure import failure
from yunfn.packaging.building.compiler import Compiler, prepare_compiler
from yunfn.packaging.building.go import ADVICE, calls_go, go_root
from yunfn.packaging.definition.model import Hook
from yunfn.packaging.target import Target
from yunfn.packaging.user_cache import user_cache
from yunfn.pythons import installed_python

_TIMEOUT_S = 3600.0
_EPOCH = "315532800"
_GO_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
# The folders of PATH that are there inside too.
_SYSTEM = ("/usr/", "/bin/", "/sbin/", "/nix/")
_PATH = "/usr/local/bin:/usr/bin:/bin"
# How the network is reached, for hooks that may; with a password in it, it stays outside.
_NETWORK_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "goproxy", "gosumdb", "gonosumdb")
# Command lines that will compile, so that what takes long is done once and kept.
_COMPILING = re.compile(
    r"\$\{?(CC|CXX)\b|(?<![\w.-])(cc|gcc|clang|c\+\+|g\+\+|make|cmake|configure|meson|go)(?![\w.-])"
)
_CPLUSPLUS = re.compile(r"\$\{?CXX\b|(?<![\w.-])(c\+\+|g\+\+)(?![\w.-])")


def run_hook(
    hook: Hook,
    folder: Path,
    target: Target,
    *,
    cache: Path | None = None,
    allow_unsandboxed: bool = False,
    cancelled: threading.Event | None = None,
    progress: Callable[[str], None] = lambda line: None,
    output: Callable[[str], None] | None = None,
) -> None:
    """Copy the hook's files into ``folder`` and run its command there.

    It sees TARGET, PYTHON_VERSION, GLIBC, a C and C++ compiler for the target's C library in CC, CXX, AR and RANLIB,
    GOOS, GOARCH and CGO_ENABLED=1 for Go, Go's program where PATH has it, and the target's Python first on PATH where
    that is on this machine. It can write to ``folder`` only (and to its own home and /tmp, which are thrown away), and
    has no network unless ``hook.network``.

    Args:
        hook: The command, its files, and whether it may reach the network.
        folder: An existing folder; files in it that have other names elsewhere (in uv's cache) are copied first.
        target: What the layer is built for.
        cache: Folder that keeps the compiler's libraries, by default the user's cache folder for yunfn.
        allow_unsandboxed: Whether to run it where the machine cannot isolate it.
        cancelled: When set, the hook is killed, or the compiler that is prepared for it.
        progress: Told in a short line what is being done.
        output: Told each line that the hook prints, by default ``progress``; of a failed one the error has the last.

    Raises:
        BuildError: a file is not there, Go is not and the command calls it, the command failed or left a link that
            leads out of the folder, or ``cancelled`` was set.
        IsolationError: this machine cannot isolate it.
        MissingToolError: uv or ziglang is not installed.
    """
    _copy_files(hook, folder)
    shown = hook.command.strip().partition("\n")[0]
    go, path = go_root(), _system_path()
    if go is None and calls_go(hook.command) and shutil.which("go", path=path) is None:
        raise BuildError(f"the hook {shown!r} for {target.name} needs Go, which is not on PATH: {ADVICE}")
    progress(f"running the hook {shown!r} for {target.name}")
    with tempfile.TemporaryDirectory(prefix="yunfn-hook-") as name:
        work = Path(name)
        readable: list[Path] = []
        if go is not None and not f"{go}/".startswith(_SYSTEM):
            readable.append(go)
            path = f"{go / 'bin'}:{path}"
        python = installed_python(target.python)
        if python is not None:
            environment = make_environment(python, work / "environment")
            readable += environment.readable
            path = f"{environment.python.parent}:{path}"
        compiler = _compiler(hook, target, work, cache, progress, cancelled)
        outcome = run_isolated(
            _shell(hook.command),
            folder=folder,
            environment={**_variables(target), **compiler.environment, **_network(hook), "PATH": path},
            readable=[*readable, *compiler.readable],
            mounted=compiler.mounted,
            network=hook.network,
            timeout=_TIMEOUT_S,
            on_output=output or progress,
            allow_unsandboxed=allow_unsandboxed,
            cancelled=cancelled,
        )
    if outcome.code or outcome.cancelled:
        raise BuildError(failure(f"the hook {shown!r} for {target.name}", outcome, _TIMEOUT_S))
    _check_links(shown, folder)


def _copy_files(hook: Hook, folder: Path) -> None:
    for source in hook.files:
        place = folder / source.name
        try:
            if source.is_dir():
                shutil.copytree(source, place, symlinks=True, dirs_exist_ok=True)
            else:
                shutil.copy2(source, place)
        except (OSError, shutil.Error) as error:
            raise BuildError(f"the hook {hook.command!r}: its file {source} cannot be copied: {error}") from error


def _variables(target: Target) -> dict[str, str]:
    major, minor = target.runtime.glibc
    return {
        "TARGET": target.name,
        "PYTHON_VERSION": target.python,
        "GLIBC": f"{major}.{minor}",
        "GOOS": "linux",
        "GOARCH": _GO_ARCHITECTURES[target.runtime.architecture],
        "CGO_ENABLED": "1",
        "GOTOOLCHAIN": "local",
        # Paths of the build, and its time, stay out of what it makes.
        "GOFLAGS": "-trimpath -buildvcs=false",
        "SOURCE_DATE_EPOCH": _EPOCH,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _system_path() -> str:
    """The folders of the caller's PATH that an isolated process has too."""
    folders = [folder for folder in os.get_exec_path() if f"{folder}/".startswith(_SYSTEM)]
    return ":".join(dict.fromkeys([*folders, *_PATH.split(":")]))


def _network(hook: Hook) -> dict[str, str]:
    if not hook.network:
        return {}
    return {
        name: value for name, value in os.environ.items() if name.lower() in _NETWORK_VARIABLES and "@" not in value
    }


def _compiler(
    hook: Hook,
    target: Target,
    work: Path,
    cache: Path | None,
    progress: Callable[[str], None],
    cancelled: threading.Event | None,
) -> Compiler:
    inside = Path("/tmp") if isolation().mode == "namespaces" else work  # noqa: S108 - a private one
    return prepare_compiler(
        (cache or user_cache()) / "compilers",
        target,
        work / "compiler",
        inside / "zig",
        compiled=bool(_COMPILING.search(hook.command)),
        cplusplus=bool(_CPLUSPLUS.search(hook.command)),
        progress=progress,
        cancelled=cancelled,
    )


def _shell(command: str) -> list[str]:
    if os.name == "nt":
        return [os.environ.get("COMSPEC", "cmd.exe"), "/c", command]
    return ["/bin/sh", "-ec", command]


def _check_links(shown: str, folder: Path) -> None:
    """Refuse links that lead out of the folder: whoever packs it would follow them to the user's files."""
    root = folder.resolve()
    for place, folders, names in os.walk(folder):
        for path in (Path(place, name) for name in (*folders, *names)):
            # (realpath, as links in a circle make Path.resolve raise.)
            end = Path(os.path.realpath(path))
            if path.is_symlink() and (path.readlink().is_absolute() or not end.is_relative_to(root)):
                raise BuildError(
                    f"the hook {shown!r} left {path.relative_to(folder)}, a link to {path.readlink()} outside the layer"
                )
