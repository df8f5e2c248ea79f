"""Building: what comes out, what is refused, what is kept, and that all of it holds side by side and after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from yunfn.exceptions import BuildError
from yunfn.packaging.building import WheelBuilder, wheel_builder
from yunfn.packaging.target import Target
from yunfn.pythons import running_python

MakeSdist = Callable[..., Path]
#: Each of a build's two hooks takes so long that others come while it runs.
SLOW = "import time\ntime.sleep(0.5)\n"
ENDLESS = "import time\ntime.sleep(60)\n"


def test_a_pure_package_becomes_a_wheel_that_is_kept(
    builder: WheelBuilder, make_sdist: MakeSdist, fc310: Target
) -> None:
    said: list[str] = []
    builder._progress = said.append
    sdist = make_sdist()
    wheel = builder.wheel(sdist, "Probe", "1.0", fc310)
    assert wheel.name == "probe-1.0-py3-none-any.whl" and "probe.py" in zipfile.ZipFile(wheel).namelist()
    assert builder.wheel(sdist, "probe", "1.0", fc310) == wheel
    assert said == ["building probe 1.0 for Python 3.10"]


def test_other_sources_or_another_python_are_built_anew(
    builder: WheelBuilder, make_sdist: MakeSdist, fc310: Target, fc36: Target
) -> None:
    tells = "import sys\ndef content(): return {'told.py': '%d.%d' % sys.version_info[:2]}\n"
    first = builder.wheel(make_sdist(tells), "probe", "1.0", fc310)
    other = builder.wheel(make_sdist(tells), "probe", "1.0", fc36)
    changed = builder.wheel(make_sdist("def content(): return {'told.py': 'x'}"), "probe", "1.0", fc310)
    told = [zipfile.ZipFile(wheel).read("told.py") for wheel in (first, other, changed)]
    assert told == [b"3.10", b"3.6", b"x"]


def test_a_kept_wheel_whose_bytes_changed_is_built_anew(
    builder: WheelBuilder, make_sdist: MakeSdist, fc310: Target
) -> None:
    sdist = make_sdist()
    wheel = builder.wheel(sdist, "probe", "1.0", fc310)
    good = wheel.read_bytes()
    wheel.write_bytes(good[:-1])
    assert builder.wheel(sdist, "probe", "1.0", fc310).read_bytes() == good


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        ("NAME = 'other'", "make other-1.0-py3-none-any.whl, another package or version"),
        ("VERSION = '2.0'", "make probe-2.0-py3-none-any.whl, another package or version"),
        ("TAG = 'cp39-cp39-linux_x86_64'", "cp39-linux_x86_64.whl, which does not fit alibaba:python3.10"),
        ("TAG = 'cp310-cp310-macosx_11_0_arm64'", "which does not fit"),
        ("def build_wheel(*a): return '../../x.whl'", "no wheel but '../../x.whl'"),
        ("def build_wheel(*a): return 'probe-1.0-py3-none-any.whl'", "its build made no wheel"),
        ("def build_wheel(*a):\n  os.symlink('/etc/passwd', a[0] + '/probe-1.0-py3-none-any.whl')\n"
         "  return 'probe-1.0-py3-none-any.whl'", "no wheel but"),
        ("def build_wheel(*a): os._exit(0)", "gave no answer"),
        ("def build_wheel(*a): return {'a': 1}", "gave no answer"),
        ("def build_wheel(*a): raise ValueError('its own words')", "ended with code 1:\n(.*\n)*.*its own words"),
        ("import numpy", "imports numpy without declaring it"),
        ("def get_requires_for_build_wheel(*a): return ['evil @ https://example.com/x.whl']", "is a link"),
        ("def get_requires_for_build_wheel(*a): return ['--index-url=http://x']", "is wrong"),
    ],
)  # fmt: skip
def test_what_is_not_what_was_asked_for_is_refused(
    builder: WheelBuilder, make_sdist: MakeSdist, fc310: Target, cache: Path, backend: str, said: str
) -> None:
    with pytest.raises(BuildError, match=said) as raised:
        builder.wheel(make_sdist(backend), "probe", "1.0", fc310)
    assert "probe 1.0" in str(raised.value)
    assert not list(cache.rglob("*.whl")) and not list((cache / "wheels/building").iterdir())


def test_build_requirements_come_as_wheels_and_are_asked_for(
    builder: WheelBuilder, make_sdist: MakeSdist, fc310: Target
) -> None:
    asks = (
        "def get_requires_for_build_wheel(*a): return ['wheel', 'six==1.15.0']\n"
        "def content():\n  import six, wheel\n  return {'six.txt': six.__version__}"
    )
    wheel = builder.wheel(make_sdist(asks, requires='["wheel"]'), "probe", "1.0", fc310)
    assert zipfile.ZipFile(wheel).read("six.txt") == b"1.15.0"
    with pytest.raises(BuildError, match=r"(?s)build requirements of probe 2.0.*no-such-version|yunfn-no-such"):
        builder.wheel(make_sdist(requires='["yunfn-no-such==9"]', version="2.0"), "probe", "2.0", fc310)


def test_packages_of_this_machine_are_not_there(builder: WheelBuilder, make_sdist: MakeSdist, fc310: Target) -> None:
    with pytest.raises(BuildError, match="pip"):
        builder.wheel(make_sdist("import pip"), "probe", "1.0", fc310)


def test_without_the_targets_python_only_pure_wheels_are_taken(
    builder: WheelBuilder, make_sdist: MakeSdist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheel_builder, "installed_python", lambda version: None)
    target = Target.parse("alibaba:python3")
    tells = "import sys\ndef content(): return {'told.py': '%d.%d' % sys.version_info[:2]}\n"
    wheel = builder.wheel(make_sdist(tells), "probe", "1.0", target)
    assert zipfile.ZipFile(wheel).read("told.py").decode() == running_python().version
    with pytest.raises(BuildError) as raised:
        builder.wheel(make_sdist("TAG = 'cp36-cp36m-linux_x86_64'", version="2.0"), "probe", "2.0", target)
    for words in ("probe 2.0 has compiled code", "alibaba:python3", "Python 3.6", "pyenv install 3.6", "has a wheel"):
        assert words in str(raised.value)


def test_a_build_that_does_not_end_is_ended(
    builder: WheelBuilder, make_sdist: MakeSdist, fc310: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheel_builder, "_TIMEOUT_S", 1.0)
    with pytest.raises(BuildError, match="did not end within 1 s"):
        builder.wheel(make_sdist(ENDLESS), "probe", "1.0", fc310)


def test_a_source_distribution_that_is_gone(builder: WheelBuilder, fc310: Target, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="cannot be read"):
        builder.wheel(tmp_path / "gone.tar.gz", "gone", "1.0", fc310)


def test_several_are_built_side_by_side(builder: WheelBuilder, make_sdist: MakeSdist, fc310: Target) -> None:
    """Neither begins before the other does: one after the other they would never."""
    both = threading.Barrier(2, timeout=30)
    builder._progress = lambda line: both.wait() and None
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(builder.wheel, make_sdist(name=name), name, "1.0", fc310) for name in ("a", "b")]
        assert [future.result().name for future in running] == ["a-1.0-py3-none-any.whl", "b-1.0-py3-none-any.whl"]


def test_threads_that_want_the_same_build_it_once(builder: WheelBuilder, make_sdist: MakeSdist, fc310: Target) -> None:
    said: list[str] = []
    builder._progress = said.append
    sdist, found = make_sdist(SLOW), []
    threads = [
        threading.Thread(target=lambda: found.append(builder.wheel(sdist, "probe", "1.0", fc310))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1 and len(said) == 1


def start(cache: Path, sdist: Path) -> subprocess.Popen[bytes]:
    code = (
        "import sys\nfrom pathlib import Path\nfrom yunfn.packaging.building import WheelBuilder\n"
        "from yunfn.packaging.target import Target\n"
        "builder = WheelBuilder(Path(sys.argv[1]), progress=lambda line: print(line, flush=True))\n"
        "builder.wheel(Path(sys.argv[2]), 'probe', '1.0', Target.parse('alibaba:python3.10'))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4] / "components")}
    command = [sys.executable, "-c", code, str(cache), str(sdist)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)


def _await_build(cache: Path) -> Path:
    """The folder builds run in, once one has begun there."""
    building = cache / "wheels" / "building"
    deadline = time.monotonic() + 60
    while not list(building.glob("*/environment/backend_call.py")) and time.monotonic() < deadline:
        time.sleep(0.02)
    return building


def test_processes_that_want_the_same_build_it_once(
    builder: WheelBuilder, make_sdist: MakeSdist, cache: Path, fc310: Target
) -> None:
    sdist = make_sdist(SLOW)
    running = [start(cache, sdist) for _ in range(3)]
    said = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert sorted(said) == [b"", b"", b"building probe 1.0 for Python 3.10\n"]


def test_after_a_kill_the_next_builds_as_if_nothing_had_been(
    builder: WheelBuilder, make_sdist: MakeSdist, cache: Path, fc310: Target
) -> None:
    sdist = make_sdist("import os, time\nif not os.path.exists('/usr/no'): time.sleep(1)\n")
    killed = start(cache, sdist)
    building = _await_build(cache)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stdout and killed.stdout.close()
    assert list(building.iterdir()) and builder._wheels.find(next(building.iterdir()).name) is None
    assert builder.wheel(sdist, "probe", "1.0", fc310).is_file()
    assert not list(building.iterdir())


def test_builds_under_way_and_those_that_wait_for_them_can_be_cancelled(
    make_sdist: MakeSdist, builder: WheelBuilder, cache: Path, fc310: Target
) -> None:
    sdist, cancelled = make_sdist(ENDLESS), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(builder.wheel, sdist, "probe", "1.0", fc310)
        # Only when the first is at work: on a busy machine the second could otherwise come first and build itself.
        _await_build(cache)
        waiting = WheelBuilder(cache, cancelled=cancelled)
        threading.Timer(0.3, cancelled.set).start()
        begun = time.monotonic()
        with pytest.raises(BuildError, match=r"probe 1\.0 could not be built: cancelled"):
            waiting.wheel(sdist, "probe", "1.0", fc310)
        assert time.monotonic() - begun < 15
        assert not first.done()
        builder._cancelled.set()
        with pytest.raises(BuildError, match="was cancelled"):
            first.result(timeout=60)
