"""The packages without a wheel that users met, from the index: built, installed, used by the target's true Python.

(One with much C code is built where the layer of the federated project is: see layer/test_real_inputs.py.)
"""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from unit.packaging.building.conftest import target_here
from yunfn.exceptions import BuildError
from yunfn.packaging.building import WheelBuilder, install
from yunfn.packaging.definition.model import LockedPackage
from yunfn.packaging.resolution import fetch_sdist
from yunfn.packaging.target import Target
from yunfn.pythons import find_python

PACKAGES = {
    name: LockedPackage(name, version, (f"sha256:{sha256}",), sdist=True)
    for name, version, sha256 in (
        ("flask-zipper", "1.0.1", "597c2cb5e2e12a4f8ffd1ec44b16f803de1e36aa4dfd945f417bc99c57a07242"),
        ("markupsafe", "2.1.5", "d283d37a890ba4c1ae73ffadf8046435c76e7bc2247bbb63c00bd1a709c6544b"),
        ("peewee", "3.13.3", "1269a9736865512bd4056298003aab190957afe07d2616cf22eaf56cb6398369"),
        ("psutil", "5.7.2", "90990af1c3c67195c44c9a889184f84f5b2320dce3ee3acbd054e3ba0b4a7beb"),
        ("sklearn", "0.0.post12", "54cff9e20839b7b202321178228af4d9388bedf78425d9299fd9ee170d68802e"),
        ("tablestore", "5.1.0", "7b9780fcf38c3873969cfef1852b734e9df84bed52235e4bf1f2c7a2e18005e9"),
    )
}


@pytest.fixture
def compiling(builder: WheelBuilder, compilers: Path) -> WheelBuilder:
    """A builder that keeps wheels for one test, and the compiler's libraries for the session."""
    builder._compilers = compilers
    return builder


def built(builder: WheelBuilder, name: str, target: Target) -> Path:
    package = PACKAGES[name]
    return builder.wheel(fetch_sdist(package, target), name, package.version, target)


def used(name: str, wheel: Path, target: Target, into: Path, code: str) -> str:
    """Install the wheel as a layer's packages are, and run ``code`` by the target's Python over it."""
    install([PACKAGES[name]], {name: wheel}, target, into)
    python = find_python(target.python).executable
    program = f"import sys; sys.path.insert(0, {str(into)!r}); {code}"
    return subprocess.run([python, "-I", "-S", "-c", program], capture_output=True, text=True, check=True).stdout


def needed_glibc(wheel: Path) -> dict[str, tuple[int, ...]]:
    """The newest GLIBC symbol version that each ELF file of the wheel needs."""
    newest = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if data.startswith(b"\x7fELF"):
                sections = ELFFile(io.BytesIO(data)).iter_sections()
                versions = [
                    tuple(map(int, version.name.removeprefix("GLIBC_").split(".")))
                    for section in sections
                    if isinstance(section, GNUVerNeedSection)
                    for _, versions in section.iter_versions()
                    for version in versions
                ]
                newest[name] = max(versions, default=(0,))
    return newest


@pytest.mark.parametrize("name", ["flask-zipper", "peewee", "tablestore"])
def test_pure_packages_are_built_for_tencents_oldest_python(compiling: WheelBuilder, name: str) -> None:
    wheel = built(compiling, name, target_here("tencent:Python3.6"))
    assert wheel.name.endswith("-py3-none-any.whl") and not needed_glibc(wheel)


def test_a_pure_package_is_used(compiling: WheelBuilder, fc36: Target, tmp_path: Path) -> None:
    code = "import peewee; db = peewee.SqliteDatabase(':memory:'); print(db.execute_sql('select 6 * 7').fetchone()[0])"
    assert used("peewee", built(compiling, "peewee", fc36), fc36, tmp_path / "tree", code) == "42\n"


def test_c_code_that_wants_crypt_h_is_built_against_the_old_glibc(
    compiling: WheelBuilder, fc36: Target, tmp_path: Path
) -> None:
    wheel = built(compiling, "psutil", fc36)
    needed = needed_glibc(wheel)
    assert wheel.name == "psutil-5.7.2-cp36-cp36m-linux_x86_64.whl"
    assert len(needed) == 2 and max(needed.values()) <= (2, 17) <= fc36.runtime.glibc
    code = "import psutil; print(psutil.virtual_memory().total > 0, psutil.Process().name()[:6])"
    assert used("psutil", wheel, fc36, tmp_path / "tree", code) == "True python\n"


def test_todays_c_code_is_built_and_twice_it_is_the_same(
    compiling: WheelBuilder, compilers: Path, fc310: Target, tmp_path: Path
) -> None:
    wheel = built(compiling, "markupsafe", fc310)
    assert max(needed_glibc(wheel).values()) <= fc310.runtime.glibc
    code = "from markupsafe import escape, _speedups; print(escape('<'), escape.__module__)"
    assert used("markupsafe", wheel, fc310, tmp_path / "tree", code) == "&lt; markupsafe._speedups\n"
    again = WheelBuilder(tmp_path / "elsewhere" / "deeper")
    again._compilers = compilers
    assert built(again, "markupsafe", fc310).read_bytes() == wheel.read_bytes()


@pytest.mark.skipif(not list(Path("/usr/include").glob("*-linux-gnu/python3.*")), reason="no Python of Debian's")
def test_debians_own_python_builds_too(compiling: WheelBuilder) -> None:
    [header] = list(Path("/usr/include").glob("*-linux-gnu/python3.*"))[:1]
    target = target_here(f"alibaba:custom.debian10+{header.name}")
    if not find_python(target.python).executable.is_relative_to("/usr/bin"):
        pytest.skip(f"another Python {target.python} comes first here")
    wheel = built(compiling, "psutil", target)
    assert max(needed_glibc(wheel).values()) <= (2, 28)


def test_what_the_index_says_of_a_package_that_refuses_is_passed_on(compiling: WheelBuilder, fc36: Target) -> None:
    with pytest.raises(BuildError) as raised:
        built(compiling, "sklearn", fc36)
    assert "sklearn 0.0.post12 could not be built for alibaba:python3" in str(raised.value)
    assert "use 'pip install scikit-learn' rather than 'pip install sklearn'" in str(raised.value)
