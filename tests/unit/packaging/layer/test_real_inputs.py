"""The requirements of two real projects, from the package index to imports in the cloud's Python versions."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

import platformdirs
import pytest

from support.pythons import require_python
from unit.packaging.layer.conftest import IMPORTER
from yunfn.packaging import ArtifactCache
from yunfn.packaging.definition import read_definition
from yunfn.packaging.layer import BuildOptions, BuiltLayer, build_layer, plan_layer
from yunfn.packaging.proof.imports import import_report
from yunfn.packaging.user_cache import user_cache

INPUTS = Path(__file__).parents[3] / "inputs"
# Before any test has a cache folder of its own.
CACHE = user_cache().parent
DOWNLOADS = os.environ.get("UV_CACHE_DIR") or str(platformdirs.user_cache_path("uv"))


@pytest.fixture
def options(tmp_path: Path, compilers: Path, monkeypatch: pytest.MonkeyPatch) -> BuildOptions:
    monkeypatch.delenv("UV_FIND_LINKS")
    own = user_cache()
    own.mkdir(parents=True)
    (own / "compilers").symlink_to(compilers)
    # Hundreds of megabytes are downloaded once per machine, not per test.
    monkeypatch.setenv("UV_CACHE_DIR", DOWNLOADS)
    return BuildOptions(cache=ArtifactCache(tmp_path / "packages"))


def unzipped(layer: BuiltLayer, folder: Path) -> Path:
    with zipfile.ZipFile(layer.parts[0].package.file) as archive:
        archive.extractall(folder)
    return folder / layer.target.package_prefix


def test_the_flask_site_for_both_clouds(tmp_path: Path, options: BuildOptions) -> None:
    """Flask-Zipper has no wheel."""
    pythons = [require_python("3.6"), require_python("3.10")]
    definition = read_definition(INPUTS / "maimai/requirements.txt", ["tencent:Python3.6", "alibaba:python3.10"])
    built = build_layer(definition, options=options)
    for layer, python in zip(built, pythons, strict=True):
        assert import_report(layer.parts[0].package.file, layer.target).findings == ()
        # Once more without anything of yunfn's between the zip and the interpreter.
        place = unzipped(layer, tmp_path / layer.target.runtime.cloud)
        command = [str(python.executable), "-I", "-S", "-c", IMPORTER, str(place)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert {"flask", "flask_sqlalchemy", "flask_zipper", "brotli", "dotenv", "pymysql"} <= set(done.stdout.split())


def test_the_federated_project_package_by_package(options: BuildOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its 23 pins one is refused, in the index's words; what replaces it is in layers/federated-custom."""
    require_python("3.6")
    # The four that have only sources are compiled for layers/federated too, once for the machine.
    monkeypatch.setenv("XDG_CACHE_HOME", str(CACHE))
    definition = read_definition(INPUTS / "wefe/Funfile.custom", ["alibaba:python3"])
    assert len(definition.requirements) == 23
    (plan,) = plan_layer(definition, options)
    assert [package.name for package in plan.refused] == ["sklearn"]
    assert "rather than 'sklearn' for pip commands" in plan.refused[0].refused
    assert "overrides: {sklearn: scikit-learn}" in plan.refused[0].refused
    sources = {package.name for package in plan.packages if package.source == "sdist"}
    assert sources >= {"psutil", "pycryptodome", "peewee", "tablestore"} and len(plan.packages) > 23
