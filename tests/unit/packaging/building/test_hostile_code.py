"""A build script and a hook that try to steal and to break out: each try fails, and would succeed unsandboxed."""

from __future__ import annotations

import json
import os
import shutil
import socket
import textwrap
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from yunfn.exceptions import IsolationError
from yunfn.isolation import Isolation, isolation
from yunfn.packaging.building import WheelBuilder, run_hook
from yunfn.packaging.definition.model import Hook
from yunfn.packaging.target import Target

SECRET = "the developer's own secret"

# What it tries; {…} are filled in by the test. Runs on Python 3.6.
ATTACK = """
import json, os, pwd, socket
def attempt(what):
    try:
        return what()
    except Exception as error:
        return "failed: " + type(error).__name__
def read(path):
    with open(path) as file:
        return file.read()
def write(path):
    with open(path, "w") as file:
        file.write("written")
    return "written"
def dial(family, address):
    with socket.socket(family) as sock:
        sock.settimeout(3)
        sock.connect(address)
    return "connected"
report = {{
    "environment": dict(os.environ),
    "home": attempt(lambda: os.listdir(os.path.expanduser("~"))),
    "profiles": [attempt(lambda: read(path)) for path in {profiles!r}],
    "by home": attempt(lambda: read(os.path.expanduser("~/.aliyun/config.json"))),
    "outside": [attempt(lambda: write(path)) for path in {outside!r}],
    "loopback": attempt(lambda: dial(socket.AF_INET, ("127.0.0.1", {port}))),
    "socket file": attempt(lambda: dial(socket.AF_UNIX, {socket_file!r})),
    "abstract": attempt(lambda: dial(socket.AF_UNIX, {abstract!r})),
    "interfaces": [name for _, name in socket.if_nameindex()],
    "name": attempt(lambda: socket.getaddrinfo("pypi.org", 443) and "resolved"),
}}
"""


@dataclass
class Bait:
    """What there is to steal and to break."""

    profiles: list[Path]
    outside: list[Path]
    attack: str


@pytest.fixture
def bait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bait]:
    home = tmp_path / "home"
    profiles = [home / ".aliyun/config.json", home / ".aws/credentials", Path.home() / f"yunfn-{uuid.uuid4().hex}"]
    for path in profiles:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SECRET)
    mark = uuid.uuid4().hex
    outside = [profiles[2].parent / mark, tmp_path / mark, Path("/tmp") / mark / "x", tmp_path / "cache/wheels" / mark]
    for path in outside:
        path.parent.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{SECRET}@127.0.0.1:1")
    monkeypatch.setenv("UV_CACHE_DIR", os.environ.get("UV_CACHE_DIR", str(Path(profiles[2].parent, ".cache", "uv"))))
    monkeypatch.setenv("PYENV_ROOT", os.environ.get("PYENV_ROOT", str(Path(profiles[2].parent, ".pyenv"))))
    abstract = f"\0yunfn-{mark}"
    with (
        socket.socket() as inet,
        socket.socket(socket.AF_UNIX) as file,
        socket.socket(socket.AF_UNIX) as name,
    ):
        inet.bind(("127.0.0.1", 0))
        file.bind(str(home / "socket"))
        name.bind(abstract)
        for each in (inet, file, name):
            each.listen()
        attack = ATTACK.format(
            profiles=[*map(str, profiles)], outside=[*map(str, outside)], port=inet.getsockname()[1],
            socket_file=str(home / "socket"), abstract=abstract,
        )  # fmt: skip
        yield Bait(profiles, outside, attack)
    profiles[2].unlink()
    outside[0].unlink(missing_ok=True)
    shutil.rmtree(outside[2].parent)


def check_nothing_was_reached(told: dict[str, Any], bait: Bait) -> None:
    """Every try has failed, and left no trace."""
    assert SECRET not in json.dumps(told)
    assert told["home"] == []
    # What is named below /tmp may seem to succeed: it is a private one. Here nothing is there, and that counts.
    reached = [*told["profiles"], told["by home"], told["outside"][0], told["loopback"], told["socket file"]]
    assert all(each.startswith("failed: ") for each in [*reached, told["abstract"], told["name"]]), told
    assert told["interfaces"] == ["lo"]
    assert not [path for path in bait.outside if path.exists()]
    assert all(path.read_text() == SECRET for path in bait.profiles)


