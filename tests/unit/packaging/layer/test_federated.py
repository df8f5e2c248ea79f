"""The layers of the federated computation: they fit Debian 9, load in their Pythons, and their Go library counts right.

Each is built once on a machine, as a user builds it, and comes from the user's cache after that.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from support.pythons import require_python
from unit.cli.command import Yunfn
from unit.packaging.layer.conftest import IMPORTER
from yunfn.isolation import isolation
from yunfn.packaging.definition import read_definition
from yunfn.packaging.layer import BuildOptions, BuiltLayer, build_layer
from yunfn.packaging.user_cache import user_cache

LAYERS = Path(__file__).parents[4] / "layers"
INPUTS = Path(__file__).parents[3] / "inputs" / "wefe"
NAMES = ("federated", "federated-custom")
# Before any test has a cache folder of its own.
CACHE = user_cache().parent
MB = 2**20
USED = {"Crypto", "Cryptodome", "gmpy2", "jose", "numba", "numpy", "psutil", "tablestore", "wefe_go"}


@pytest.fixture(scope="module")
def layers() -> Callable[[str], BuiltLayer]:
    """Either by its name, out of the user's cache, whatever caches a test has of its own."""
    if isolation().mode != "namespaces":
        pytest.skip(f"this machine forbids namespaces: {isolation().reason}")
    options = BuildOptions(frozen=True)

    @cache
    def built(name: str) -> BuiltLayer:
        definition = read_definition(LAYERS / name)
        require_python(definition.targets[0].python)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_CACHE_HOME", str(CACHE))
            patch.delenv("UV_FIND_LINKS", raising=False)
            (found,) = build_layer(definition, options=options)
        return found

    return built


@pytest.fixture(scope="module", params=NAMES)
def layer(layers: Callable[[str], BuiltLayer], request: pytest.FixtureRequest) -> BuiltLayer:
    return layers(request.param)


