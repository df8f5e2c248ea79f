"""The layers that are measured, and each way to make one's zip: every run in a fresh folder, by commands as users run.

What is downloaded (uv's and pip's caches, our source distributions) is kept from run to run in the bench's own folder;
whatever anybody builds of it is not.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename
from tests.bench import measured
from tests.bench.measured import Usage
from tests.bench.model import BenchError
from tests.bench.peers.environment import folder, installed, uv_program, with_pip

from yunfn.exceptions import YunfnError
from yunfn.packaging.resolution import read_lock, write_lock
from yunfn.packaging.target import Target
from yunfn.pythons import installed_python

_ROOT = Path(__file__).parents[2]
_PEERS = Path(__file__).parent / "peers"
_WEFE = _ROOT / "tests" / "inputs" / "wefe" / "Funfile.custom"
# What a cold build of ours finds of an earlier one: files as they were downloaded, nothing that was built.
DOWNLOADED = ("sdists",)
#: And where the built wheels are given, as they are given to the other side.
WITH_WHEELS = ("sdists", "wheels", "compilers")
_BYTECODE = "__pycache__/"


@dataclass(frozen=True, slots=True)
class Given:
    """A layer to make: its name, what it is in a few words, its target, layer.yaml and files beside it."""

    name: str
    title: str
    target: Target
    text: str
    files: tuple[Path, ...] = ()


GIVEN = (
    Given(
        "data",
        "numpy, pandas, requests, cryptography",
        Target.parse("alibaba:python3.10"),
        "name: data\nrequirements: [numpy, pandas, requests, cryptography]\n",
    ),
    Given(
        "wefe",
        "WeFe's 23 pins",
        Target.parse("alibaba:python3"),
        "name: wefe\nrequirements: [Funfile.custom]\noverrides: {sklearn: scikit-learn}\n",
        (_WEFE,),
    ),
)


@dataclass(frozen=True, slots=True)
class Made:
    """One zip that was made: what it took, its bytes, those of them that are bytecode, and whose packages are in it."""

    usage: Usage
    size: int
    bytecode: int
    packages: frozenset[str]
    # Seconds of a second build of the same, in a process; measured for ours alone.
    unchanged: float = 0.0


class Layer:
    """A layer that is locked and whose packages are downloaded, in ``place``, and the ways to make its zip."""

    def __init__(self, given: Given, place: Path) -> None:
        self.given = given
        self._downloads = folder() / "downloads"
        self._definition = place / given.name
        self._definition.mkdir()
        target = given.target
        (self._definition / "layer.yaml").write_text(f"{given.text}targets: ['{target.name}']\n")
        for file in given.files:
            shutil.copy(file, self._definition)
        python = installed_python(target.python)
        if python is None:
            raise BenchError(f"Python {target.python} is not on this machine: make pythons")
        self._python = python.executable
        self.pip = with_pip(self._python, target.python)
        # Also downloads, and builds what bare uv is to be given.
        measured.run([*_YUNFN, "layer", "build", str(self._definition)], _ROOT, self._environment(self._downloads))
        try:
            lock = read_lock(self._definition / "layer.lock")
            write_lock(self._definition / "layer.lock", replace(lock, artifacts={}))
        except YunfnError as error:
            raise BenchError(str(error)) from error
        packages = lock.packages(target)
        self.pins = place / f"{given.name}.txt"
        self.pins.write_text("".join(f"{p.name}=={p.version}\n" for p in packages))
        self._with_wheel = [f"{p.name}=={p.version}" for p in packages if not p.sdist]
        self.built = {p.name: p.version for p in packages if p.sdist}
        self.expected = frozenset(p.name for p in packages)

    def ours(self, kept: tuple[str, ...] = DOWNLOADED, *, script: bool = False) -> Made:
        """``yunfn layer build`` with its lock, and of its cache only what is ``kept``; then the same once more.

        As a ``script`` the build is called by a few lines of Python.
        """
        with self._fresh() as run:
            definition, cache = run / "definition", run / "cache"
            shutil.copytree(self._definition, definition)
            for name in kept:
                source = self._downloads / "yunfn" / name
                if source.is_dir():
                    shutil.copytree(source, cache / "yunfn" / name, symlinks=True)
            variables = self._environment(cache)
            alone = [sys.executable, "-m", "tests.bench.layer_build", str(definition)]
            command = alone if script else [*_YUNFN, "layer", "build", str(definition)]
            usage = measured.run(command, _ROOT, variables)
            [zipped] = (cache / "yunfn" / "packages").glob("*.zip")
            again = json.loads(measured.run(alone, _ROOT, variables).output)
            if not again["cached"]:
                raise BenchError(f"{self.given.name}: what was built is built again")
            return self._made(usage, zipped, unchanged=float(again["seconds"]))

    def pip_and_zip(self) -> Made:
        """``pip install -t`` by the target's Python, and ``zip -r -9``."""
        # The wheels that pip built are no downloads.
        shutil.rmtree(self._downloads / "pip" / "wheels", ignore_errors=True)
        script = '"$1" -m pip install -q -t python -r "$2" && zip -q -r -9 layer.zip python'
        return self._by_shell(script, self.pip, self.pins)

    def uv_and_libdeflate(self, wheels: bool) -> Made:
        """``uv pip install --target`` and libdeflate, unchecked; where it has no wheel for a package, uv builds one.

        With ``wheels`` it is given those that we built.
        """
        target = self.given.target
        with self._fresh() as run:
            uv = [uv_program(), "pip", "install", "-q", "--no-deps", "--target", "python"]
            if wheels:
                lines = [*self._with_wheel, *map(str, self._copied_wheels(run))]
                uv += ["--python", sys.executable, "--python-version", target.python]
                uv += ["--python-platform", target.platform, "--only-binary", ":all:", *lines]
            else:
                _forget_built(self._downloads / "uv")
                uv += ["--python", str(self._python), "-r", str(self.pins)]
            command = [sys.executable, "-P", str(_PEERS / "uv_libdeflate.py"), "python", "layer.zip", json.dumps(uv)]
            usage = measured.run(command, run, self._environment(run / "cache"))
            return self._made(usage, run / "layer.zip")

    def lambda_builders(self) -> Made:
        """AWS SAM's builder for this target's Python, and ``zip -r -9``."""
        script = 'mkdir python && "$1" -P "$2" "$3" "$4" python && zip -q -r -9 layer.zip python'
        peer = _PEERS / "lambda_builders.py"
        return self._by_shell(script, installed(), peer, self.pins, f"python{self.given.target.python}")

    def chalice(self) -> Made:
        """Chalice's packager, for the Python that it runs in; it zips by itself."""
        script = 'mkdir project && cp "$3" project/requirements.txt && "$1" -P "$2" project layer.zip'
        return self._by_shell(script, installed(), _PEERS / "chalice_layer.py", self.pins)

    def _by_shell(self, script: str, *arguments: Path | str) -> Made:
        with self._fresh() as run:
            command = ["sh", "-c", script, "sh", *map(str, arguments)]
            usage = measured.run(command, run, self._environment(run / "cache"))
            return self._made(usage, run / "layer.zip")

    def _environment(self, cache: Path) -> dict[str, str]:
        # Shells of virtual environments would lead the peers into them.
        kept = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
        return kept | {
            "XDG_CACHE_HOME": str(cache),
            "UV_CACHE_DIR": str(self._downloads / "uv"),
            "PIP_CACHE_DIR": str(self._downloads / "pip"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
            "PYTHONPATH": str(_ROOT),
            "PATH": os.pathsep.join([str(self.pip.parent), os.environ.get("PATH", "")]),
        }

    def _copied_wheels(self, run: Path) -> Iterator[Path]:
        """The wheels that we built of this layer's source distributions, as new files: uv has not seen them yet."""
        tags = {f"cp{self.given.target.python.replace('.', '')}", "py2", "py3"}
        newest: dict[str, Path] = {}
        wheels = (self._downloads / "yunfn" / "wheels").glob("*/*.whl")
        for wheel in sorted(wheels, key=lambda path: path.stat().st_mtime):
            name, version, _, of_wheel = parse_wheel_filename(wheel.name)
            if self.built.get(name) == str(version) and tags & {tag.interpreter for tag in of_wheel}:
                newest[name] = wheel
        for wheel in newest.values():
            yield Path(shutil.copy(wheel, run))

    @contextlib.contextmanager
    def _fresh(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="yunfn-bench-layer-") as run:
            yield Path(run)

    def _made(self, usage: Usage, zipped: Path, *, unchanged: float = 0.0) -> Made:
        with zipfile.ZipFile(zipped) as archive:
            infos = archive.infolist()
        packages = frozenset(
            canonicalize_name(folder.removesuffix(".dist-info").rpartition("-")[0])
            for info in infos
            for folder in info.filename.split("/")[:-1]
            if folder.endswith(".dist-info")
        )
        if missing := self.expected - packages:
            raise BenchError(f"{self.given.name}: not in the zip: {', '.join(sorted(missing))}")
        bytecode = sum(info.compress_size for info in infos if _BYTECODE in info.filename)
        return Made(usage, zipped.stat().st_size, bytecode, packages, unchanged)


_YUNFN = [sys.executable, "-m", "yunfn.cli"]


def _forget_built(cache: Path) -> None:
    """Remove from uv's cache what it built of source distributions; the downloaded sources stay."""
    for revision in cache.glob("sdists-v*/pypi/*/*/*/"):
        for path in revision.iterdir():
            if path.suffix == ".whl" or path.is_symlink():
                path.unlink()
        shutil.rmtree(revision / "src" / "build", ignore_errors=True)