def check_all_was_reached(told: dict[str, Any]) -> None:
    """What the same code gets where nothing holds it: were this to fail, the test above would show nothing."""
    assert told["profiles"] == [SECRET] * 3 and told["outside"] == ["written"] * 4
    assert told["loopback"] == told["socket file"] == told["abstract"] == "connected"


def reported(wheel: Path) -> dict[str, Any]:
    with zipfile.ZipFile(wheel) as archive:
        told: dict[str, Any] = json.loads(archive.read("report.json"))
    return told


@pytest.fixture
def hostile(bait: Bait, make_sdist: Callable[..., Path]) -> Path:
    """A source distribution that attacks when its build backend is imported."""
    return make_sdist(bait.attack + '\ndef content():\n    return {"report.json": json.dumps(report)}\n')


def test_a_build_reaches_nothing(builder: WheelBuilder, hostile: Path, fc310: Target, bait: Bait) -> None:
    told = reported(builder.wheel(hostile, "probe", "1.0", fc310))
    check_nothing_was_reached(told, bait)
    assert set(told["environment"]) == {
        "AR", "BLDSHARED", "CC", "CFLAGS", "CXX", "CXXFLAGS", "HOME", "LANG", "LDCXXSHARED", "LDSHARED", "PATH",
        "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONIOENCODING", "PYTHONNOUSERSITE", "PYTHONUNBUFFERED",
        "RANLIB", "SOURCE_DATE_EPOCH", "TMPDIR", "ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR",
    }  # fmt: skip


def test_a_machine_that_cannot_isolate_runs_no_build(
    fallback: Isolation, cache: Path, hostile: Path, fc310: Target, bait: Bait
) -> None:
    with pytest.raises(IsolationError, match=r"cannot isolate build scripts.*forced by a test.*--allow-unsandboxed"):
        WheelBuilder(cache).wheel(hostile, "probe", "1.0", fc310)
    assert not [path for path in bait.outside if path.exists()]


def test_unsandboxed_the_environment_is_clean_but_nothing_else_is_held_back(
    fallback: Isolation, cache: Path, hostile: Path, fc310: Target
) -> None:
    told = reported(WheelBuilder(cache, allow_unsandboxed=True).wheel(hostile, "probe", "1.0", fc310))
    assert SECRET not in json.dumps(told["environment"]) and told["home"] == [] != told["by home"]
    check_all_was_reached(told)


@pytest.fixture
def hook(bait: Bait, tmp_path: Path) -> Hook:
    script = tmp_path / "attack.py"
    script.write_text(textwrap.dedent(bait.attack) + '\njson.dump(report, open("report.json", "w"))\n')
    return Hook("python attack.py", files=(script,))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "layer"
    place.mkdir()
    return place


def test_a_hook_reaches_nothing(hook: Hook, folder: Path, fc310: Target, cache: Path, bait: Bait) -> None:
    if isolation().mode != "namespaces":
        pytest.skip(f"this machine forbids namespaces: {isolation().reason}")
    run_hook(hook, folder, fc310, cache=cache)
    check_nothing_was_reached(json.loads((folder / "report.json").read_text()), bait)


def test_a_hook_that_may_reaches_the_network_and_nothing_else(
    hook: Hook, folder: Path, fc310: Target, cache: Path, bait: Bait
) -> None:
    if isolation().mode != "namespaces":
        pytest.skip(f"this machine forbids namespaces: {isolation().reason}")
    run_hook(Hook(hook.command, network=True, files=hook.files), folder, fc310, cache=cache)
    told = json.loads((folder / "report.json").read_text())
    assert told["loopback"] == "connected" and told["interfaces"] == [name for _, name in socket.if_nameindex()]
    told |= {"loopback": "failed: ", "abstract": "failed: ", "name": "failed: ", "interfaces": ["lo"]}
    check_nothing_was_reached(told, bait)


def test_a_machine_that_cannot_isolate_runs_no_hook(
    fallback: Isolation, hook: Hook, folder: Path, fc310: Target, cache: Path
) -> None:
    with pytest.raises(IsolationError, match="--allow-unsandboxed"):
        run_hook(hook, folder, fc310, cache=cache)
    assert not (folder / "report.json").exists()
    run_hook(hook, folder, fc310, cache=cache, allow_unsandboxed=True)
    told = json.loads((folder / "report.json").read_text())
    assert SECRET not in json.dumps(told["environment"])
    check_all_was_reached(told)
