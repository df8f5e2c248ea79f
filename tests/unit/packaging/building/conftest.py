"""Source distributions written in the test that builds them, with a build backend of their own."""

from __future__ import annotations

import io
import os
import tarfile
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.isolation import Isolation, isolation, sandbox
from yunfn.packaging.building import WheelBuilder, compiler, hooks, wheel_builder
from yunfn.packaging.target import Target
from yunfn.pythons import installed_python

FALLBACK = Isolation("fallback", "forced by a test")

PYPROJECT = '[build-system]\nrequires = {requires}\nbuild-backend = "backend"\nbackend-path = ["."]\n'
# A build backend in the sources themselves: makes a wheel of what `content()` answers, tagged as TAG says.
BACKEND = """
import os, zipfile
TAG = "py3-none-any"

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "%s-%s" % (NAME, VERSION)
    info = name + ".dist-info/"
    files = dict(content())
    files[info + "METADATA"] = "Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n" % (NAME, VERSION)
    files[info + "WHEEL"] = "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: %s\\n" % TAG
    files[info + "RECORD"] = "".join("%s,,\\n" % path for path in [*files, info + "RECORD"])
    file = "%s-%s.whl" % (name, TAG)
    with zipfile.ZipFile(os.path.join(folder, file), "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return file

def content():
    return {NAME + ".py": "x = 1\\n"}
"""


@pytest.fixture
def make_sdist(tmp_path: Path) -> Callable[..., Path]:
    """Writes a .tar.gz of texts; ``backend`` is added to BACKEND, in the file that pyproject.toml names."""

    def make(backend: str = "", *, name: str = "probe", version: str = "1.0", requires: str = "[]",
             files: dict[str, str] | None = None) -> Path:  # fmt: skip
        texts = {
            "pyproject.toml": PYPROJECT.format(requires=requires),
            "backend.py": f"NAME, VERSION = {name!r}, {version!r}\n{BACKEND}\n{textwrap.dedent(backend)}",
        }
        return write_tar(tmp_path / f"{name}-{version}.tar.gz", {**texts, **(files or {})}, f"{name}-{version}")

    return make


def write_tar(path: Path, files: dict[str, str], top: str) -> Path:
    """A .tar.gz of texts below one folder."""
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            data = textwrap.dedent(text).encode()
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def builder(cache: Path) -> WheelBuilder:
    if isolation().mode != "namespaces":
        pytest.skip(f"this machine forbids namespaces: {isolation().reason}")
    return WheelBuilder(cache)


@pytest.fixture
def fallback(monkeypatch: pytest.MonkeyPatch) -> Isolation:
    """A machine without namespaces."""
    monkeypatch.setattr(sandbox, "isolation", lambda: FALLBACK)
    monkeypatch.setattr(compiler, "isolation", lambda: FALLBACK)
    monkeypatch.setattr(hooks, "isolation", lambda: FALLBACK)
    monkeypatch.setattr(wheel_builder, "folder_inside", lambda folder: folder.absolute())
    return FALLBACK


@pytest.fixture
def fc310() -> Target:
    return target_here("alibaba:python3.10")


@pytest.fixture
def fc36() -> Target:
    return target_here("alibaba:python3")


def target_here(name: str) -> Target:
    """A target whose Python is on this machine; in CI every one must be."""
    target = Target.parse(name)
    if installed_python(target.python) is None and "CI" not in os.environ:
        pytest.skip(f"Python {target.python} is not on this machine")
    return target
