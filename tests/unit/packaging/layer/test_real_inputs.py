"""The requirements of two real projects, from the package index to imports in the cloud's Python versions."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import platformdirs
import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from support.pythons import require_python
from yunfn.exceptions import ResolutionError
from yunfn.packaging import ArtifactCache, Target
from yunfn.packaging.definition import read_definition
from yunfn.packaging.layer import BuildOptions, BuiltLayer, build_layer, plan_layer
from yunfn.packaging.proof.imports import import_report
from yunfn.packaging.user_cache import user_cache

INPUTS = Path(__file__).parents[3] / "inputs"
DOWNLOADS = os.environ.get("UV_CACHE_DIR") or str(platformdirs.user_cache_path("uv"))
# Imports every module of /opt's layer there is, in one process of the Python that runs it.
IMPORTER = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
names = sorted(module.name for module in pkgutil.iter_modules([sys.argv[1]]))
for name in names:
    importlib.import_module(name)
print(" ".join(names))
"""


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


def test_the_federated_project_package_by_package(tmp_path: Path, options: BuildOptions) -> None:
    """Of its 23 pins one is refused, in the index's words; with it replaced the layer is built and imports.

    pycryptodome, of which there are only sources, is compiled for it.
    """
    python = require_python("3.6")
    definition = read_definition(INPUTS / "wefe/Funfile.custom", ["alibaba:python3"])
    assert len(definition.requirements) == 23
    (plan,) = plan_layer(definition, options)
    assert [package.name for package in plan.refused] == ["sklearn"]
    assert "rather than 'sklearn' for pip commands" in plan.refused[0].refused
    assert "overrides: {sklearn: scikit-learn}" in plan.refused[0].refused
    with pytest.raises(ResolutionError, match="use 'scikit-learn'"):
        build_layer(definition, options=options)

    shutil.copy(INPUTS / "wefe/Funfile.custom", tmp_path)
    (tmp_path / "layer.yaml").write_text(
        "name: wefe\nrequirements: Funfile.custom\ntargets: alibaba:python3\noverrides: {sklearn: scikit-learn}\n"
    )
    (layer,) = build_layer(read_definition(tmp_path), options=options)
    assert layer.findings == ()
    report = import_report(layer.parts[0].package.file, layer.target)
    assert report.findings == ()
    tree = unzipped(layer, tmp_path / "opt")
    needed = needed_glibc(tree)
    assert max(needed.values()) <= Target.parse("alibaba:python3").runtime.glibc == (2, 24)
    # Much C code of which there are only sources, built against the oldest C library.
    (built,) = [package for package in layer.parts[0].packages if package.name == "pycryptodome"]
    assert built.version == "3.3.1"
    compiled = {path: versions for path, versions in needed.items() if path.parts[0] == "Crypto"}
    assert len(compiled) >= 25
    assert max(compiled.values()) <= (2, 17)
    code = (
        f"import sys; sys.path.insert(0, {str(tree)!r}); from Crypto.Cipher import AES; from Crypto.Hash import SHA256;"
        " print(AES.new(b'k' * 16, AES.MODE_ECB).encrypt(b'p' * 16).hex()[:8], SHA256.new(b'').hexdigest()[:8])"
    )
    command = [str(python.executable), "-I", "-S", "-c", code]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.split()[1] == "e3b0c442"


def needed_glibc(tree: Path) -> dict[Path, tuple[int, int]]:
    """The newest GLIBC symbol version that each ELF file of the tree needs, read by its section headers."""
    newest: dict[Path, tuple[int, int]] = {}
    for path in tree.rglob("*"):
        if not path.is_file():
            continue
        with path.open("rb") as stream:
            if stream.read(4) == b"\x7fELF":
                needed = {(0, 0)}
                for section in ELFFile(stream).iter_sections():
                    if isinstance(section, GNUVerNeedSection):
                        names = [aux.name for _, auxiliaries in section.iter_versions() for aux in auxiliaries]
                        needed |= {tuple(map(int, n[6:].split(".")[:2])) for n in names if n.startswith("GLIBC_")}
                newest[path.relative_to(tree)] = max(needed)
    assert set(newest.values()) > {(0, 0)}
    return newest
