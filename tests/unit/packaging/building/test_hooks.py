"""Hooks: what they are given, what they leave, and what is said when they fail."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from elftools.elf.elffile import ELFFile

from yunfn.exceptions import BuildError
from yunfn.isolation import isolation
from yunfn.packaging.building import run_hook
from yunfn.packaging.building.go import calls_go, go_root
from yunfn.packaging.definition.model import Hook
from yunfn.packaging.target import Target


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "layer"
    place.mkdir()
    return place


@pytest.fixture
def run(folder: Path, compilers: Path, fc36: Target) -> Callable[..., list[str]]:
    """Runs a hook in ``folder``; answers the lines that it said."""
    if isolation().mode != "namespaces":
        pytest.skip(f"this machine forbids namespaces: {isolation().reason}")

    def run(command: str, *files: Path, **options: Any) -> list[str]:
        said: list[str] = []
        run_hook(Hook(command, files=files, **options), folder, fc36, cache=compilers, progress=said.append)
        return said

    return run


def test_it_is_told_what_for_and_has_the_targets_python(run: Callable[..., list[str]], fc310: Target) -> None:
    said = run('echo "$TARGET $PYTHON_VERSION $GLIBC $GOOS/$GOARCH $CGO_ENABLED"; python -V')
    assert said[0].startswith("running the hook") and said[0].endswith("for alibaba:python3")
    assert said[1] == "alibaba:python3 3.6 2.24 linux/amd64 1" and said[2].startswith("Python 3.6.")


@pytest.fixture
def closed() -> Iterator[None]:
    """New files are for their owner only, as on hardened machines; what runs isolated for root is another user."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_it_has_all_of_it_where_new_files_are_for_their_owner_only(
    closed: None, tmp_path: Path, fc36: Target, folder: Path, compilers: Path
) -> None:
    said: list[str] = []
    hook = Hook("python -V; echo 'int f(void) { return 1; }' > x.c; $CC -shared -fPIC x.c -o x.so; cat given",
                files=(tmp_path / "given",))  # fmt: skip
    (tmp_path / "given").write_text("given")
    run_hook(hook, folder, fc36, cache=compilers, progress=said.append)
    assert said[-2].startswith("Python 3.6.") and said[-1] == "given" and (folder / "x.so").is_file()


def test_files_and_folders_are_copied_in_and_results_stay(
    run: Callable[..., list[str]], folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "data/deep").mkdir(parents=True)
    (tmp_path / "data/deep/file").write_text("given")
    tool = tmp_path / "tool.sh"
    tool.write_text("#!/bin/sh\nmkdir -p out; cat data/deep/file > out/result; ln -s result out/link\n")
    tool.chmod(0o755)
    run("./tool.sh", tool, tmp_path / "data")
    assert (folder / "out/link").read_text() == "given" and os.access(folder / "tool.sh", os.X_OK)
    assert {path.lstat().st_uid for path in folder.rglob("*")} == {os.geteuid()}


def test_its_compiler_builds_for_the_targets_c_library(run: Callable[..., list[str]], folder: Path) -> None:
    (folder / "x.c").write_text("#include <math.h>\ndouble f(double x) { return pow(x, 2.5); }\n")
    run("$CC -shared -fPIC -O2 x.c -o libx.so -lm && mkdir t && $CC -c x.c -o t/x.o && $AR rc t/libx.a t/x.o")
    elf = ELFFile(io.BytesIO((folder / "libx.so").read_bytes()))
    [section] = [each for each in elf.iter_sections() if each.name == ".gnu.version_r"]
    versions = {aux.name for _, auxiliaries in section.iter_versions() for aux in auxiliaries}
    # pow is newer in glibc 2.29, which this machine may have and the target has not.
    assert versions == {"GLIBC_2.2.5"} and not (folder / "zig").exists()


def test_its_compiler_is_called_without_quotes_wherever_temporary_files_are(
    run: Callable[..., list[str]], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "two words").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "two words"))
    (folder / "x.c").write_text("#include <math.h>\ndouble f(double x) { return pow(x, 2.5); }\n")
    said = run("$CC -shared -fPIC x.c -o libx.so -lm && $CC -c x.c && $AR rc libx.a x.o && $RANLIB libx.a; echo $CC")
    assert (folder / "libx.so").is_file() and (folder / "libx.a").is_file() and said[-1] == "/yunfn-compiler/cc"


