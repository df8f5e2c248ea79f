"""The file system a function sees: a fresh tmpfs with read-only bind mounts, made root by pivot_root.

Only what the plan names is there: the host's /usr and friends, the interpreter, /code, /opt, a private /tmp. The
host's own tree is never written: the mount points live on the tmpfs, inside a private mount namespace.
"""

# ruff: noqa: PTH103, PTH110, PTH112, PTH114, PTH115, PTH120, PTH123, PTH211
# (Every module imported here delays every cold start: no pathlib, no typing.)

from __future__ import annotations

import os

from . import syscalls as sc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

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
    "pki/tls/certs",
    "pki/tls/cert.pem",
    "pki/ca-trust/extracted",
)
_SYSTEM = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "nix")


def _kept(path: str) -> int:
    """The mount flags of the file system at ``path`` that a remount in a user namespace may not drop."""
    present = os.statvfs(path).f_flag
    return sum(flag for bit, flag in _KEPT_FLAGS.items() if present & bit)


def _folder(path: str) -> None:
    os.makedirs(path, exist_ok=True)


def _file(path: str, text: str = "") -> None:
    _folder(os.path.dirname(path))
    with open(path, "w") as file:
        file.write(text)


def _link(path: str, target: str) -> None:
    _folder(os.path.dirname(path))
    os.symlink(target, path)


def bind(source: str, target: str) -> None:
    """Bind ``source`` (folder or file) read-only on ``target``, made here if it is missing."""
    if os.path.isdir(source):
        _folder(target)
    else:
        _file(target)
    sc.mount(source, target, "", sc.MS_BIND | sc.MS_REC)
    try:
        # With what is mounted below it, which a remount leaves as it is; Linux 5.12 and newer.
        sc.restrict_mounts(target, sc.MOUNT_ATTR_RDONLY | sc.MOUNT_ATTR_NOSUID | sc.MOUNT_ATTR_NODEV)
    except OSError:
        flags = sc.MS_BIND | sc.MS_REMOUNT | sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NODEV
        sc.mount("none", target, "", flags | _kept(target))


def bind_writable(source: str, target: str) -> None:
    """Bind the folder ``source`` on ``target``, made here if it is missing; what is mounted below it stays out."""
    _folder(target)
    sc.mount(source, target, "", sc.MS_BIND)
    sc.mount("none", target, "", sc.MS_BIND | sc.MS_REMOUNT | sc.MS_NOSUID | sc.MS_NODEV | _kept(target))


def _system(root: str) -> None:
    for name in _SYSTEM:
        host = f"/{name}"
        if os.path.islink(host):
            _link(root + host, os.readlink(host))
        elif os.path.isdir(host):
            bind(host, root + host)
    for name in _ETC:
        if os.path.exists(f"/etc/{name}"):
            bind(f"/etc/{name}", f"{root}/etc/{name}")


def _devices(dev: str) -> None:
    _folder(dev)
    for name in _DEVICES:
        _file(f"{dev}/{name}")
        sc.mount(f"/dev/{name}", f"{dev}/{name}", "", sc.MS_BIND)
    for name, target in _DEVICE_LINKS.items():
        os.symlink(target, f"{dev}/{name}")


def _layers(opt: str, plan: dict[str, Any]) -> None:
    """/opt: the layers' folders, the first listed on top; names are relative so that no path needs escaping."""
    names: list[str] = plan["layers"]
    _folder(opt)
    if len(names) == 1:
        bind(f"{plan['layer_store']}/{names[0]}", opt)
    elif names:
        os.chdir(plan["layer_store"])
        flags = sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NODEV
        sc.mount("layers", opt, "overlay", flags, "lowerdir=" + ":".join(names))


def enter(plan: dict[str, Any]) -> None:
    """Build the root that ``plan`` describes and move into it; the caller is alone in a new mount namespace.

    ``plan`` keys: ``mount_point`` (an existing empty folder), ``binds`` ([source, target] pairs, files or
    folders), ``writable`` (the same, folders; the key may be missing),
    ``layers`` and ``layer_store``, ``masks`` (folders shown empty), ``links`` (path: target),
    ``files`` (path: text), ``tmp_mb`` (size of /tmp in MB). Raises OSError naming the step that the kernel refused.
    """
    sc.mount("none", "/", "", sc.MS_PRIVATE | sc.MS_REC)
    root: str = plan["mount_point"]
    quiet = sc.MS_NOSUID | sc.MS_NODEV
    sc.mount("tmpfs", root, "tmpfs", quiet, "mode=755,size=16m")
    _system(root)
    # Before the binds, as what is bound may lie in the host's /tmp.
    for path, size in (("/tmp", f"size={plan['tmp_mb']}m"), ("/dev/shm", "size=64m")):  # noqa: S108
        _folder(root + path)
        sc.mount("tmpfs", root + path, "tmpfs", quiet, f"mode=1777,{size}")
    for source, target in plan["binds"]:
        bind(source, root + target)
    for source, target in plan.get("writable", ()):
        bind_writable(source, root + target)
    _layers(f"{root}/opt", plan)
    for path, text in plan["files"].items():
        _file(root + path, text)
    for path, target in plan["links"].items():
        _link(root + path, target)
    for path in plan["masks"]:
        if os.path.isdir(root + path):
            sc.mount("tmpfs", root + path, "tmpfs", quiet | sc.MS_RDONLY, "mode=755,size=4k")
    _devices(f"{root}/dev")
    _folder(f"{root}/proc")
    # Read-only: by a user namespace of root's, what runs inside owns the kernel's own settings below /proc/sys.
    sc.mount("proc", f"{root}/proc", "proc", quiet | sc.MS_NOEXEC | sc.MS_RDONLY)
    os.chdir(root)
    # Both arguments the same: the old root lands on top of the new one and is taken off at once (pivot_root(2)).
    sc.pivot_root(".", ".")
    sc.unmount(".", sc.MNT_DETACH)
    os.chdir("/")
    flags = sc.MS_BIND | sc.MS_REMOUNT | sc.MS_RDONLY | quiet
    sc.mount("none", "/", "", flags | _kept("/"))
