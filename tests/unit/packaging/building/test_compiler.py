"""The compiler: which C library it builds for, prepared once, and no build can change it for the next."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.exceptions import MissingToolError
from yunfn.packaging.building import WheelBuilder
from yunfn.packaging.building.compiler import find_zig, prepare_compiler, zig_target
from yunfn.packaging.target import Target


@pytest.mark.parametrize(
    ("target", "triple"),
    [
        ("alibaba:python3", "x86_64-linux-gnu.2.17"),
        ("alibaba:python3.10", "x86_64-linux-gnu.2.28"),
        ("alibaba:python3.12", "x86_64-linux-gnu.2.31"),
        ("alibaba:custom.debian12+python3.11", "x86_64-linux-gnu.2.36"),
        ("tencent:Python3.6", "x86_64-linux-gnu.2.17"),
    ],
)
def test_the_c_library_is_the_one_that_wheels_may_need(target: str, triple: str) -> None:
    assert zig_target(Target.parse(target)) == triple


def test_without_ziglang_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingToolError, match="pip install ziglang"):
        find_zig()


def test_it_is_prepared_once_and_after_a_kill_anew(compilers: Path, fc36: Target, tmp_path: Path) -> None:
    """Killed while it prepares: what is half made is never used."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom yunfn.packaging.building.compiler import prepare_compiler\n"
        "from yunfn.packaging.target import Target\n"
        "prepare_compiler(Path(sys.argv[1]), Target.parse('alibaba:python3'), Path(sys.argv[2]), Path('/tmp/zig'),"
        " compiled=True, cplusplus=False, progress=print)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4] / "components")}
    cache = tmp_path / "cache"
    killed = subprocess.Popen([sys.executable, "-c", code, str(cache), str(tmp_path / "p")], env=environment)
    deadline = time.monotonic() + 60
    while not list(cache.glob(".*.part/trial")) and time.monotonic() < deadline:
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert list(cache.glob(".*.part")) and not list(cache.glob("zig-*-c"))
    said: list[str] = []
    for number in range(2):
        compiler = prepare_compiler(
            cache, fc36, tmp_path / str(number), Path("/tmp/zig"), compiled=True, cplusplus=False, progress=said.append
        )
    assert said == ["preparing the C compiler for x86_64-linux-gnu.2.17 (once, some seconds)"]
    [libraries] = cache.glob("zig-*-c")
    assert libraries in compiler.readable and not list(cache.glob(".*.part")) and not (libraries / "z").exists()


def test_packages_are_compiled_in_a_cache_with_a_space_in_its_name(
    compilers: Path, builder: WheelBuilder, make_sdist: Callable[..., Path], fc36: Target, tmp_path: Path
) -> None:
    spaced = WheelBuilder(tmp_path / "two words")
    spaced._compilers = compilers
    compiles = (
        "import subprocess\n"
        "def content():\n"
        "    open('x.c', 'w').write('#include <Python.h>\\nint x;')\n"
        "    include = __import__('sysconfig').get_path('include')\n"
        "    subprocess.check_call(os.environ['LDSHARED'] + ' -fPIC x.c -o x.so -I' + include, shell=True)\n"
        "    return {'x.so': open('x.so', 'rb').read()}\n"
    )
    sdist = make_sdist(compiles, files={"x.c": ""})
    with zipfile.ZipFile(spaced.wheel(sdist, "probe", "1.0", fc36)) as wheel:
        assert wheel.read("x.so").startswith(b"\x7fELF")


def test_no_build_can_change_what_the_next_is_linked_with(
    builder: WheelBuilder, compilers: Path, make_sdist: Callable[..., Path], fc36: Target
) -> None:
    builder._compilers = compilers
    attack = (
        "import subprocess\n"
        "def content():\n"
        "    open('x.c', 'w').write('int x;')\n"
        "    subprocess.check_call(os.environ['CC'] + ' -shared -fPIC x.c -o x.so', shell=True)\n"
        "    own, libraries = os.environ['ZIG_GLOBAL_CACHE_DIR'], LIBRARIES\n"
        "    reached = []\n"
        "    for folder, folders, names in os.walk(libraries):\n"
        "        for path in [os.path.join(folder, name) for name in names + ['new']]:\n"
        "            try:\n"
        "                open(path, 'ab').close()\n"
        "                reached.append(path)\n"
        "            except OSError: pass\n"
        "    return {'told.py': '%r' % (reached,), 'own.py': str(os.path.isdir(own))}\n"
    )
    builder.wheel(make_sdist(attack.replace("LIBRARIES", "''"), files={"x.c": ""}, version="0"), "probe", "0", fc36)
    [libraries] = compilers.glob("zig-*2.17-c")
    before = {path: path.stat().st_mtime_ns for path in libraries.rglob("*")}
    sdist = make_sdist(attack.replace("LIBRARIES", repr(str(libraries))), files={"x.c": ""})
    with zipfile.ZipFile(builder.wheel(sdist, "probe", "1.0", fc36)) as wheel:
        assert (wheel.read("told.py"), wheel.read("own.py")) == (b"[]", b"True")
    assert {path: path.stat().st_mtime_ns for path in libraries.rglob("*")} == before and len(before) > 20