@pytest.fixture(scope="module")
def tree(layer: BuiltLayer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The layer as it lies in /opt."""
    folder = tmp_path_factory.mktemp("opt")
    with zipfile.ZipFile(layer.parts[0].package.file) as archive:
        archive.extractall(folder)
    yield folder
    # Hundreds of megabytes, which pytest would keep for three runs.
    shutil.rmtree(folder)


def needed_glibc(tree: Path) -> dict[str, tuple[int, ...]]:
    """The newest GLIBC symbol version that each ELF file of the tree needs, by its section headers."""
    newest: dict[str, tuple[int, ...]] = {}
    for path in (path for path in tree.rglob("*") if path.is_file()):
        with path.open("rb") as stream:
            if stream.read(4) != b"\x7fELF":
                continue
            needed: set[tuple[int, ...]] = {(0, 0)}
            for section in ELFFile(stream).iter_sections():
                if isinstance(section, GNUVerNeedSection):
                    names = [aux.name for _, auxiliaries in section.iter_versions() for aux in auxiliaries]
                    needed |= {tuple(map(int, n[6:].split("."))) for n in names if n.startswith("GLIBC_")}
            newest[path.relative_to(tree).as_posix()] = max(needed)
    return newest


def test_every_library_is_one_for_debian_9(layer: BuiltLayer, tree: Path) -> None:
    needed = needed_glibc(tree)
    newest = max(needed.values())
    assert (2, 2, 5) < newest <= layer.target.runtime.glibc == (2, 24)
    assert layer.needs is not None and layer.findings == ()
    assert (layer.needs.files, layer.needs.glibc) == (len(needed), ".".join(map(str, newest)))
    assert needed[layer.needs.path] == newest
    assert "lib/libwefe.so" in needed
    # Much C code of which there are only sources, built against the oldest C library.
    compiled = {name: version for name, version in needed.items() if name.startswith("python/Crypto/")}
    assert len(compiled) >= 25 and max(compiled.values()) <= (2, 17)


def test_the_build_says_its_figures_beside_the_limits(layer: BuiltLayer, tmp_path: Path) -> None:
    said = Yunfn(tmp_path).inside("layer", "build", LAYERS / layer.name, "--frozen", XDG_CACHE_HOME=str(CACHE)).stdout
    package, needs = layer.parts[0].package, layer.needs
    assert needs is not None and package.zip_size < 500 * MB and package.manifest.size < 2048 * MB
    assert (
        f"size      {package.zip_size / MB:.1f} MB zipped of 500 MB, {package.manifest.size / MB:.1f} MB unzipped of"
        " 2,048 MB for all layers of a function" in said
    )
    assert f"{needs.files} ELF files that need GLIBC_{needs.glibc} at most" in said
    assert "Debian 9 has GLIBC_2.24" in said and "(from the cache)" in said


def test_all_of_it_imports_in_its_python(layer: BuiltLayer, tree: Path) -> None:
    """In one process, as a program that imports all of it; nothing of yunfn's is between zip and interpreter."""
    python = require_python(layer.target.python).executable
    command = [str(python), "-I", "-S", "-B", "-c", IMPORTER, str(tree / "python")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    server = {"clickhouse_driver", "flask", "grpc", "gunicorn", "scipy", "sklearn", "tornado"}
    job = {"cbor2", "cloudpickle"}
    assert USED | (server if layer.name == "federated-custom" else job) <= set(done.stdout.split())


# What is asked comes in and what is answered goes out as JSON, once for all questions.
ASKING = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
import gmpy2, wefe_go
from Crypto.Hash import SHA256
rows, wrong = json.loads(sys.stdin.read())
answers = {"single": [wefe_go.mod_exp(*row) for row in rows], "batch": wefe_go.mod_exp_batch(rows), "errors": []}
answers["gmpy2"] = [int(gmpy2.powmod(*row)) for row in rows]
answers["empty"] = wefe_go.mod_exp_batch([])
answers["others"] = wefe_go.mod_exp(gmpy2.mpz(7), True, gmpy2.mpz(5))
for row in wrong:
    for call in (lambda: wefe_go.mod_exp(*row), lambda: wefe_go.mod_exp_batch([rows[0], row])):
        try:
            answers["errors"].append(str(call()))
        except (TypeError, wefe_go.ModExpError) as error:
            answers["errors"].append("%s: %s" % (type(error).__name__, error))
answers["loaded"] = wefe_go.library.library()._name
answers["sha256"] = SHA256.new(b"").hexdigest()
reading, writing = os.pipe()
if os.fork() == 0:
    try:
        wefe_go.mod_exp(1, 1, 1)
    except wefe_go.GoLibraryError as error:
        os.write(writing, str(error).encode())
    os._exit(0)
os.wait()
os.close(writing)
answers["forked"] = os.read(reading, 1000).decode()
large = [(1 << 16000, 1, 1 << 20000)] * 200
for number in range(25):
    wefe_go.mod_exp_batch(large)
    if number == 4:
        before = int(open("/proc/self/statm").read().split()[1])
answers["grown"] = (int(open("/proc/self/statm").read().split()[1]) - before) * os.sysconf("SC_PAGE_SIZE")
print(json.dumps(answers))
"""


def test_the_go_library_counts_as_python_does(layer: BuiltLayer, tree: Path) -> None:
    """In the layer's own Python, with 2048 bit numbers."""
    chance = random.Random(layer.name)
    rows = [[chance.getrandbits(2048), chance.getrandbits(2048), chance.getrandbits(2048) | 1] for _ in range(12)]
    rows += [[0, 0, 1], [5, 0, 1], [-5, 3, 13], [5, -3, 13], [2**2048, 1, 7]]
    wrong = [[1, 2, 0], [1, 2, -3], [2, -1, 4], ["12", 1, 1], [1, None, 1]]
    # The managed runtime has /opt/lib on the loader's path, the custom one has only what PYTHONPATH names.
    managed = layer.name == "federated"
    python = require_python(layer.target.python)
    done = subprocess.run(
        [str(python.executable), "-I", "-S", "-B", "-c", ASKING, str(tree / "python")],
        input=json.dumps([rows, wrong]),
        capture_output=True,
        text=True,
        timeout=120,
        env={"LD_LIBRARY_PATH": str(tree / "lib")} if managed else {},
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    expected = [pow(*row) for row in rows]
    assert answers["single"] == answers["batch"] == answers["gmpy2"] == expected
    assert (answers["empty"], answers["others"]) == ([], 2)
    assert answers["errors"] == [
        "ModExpError: modulus must be positive",
        "ModExpError: row 1: modulus must be positive",
        "ModExpError: modulus must be positive",
        "ModExpError: row 1: modulus must be positive",
        "ModExpError: exponent is negative and base has no inverse for the modulus",
        "ModExpError: row 1: exponent is negative and base has no inverse for the modulus",
        "TypeError: base must be an integer, not str",
        "TypeError: row 1: base must be an integer, not str",
        "TypeError: exponent must be an integer, not NoneType",
        "TypeError: row 1: exponent must be an integer, not NoneType",
    ]
    assert answers["loaded"] == ("libwefe.so" if managed else str(tree / "lib/libwefe.so"))
    assert answers["sha256"].startswith("e3b0c442")
    assert "forked from it: make the first call after the fork" in answers["forked"]
    # The last 20 batches gave 16 MB of texts.
    assert answers["grown"] < 8 * MB


def test_one_go_source_gives_the_same_bytes_wherever_it_is_built(layers: Callable[[str], BuiltLayer]) -> None:
    libraries = set()
    for name in NAMES:
        with zipfile.ZipFile(layers(name).parts[0].package.file) as opened:
            libraries.add(opened.read("lib/libwefe.so"))
    (library,) = libraries
    assert b".symtab" not in library and b"/build/" not in library and str(LAYERS).encode() not in library


def test_the_funfile_is_the_projects_own() -> None:
    assert (LAYERS / "federated-custom/Funfile").read_bytes() == (INPUTS / "Funfile.custom").read_bytes()
