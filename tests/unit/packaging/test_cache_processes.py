"""Several processes share one cache, and any of them may be killed at any moment."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from yunfn.packaging import ArtifactCache, pack

PACK = """
import sys
from pathlib import Path
from yunfn.packaging import pack
package = pack(sys.argv[1], cache=Path(sys.argv[2]))
package.verify()
print(package.digest, package.sha256)
"""

# The zip is in its place, its record is not: the moment that matters most.
DIE_BEFORE_THE_RECORD = """
import os, signal
from yunfn.packaging import cache
cache._put = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
"""

# The system kills it as it writes one byte more to a file than so many.
DIE_WHEN_IT_HAS_WRITTEN = """
import resource, signal, sys
sys.dont_write_bytecode = True
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, ({written}, {written}))
"""

# Ages its package, lets the pruner come, and reads what it is given then: FileNotFoundError if that was pruned.
USE_WHAT_IS_OLD = """
import contextlib, os, random, sys, time
from pathlib import Path
from yunfn.packaging import ArtifactCache, Contents
from yunfn.packaging.source import Generated
cache = ArtifactCache(Path(sys.argv[1]), limit=0, keep=1.0)
contents = Contents.of([(Generated({"a": sys.argv[2].encode() * 100}), "")], "test")
begun, found, missing = time.monotonic(), 0, 0
# For three seconds; on a busy machine until both happened often enough to have met.
while (took := time.monotonic() - begun) < 3 or (took < 60 and (found < 10 or missing < 5)):
    package = cache.package(contents.manifest)
    if package is None:
        missing += 1
        package = cache.pack([contents])[0]
    else:
        found += 1
    package.file.read_bytes()
    for file in (package.file, package.file.with_suffix(".json")):
        os.utime(file, (1, 1))
    time.sleep(random.uniform(0, 0.002))
print(found, missing)
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    noise = random.Random(3)
    for number in range(40):
        (folder / f"{number}.bin").write_bytes(noise.randbytes(500_000))
    return folder


def started(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> str:
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    return out.strip()


def test_processes_that_build_one_package_at_a_time_agree(code: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    answers = {ended(process) for process in [started(PACK, code, cache) for _ in range(5)]}
    assert len(answers) == 1
    package = pack(code, cache=cache)
    assert answers == {f"{package.digest} {package.sha256}"}
    assert {file.name for file in cache.iterdir()} == {".lock", f"{package.digest}.zip", f"{package.digest}.json"}


@pytest.mark.parametrize("written", [0, 3_000_000, 12_000_000])
def test_a_build_killed_in_the_middle_leaves_nothing_that_is_used(code: Path, tmp_path: Path, written: int) -> None:
    cache = tmp_path / "cache"
    process = started(DIE_WHEN_IT_HAS_WRITTEN.format(written=written) + PACK, code, cache)
    said = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGXFSZ, said
    assert [file for file in cache.glob("*") if not file.name.startswith(".")] == []
    assert [file.stat().st_size for file in cache.glob(".*/.*.part")] == [written]
    package = pack(code, cache=cache)
    package.verify()
    with zipfile.ZipFile(package.file) as archive:
        assert archive.testzip() is None


def test_a_kill_between_zip_and_record_frees_the_lock_and_is_mended(code: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    process = started(DIE_BEFORE_THE_RECORD + PACK, code, cache)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert len(list(cache.glob("*.zip"))) == 1
    assert list(cache.glob("*.json")) == []
    started_at = time.monotonic()
    package = pack(code, cache=cache)
    assert time.monotonic() - started_at < 30
    package.verify()
    assert ArtifactCache(cache).find(package.digest) == package


def test_what_a_process_was_given_is_not_pruned_under_its_hands(tmp_path: Path) -> None:
    cache = ArtifactCache(tmp_path / "cache", limit=0, keep=1.0)
    users = [started(USE_WHAT_IS_OLD, cache.folder, name) for name in ("one", "two", "three")]
    while any(user.poll() is None for user in users):
        cache.prune()
        time.sleep(0.0005)
    found, missing = (sum(numbers) for numbers in zip(*(map(int, ended(user).split()) for user in users), strict=True))
    assert found >= 30
    assert missing >= 15
