"""An index of its own for each test, and caches of its own for uv and for yunfn."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.packaging.resolution.package_index import PackageIndex, wheel_bytes
from yunfn.exceptions import BuildError
from yunfn.packaging.target import Target


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageIndex]:
    """An empty index that the environment names."""
    for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_FIND_LINKS", "UV_CONFIG_FILE", "UV_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with PackageIndex() as made:
        monkeypatch.setenv("UV_DEFAULT_INDEX", made.url)
        yield made


class Builder:
    """Makes wheels as a source distribution's requires.txt says, and runs nothing of it."""

    def __init__(self) -> None:
        self.built: list[str] = []
        self.refuses: dict[str, str] = {}
        self.tag = "py3-none-any"

    def wheel(self, sdist: Path, name: str, version: str, target: Target) -> Path:
        self.built.append(f"{name} {version} {target.name}")
        if name in self.refuses:
            raise BuildError(self.refuses[name])
        with tarfile.open(sdist) as archive:
            file = archive.extractfile(f"{name}-{version}/requires.txt")
            assert file is not None
            requires = tuple(file.read().decode().split("\n")) if file else ()
        path = sdist.with_name(f"{name.replace('-', '_')}-{version}-{self.tag}.whl")
        path.write_bytes(wheel_bytes(name, version, self.tag, tuple(one for one in requires if one)))
        return path


@pytest.fixture
def builder() -> Builder:
    """A builder that notes what it is asked for."""
    return Builder()