@pytest.mark.skipif(shutil.which("go") is None, reason="Go is not on this machine")
def test_go_makes_shared_libraries(run: Callable[..., list[str]], folder: Path, tmp_path: Path) -> None:
    where = shutil.which("go")
    assert where is not None
    if not where.startswith("/usr/"):
        pytest.skip(f"Go is in {where}, which hooks do not see")
    (folder / "go.mod").write_text("module probe\ngo 1.20\n")
    (folder / "main.go").write_text(
        'package main\nimport "C"\n//export Add\nfunc Add(a, b C.int) C.int { return a + b }\nfunc main() {}\n'
    )
    run("go build -buildmode=c-shared -o lib/libadd.so . && rm go.mod main.go lib/libadd.h")
    code = f"import ctypes; print(ctypes.CDLL({str(folder / 'lib/libadd.so')!r}).Add(40, 2))"
    done = subprocess.run(["python3", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "42\n" and str(tmp_path).encode() not in (folder / "lib/libadd.so").read_bytes()


def test_go_is_seen_wherever_path_has_it(
    run: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = tmp_path / "sdk/go"
    for part in ("bin", "pkg/tool", "src/runtime"):
        (go / part).mkdir(parents=True)
    (go / "VERSION").write_text("go1.99\n")
    (go / "bin/go").write_text("#!/bin/sh\necho go here: $*\n")
    (go / "bin/go").chmod(0o755)
    monkeypatch.setenv("PATH", f"{go / 'bin'}:/usr/bin:/bin")
    assert run("go version")[-1] == "go here: version"
    (go / "VERSION").unlink()
    # The folder around a program that is only called so can be anybody's home.
    assert go_root() is None


def test_without_go_the_error_says_where_to_get_it(
    run: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    if shutil.which("go", path="/usr/local/bin:/usr/bin:/bin") is not None:
        pytest.skip("Go is among the system's programs")
    with pytest.raises(BuildError) as caught:
        run("mkdir lib\ngo build -C go -o ../lib/x.so .")
    assert str(caught.value) == (
        "the hook 'mkdir lib' for alibaba:python3 needs Go, which is not on PATH:"
        " install it (https://go.dev/doc/install, or the system's package golang-go)"
    )
    with pytest.raises(BuildError, match=r"go: not found\nWhat would help: Go is not on PATH: install it \(https"):
        run("echo go > script; sh script")
    assert not calls_go("sh go/build.sh; cat logo build; cargo build")


def test_a_hook_that_fails_is_told_with_its_last_words(run: Callable[..., list[str]]) -> None:
    with pytest.raises(
        BuildError, match=r"the hook 'echo why >&2; exit 3' for alibaba:python3 ended with code 3:\n  why"
    ):
        run("echo why >&2; exit 3")
    with pytest.raises(BuildError, match="code 1"):
        run("false\ntrue")  # the first that fails is the end


def test_a_missing_file_is_named(run: Callable[..., list[str]], tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"its file .*/gone cannot be copied"):
        run("true", tmp_path / "gone")


@pytest.mark.parametrize("goal", ["/etc/passwd", "../outside", "../../etc"])
def test_links_out_of_the_layer_are_refused(run: Callable[..., list[str]], goal: str) -> None:
    with pytest.raises(BuildError, match=f"left x/link, a link to .*{goal[3:]} outside the layer"):
        run(f"mkdir x; ln -s {'../' if goal.startswith('.') else ''}{goal} x/link")


def test_a_hook_changes_the_tree_and_not_what_it_was_linked_from(
    run: Callable[..., list[str]], folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "cached.py").write_text("cached")
    (folder / "module.py").hardlink_to(tmp_path / "cached.py")
    run("echo changed > module.py")
    assert (tmp_path / "cached.py").read_text() == "cached" and (folder / "module.py").read_text() == "changed\n"


def test_passwords_of_proxies_stay_outside(run: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert "HTTP_PROXY=http://127.0.0.1:1" in run("env", network=True)
    assert not [line for line in run("env") if "PROXY" in line]
    assert not [line for line in run("env", network=True) if "secret" in line]
