"""``yunfn layer`` as users and scripts run it: what it prints, and how it ends.

A process of its own where a process matters; elsewhere the commands run in this one.
"""

from __future__ import annotations

import json
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from support.pythons import require_python
from support.wheels import write_wheel
from unit.cli.command import Yunfn

TARGET = "alibaba:python3.10"


@pytest.fixture
def layers(tmp_path: Path, yunfn: Yunfn) -> Path:
    """A project with one layer ``things`` of the package ``one``, which a local folder offers."""
    offered = tmp_path / "wheels"
    offered.mkdir()
    write_wheel(offered, "one", one__data=b"1" * 1000)
    yunfn.variables |= {"UV_FIND_LINKS": str(offered), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    folder = tmp_path / "project/layers"
    (folder / "things").mkdir(parents=True)
    (folder / "things/layer.yaml").write_text(f"requirements: one\ntargets: [{TARGET}, tencent:Python3.10]\n")
    return folder


def test_build_prints_what_is_in_it(yunfn: Yunfn, layers: Path, tmp_path: Path) -> None:
    first = yunfn("layer", "build", layers / "things", "--offline", "--output", tmp_path / "out")
    assert first.returncode == 0, first.stderr
    assert f"things for {TARGET} (built in" in first.stdout
    assert "one 1.0" in first.stdout
    assert " MB zipped of 500 MB, 0.0 MB unzipped of 2,048 MB for all layers of a function" in first.stdout
    assert " MB unzipped of 500 MB for the code and all layers of a function" in first.stdout
    assert "system    no ELF files; Debian 10 has GLIBC_2.28" in first.stdout
    assert "resolving" in first.stderr
    copied = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert copied == ["things-alibaba-python3.10.zip", "things-tencent-Python3.10.zip"]
    done = yunfn("layer", "build", layers / "things", "--json", "--frozen")
    alibaba, tencent = json.loads(done.stdout)
    assert alibaba["cached"] is tencent["cached"] is True
    (part,) = alibaba["parts"]
    assert Path(part["file"]).stat().st_size == part["zipped"]
    assert part["packages"] == [{"name": "one", "version": "1.0", "size": part["unzipped"]}]
    assert len(part["digest"]) == len(part["sha256"]) == 64
    assert alibaba["findings"] == [] and alibaba["needs"] == {"files": 0, "glibc": "", "path": ""}
    assert alibaba["limits"] == {"zipped": 500 * 2**20, "unzipped": 2048 * 2**20}


def test_list_and_lock_say_how_things_stand(yunfn: Yunfn, layers: Path) -> None:
    def row() -> tuple[str, bool]:
        done = yunfn.inside("layer", "list", "--json", cwd=layers.parent)
        (found, _) = json.loads(done.stdout)
        return found["lock"], bool(found["digests"])

    assert row() == ("missing", False)
    assert yunfn.inside("layer", "lock", layers / "things", "--check").returncode == 1
    assert yunfn.inside("layer", "lock", layers / "things", "--offline").returncode == 0
    assert yunfn.inside("layer", "lock", layers / "things", "--check").returncode == 0
    assert row() == ("fits", False)
    assert yunfn.inside("layer", "build", layers / "things", "--offline").returncode == 0
    assert row() == ("fits", True)
    (layers / "things/layer.yaml").write_text(f"requirements: one>=1\ntargets: [{TARGET}, tencent:Python3.10]\n")
    assert row() == ("out of date", False)
    stale = yunfn.inside("layer", "build", layers / "things", "--offline")
    assert stale.returncode == 1
    assert str(layers / "things/layer.lock") in stale.stderr
    assert str(layers / "things/layer.yaml") in stale.stderr
    assert yunfn.inside("layer", "lock", layers / "things", "--offline").returncode == 0
    assert row() == ("fits", True)


def test_a_broken_layer_does_not_hide_the_others(yunfn: Yunfn, layers: Path) -> None:
    (layers / "broken").mkdir()
    (layers / "broken/layer.yaml").write_text("targets: nowhere\n")
    done = yunfn.inside("layer", "list", cwd=layers.parent)
    assert done.returncode == 1
    assert "things" in done.stdout
    assert "broken  -" in done.stdout
    assert "broken/layer.yaml:1" in done.stderr


def test_plan_changes_nothing_and_fails_on_a_refused_package(yunfn: Yunfn, layers: Path) -> None:
    good = yunfn.inside("layer", "plan", layers / "things", "--offline", "--json")
    assert good.returncode == 0, good.stderr
    assert json.loads(good.stdout)[0]["packages"] == [
        {"name": "one", "version": "1.0", "source": "wheel", "refused": None}
    ]
    assert not (layers / "things/layer.lock").exists()
    (layers / "things/layer.yaml").write_text(f"requirements: [one, nowhere-to-be-had]\ntargets: {TARGET}\n")
    bad = yunfn.inside("layer", "plan", layers / "things", "--offline")
    assert bad.returncode == 1
    assert "nowhere-to-be-had is refused" in bad.stdout
    assert "1 of 2 packages can be had" in bad.stdout


def test_check_of_a_zip_from_elsewhere(yunfn: Yunfn, layers: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("python/fast.cpython-39-x86_64-linux-gnu.so", b"\xcf\xfa\xed\xfe" + bytes(60))
    done = yunfn.inside("layer", "check", tmp_path / "bad.zip", "--target", TARGET, "--json")
    assert done.returncode == 1
    (checked,) = json.loads(done.stdout)
    assert checked["target"] == TARGET
    assert "elf-format" in {finding["rule"] for finding in checked["findings"]}
    windows = (tmp_path / "bad.zip").rename(tmp_path / "BAD.ZIP")
    assert "elf-format" in yunfn.inside("layer", "check", windows, "--target", TARGET).stdout
    unsaid = yunfn.inside("layer", "check", windows)
    assert unsaid.returncode == 1
    assert "--target" in unsaid.stderr


def test_looking_writes_nothing_beside_the_definition(yunfn: Yunfn, layers: Path) -> None:
    for command in ("check", "tree"):
        done = yunfn.inside("layer", command, layers / "things", "--offline")
        assert (done.returncode, "yunfn layer lock" in done.stderr) == (1, True)
    assert yunfn.inside("layer", "lock", layers / "things", "--offline").returncode == 0
    before = (layers / "things/layer.lock").read_text()
    for command in ("check", "tree"):
        assert yunfn.inside("layer", command, layers / "things", "--offline").returncode == 0
    assert (layers / "things/layer.lock").read_text() == before


def test_check_imports_what_is_in_it(yunfn: Yunfn, layers: Path) -> None:
    require_python("3.10")
    yunfn.inside("layer", "lock", layers / "things", "--offline")
    done = yunfn.inside("layer", "check", layers / "things", "--target", TARGET, "--offline", "--import", "--json")
    assert done.returncode == 0, done.stderr
    (checked,) = json.loads(done.stdout)
    assert checked["imported"] == ["one"]
    said = yunfn.inside("layer", "check", layers / "things", "--target", TARGET, "--offline", "--import").stdout
    assert f"{TARGET}: 1 modules imported" in said


def test_tree_lists_and_draws(yunfn: Yunfn, layers: Path, tmp_path: Path) -> None:
    yunfn.inside("layer", "lock", layers / "things", "--offline")
    done = yunfn.inside("layer", "tree", layers / "things", "--offline", "--html", tmp_path / "map.html", "--json")
    assert done.returncode == 0, done.stderr
    (alibaba, _) = json.loads(done.stdout)
    assert alibaba["packages"][0]["name"] == "one"
    assert alibaba["packages"][0]["size"] == alibaba["unzipped"] > 1000
    page = (tmp_path / "map.html").read_text()
    assert "one" in page
    assert "://" not in page.replace("http://www.w3.org", "")


def test_the_cache_is_shown_and_cleared(yunfn: Yunfn, layers: Path, tmp_path: Path) -> None:
    yunfn.inside("layer", "build", layers / "things", "--offline")
    shown = json.loads(yunfn.inside("layer", "cache", "--json").stdout)
    assert shown["folder"] == str(tmp_path / "cache/yunfn")
    assert shown["bytes"]["packages"] > 500
    assert json.loads(yunfn.inside("layer", "cache", "--prune", "--json").stdout)["bytes"] == shown["bytes"]
    assert yunfn.inside("layer", "cache", "--clear", stdin="n\n").returncode == 1
    cleared = json.loads(yunfn.inside("layer", "cache", "--clear", "--yes", "--json").stdout)
    assert cleared["freed"] == sum(shown["bytes"].values())
    assert not any(cleared["bytes"].values())
    assert "YUNFN_CACHE_MB" in yunfn.inside("layer", "cache", "--prune", YUNFN_CACHE_MB="much").stderr
    assert yunfn.inside("layer", "build", layers / "things", "--offline").returncode == 0


def test_errors_are_one_sentence(yunfn: Yunfn, layers: Path, tmp_path: Path) -> None:
    for arguments, words in (
        (("build", tmp_path / "nothing"), "nothing"),
        (("build", layers / "things", "--target", "alibaba:python2"), "alibaba:python2"),
        (("build", layers / "things", "--push"), "--store"),
    ):
        done = yunfn.inside("layer", *arguments)
        assert done.returncode in (1, 2)
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_places_that_cannot_be_written_are_named(yunfn: Yunfn, layers: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for arguments in (("build", "--output", tmp_path / "file"), ("tree", "--html", tmp_path / "gone/map.html")):
        done = yunfn.inside("layer", arguments[0], layers / "things", "--offline", *arguments[1:])
        assert done.returncode == 1
        assert f"error: {arguments[1]} {arguments[2]}: cannot be written: " in done.stderr
        assert "Traceback" not in done.stderr


def test_a_machine_without_a_place_for_caches_is_told(yunfn: Yunfn, layers: Path) -> None:
    yunfn.variables.pop("XDG_CACHE_HOME")
    (layers / "things/go.txt").write_text("one\n")
    full = yunfn("layer", "build", layers / "things", "--offline", HOME="/proc/nobody", UV_CACHE_DIR=str(layers / "uv"))
    assert full.returncode == 1
    assert "error: /proc/nobody" in full.stderr
    assert "Traceback" not in full.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_build_leaves_nothing_half_done(
    yunfn: Yunfn, layers: Path, tmp_path: Path, number: int, code: int
) -> None:
    (layers / "things/layer.yaml").write_text(
        f"requirements: one\ntargets: {TARGET}\nbefore: echo started; sleep 300\n"
    )
    process = subprocess.Popen(
        yunfn.command("layer", "build", layers / "things", "--offline"),
        env=yunfn.variables,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "started" in line and "echo" not in line:
            break
    else:
        pytest.skip("this machine runs no hooks isolated")
    process.send_signal(number)
    began = time.monotonic()
    assert process.wait(timeout=30) == code
    process.stderr.close()
    assert time.monotonic() - began < 15
    assert not list((tmp_path / "cache").rglob("*.zip"))
    assert [path.name for path in yunfn.folder.joinpath("tmp").iterdir()] == []
