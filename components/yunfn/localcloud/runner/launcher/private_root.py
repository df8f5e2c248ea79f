"""The file system a function sees: a fresh tmpfs with read-only bind mounts, made root by pivot_root.

Only what the plan names is there: the host's /usr and friends, the interpreter, /code, /opt, a private /tmp. The
host's own tree is never written: the mount points live on the tmpfs, inside a private mount namespace.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from . import syscalls as sc

# What statvfs reports and what mount(2) wants differ in one bit only (relatime).
_KEPT_FLAGS = {
    2: sc.MS_NOSUID,
    4: sc.MS_NODEV,
    8: sc.MS_NOEXEC,
    1024: sc.MS_NOATIME,
    2048: sc.MS_NODIRATIME,
    4096: sc.MS_RELATIME,
}
_DEVICES = ("null", "zero", "full", "random", "urandom")
_DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}
# The loader's cache, the targets of Debian's alternatives, and public certificates; nothing that names the host.
_ETC = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "ssl/certs",
    "ssl/openssl.cnf",
    "mime.types",
    "ca-certificates.conf",
    "services",
    "protocols",
)
_SYSTEM = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32")


def _kept(path: str) -> int:
    """The mount flags of the file system at ``path`` that a remount in a user namespace may not drop."""
    present = os.statvfs(path).f_flag
    return sum(flag for bit, flag in _KEPT_FLAGS.items() if present & bit)


def bind(source: str, target: str, extra: int = sc.MS_NOSUID | sc.MS_NODEV) -> None:
    """Bind ``source`` (folder or file) read-only on ``target``, made here if it is missing."""
    place = Path(target)
    if Path(source).is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    sc.mount(source, target, "", sc.MS_BIND | sc.MS_REC)
    sc.mount("none", target, "", sc.MS_BIND | sc.MS_REMOUNT | sc.MS_RDONLY | extra | _kept(target))


def _system(root: Path) -> None:
    for name in _SYSTEM:
        host = Path("/") / name
        if host.is_symlink():
            (root / name).symlink_to(host.readlink())
        elif host.is_dir():
            bind(str(host), str(root / name))
    for name in _ETC:
        host = Path("/etc") / name
        if host.exists():
            bind(str(host), str(root / "etc" / name))


def _devices(root: Path) -> None:
    dev = root / "dev"
    dev.mkdir()
    for name in _DEVICES:
        (dev / name).touch()
        sc.mount(f"/dev/{name}", str(dev / name), "", sc.MS_BIND)
    for name, target in _DEVICE_LINKS.items():
        (dev / name).symlink_to(target)


def _layers(root: Path, plan: dict[str, Any]) -> None:
    """/opt: the layers' folders, the first listed on top; names are relative so that no path needs escaping."""
    opt = root / "opt"
    names: list[str] = plan["layers"]
    if len(names) < 2:
        opt.mkdir()
        if names:
            bind(str(Path(plan["layer_store"]) / names[0]), str(opt))
        return
    opt.mkdir()
    os.chdir(plan["layer_store"])
    flags = sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NODEV
    sc.mount("layers", str(opt), "overlay", flags, "lowerdir=" + ":".join(names))


def enter(plan: dict[str, Any]) -> None:
    """Build the root that ``plan`` describes and move into it; the caller is alone in a new mount namespace.

    ``plan`` keys: ``mount_point`` (an existing empty folder), ``binds`` ([source, target] pairs, files or
    folders), ``layers`` and ``layer_store``, ``masks`` (folders shown empty), ``links`` (path: target),
    ``files`` (path: text), ``tmp_mb`` (size of /tmp in MB). Raises OSError naming the step that the kernel refused.
    """
    sc.mount("none", "/", "", sc.MS_PRIVATE | sc.MS_REC)
    root = Path(plan["mount_point"])
    sc.mount("tmpfs", str(root), "tmpfs", sc.MS_NOSUID | sc.MS_NODEV, "mode=755,size=16m")
    _system(root)
    for source, target in plan["binds"]:
        bind(source, str(root) + target)
    _layers(root, plan)
    for path, text in plan["files"].items():
        place = Path(str(root) + path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    for path, target in plan["links"].items():
        place = Path(str(root) + path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
    for path in plan["masks"]:
        if Path(str(root) + path).is_dir():
            flags = sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NODEV
            sc.mount("tmpfs", str(root) + path, "tmpfs", flags, "mode=755,size=4k")
    _devices(root)
    for path, size in (("/tmp", f"size={plan['tmp_mb']}m"), ("/dev/shm", "size=64m")):  # noqa: S108
        (root / path[1:]).mkdir(exist_ok=True)
        sc.mount("tmpfs", str(root) + path, "tmpfs", sc.MS_NOSUID | sc.MS_NODEV, f"mode=1777,{size}")
    (root / "proc").mkdir()
    sc.mount("proc", str(root / "proc"), "proc", sc.MS_NOSUID | sc.MS_NODEV | sc.MS_NOEXEC)
    os.chdir(root)
    # Both arguments the same: the old root lands on top of the new one and is taken off at once (pivot_root(2)).
    sc.pivot_root(".", ".")
    sc.unmount(".", sc.MNT_DETACH)
    os.chdir("/")
    flags = sc.MS_BIND | sc.MS_REMOUNT | sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NODEV
    sc.mount("none", "/", "", flags | _kept("/"))
