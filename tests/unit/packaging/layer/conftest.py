"""Layers of small wheels that are made here and offered by a local folder instead of an index."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.isolation import isolation
from yunfn.packaging import ArtifactCache
from yunfn.packaging.layer import BuildOptions

WriteWheel = Callable[..., None]


@pytest.fixture(autouse=True)
def own_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Locks, packages and built wheels of a test are its own, and its index is a folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    monkeypatch.setenv("UV_FIND_LINKS", str(wheels))
    return wheels


@pytest.fixture
def options(tmp_path: Path) -> BuildOptions:
    return BuildOptions(cache=ArtifactCache(tmp_path / "packages"), offline=True)


@pytest.fixture
def machine_isolates() -> None:
    """Hooks run isolated only where the machine can."""
    found = isolation()
    if found.mode != "namespaces":
        pytest.skip(f"this machine forbids namespaces: {found.reason}")


@pytest.fixture
def wheel(own_caches: Path) -> WriteWheel:
    """Offers a wheel ``name version`` with ``files`` (path: content), for any Python or the ``tag`` given."""

    def write(name: str, version: str = "1.0", tag: str = "py3-none-any", **files: bytes) -> None:
        module = name.replace("-", "_")
        info = f"{module}-{version}.dist-info"
        content = {f"{module}/__init__.py": b"", **{key.replace("__", "/"): data for key, data in files.items()}}
        content[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
        content[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
        record = "".join(f"{path},{_digest(data)},{len(data)}\n" for path, data in content.items())
        content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
        with zipfile.ZipFile(own_caches / f"{module}-{version}-{tag}.whl", "w") as archive:
            for path, data in content.items():
                archive.writestr(path, data)

    return write


def _digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
