"""Installs locked requirements for a runtime into a folder, once, kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs

from yunfn.exceptions import MissingToolError, PackagingError
from yunfn.runtimes import Runtime

# Raised whenever the way of installing changes.
_FORMAT = b"yunfn-install-tree 1\n"


def install_tree(lock: Path, runtime: Runtime, *, offline: bool = False, cache: Path | None = None) -> Path:
    """Answer a folder with the requirements of ``lock`` installed for ``runtime``; built where it is missing.

    Wheels only, each checked against its hash in the lock; none of their code runs. The folder is known by the
    lock's content and the runtime, so the same lock is installed once.

    Args:
        lock: Requirements with versions and hashes (``uv pip compile --generate-hashes``).
        runtime: Whose Python, C library and architecture the wheels are for.
        offline: Whether only uv's own cache may be asked, and no package index.
        cache: Folder to keep trees in, by default ``trees`` in the user's cache folder for yunfn.

    Raises:
        MissingToolError: there is no uv.
        PackagingError: the lock cannot be read, or uv cannot install it; the text holds uv's own words.
    """
    if runtime.python is None:
        raise PackagingError(f"{lock}: runtime {runtime.name} has no Python of its own to install for")
    target = (cache or platformdirs.user_cache_path("yunfn") / "trees") / _key(lock, runtime)
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as part:
        tree = Path(part) / "tree"
        _install(lock, runtime, tree, offline)
        try:
            tree.rename(target)
        except OSError:
            # Somebody else built the same tree meanwhile.
            if not target.is_dir():
                raise
    return target


def _key(lock: Path, runtime: Runtime) -> str:
    try:
        content = lock.read_bytes()
    except OSError as error:
        raise PackagingError(f"{lock}: cannot be read: {error.strerror}") from error
    state = hashlib.sha256(_FORMAT)
    state.update(f"{runtime.python} {runtime.platform_tag}\n".encode())
    state.update(content)
    return state.hexdigest()


def _install(lock: Path, runtime: Runtime, tree: Path, offline: bool) -> None:
    tag, _, architecture = runtime.platform_tag.partition("_x86_64")[0], "", runtime.architecture
    command = [
        *_uv(), "pip", "install", "--quiet", "--no-progress", "--no-deps", "--require-hashes",
        "--only-binary", ":all:", "--python", sys.executable,
        "--python-version", str(runtime.python), "--python-platform", f"{architecture}-{tag}",
        "--target", str(tree), "-r", str(lock),
    ]  # fmt: skip
    if offline:
        command.append("--offline")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackagingError(
            f"{lock}: cannot be installed for {runtime.name}: {' '.join((done.stderr or done.stdout).split())}"
        )


def _uv() -> list[str]:
    beside = str(Path(sys.executable).parent)
    found = shutil.which("uv", path=os.pathsep.join([beside, os.environ.get("PATH", "")]))
    if found is None:
        raise MissingToolError("uv is not on PATH: install it (pip install uv), it installs a layer's packages")
    return [found]
