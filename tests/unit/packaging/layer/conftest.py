"""Layers of small wheels that are made here and offered by a local folder instead of an index."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from support.wheels import write_wheel
from yunfn.isolation import isolation
from yunfn.packaging import ArtifactCache
from yunfn.packaging.layer import BuildOptions

WriteWheel = Callable[..., None]

# Imports every module of a layer's folder of packages, in one process of the Python that runs it.
IMPORTER = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
names = sorted(module.name for module in pkgutil.iter_modules([sys.argv[1]]))
for name in names:
    importlib.import_module(name)
print(" ".join(names))
"""


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

    return partial(write_wheel, own_caches)
