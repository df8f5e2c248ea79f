"""Layers from definition to zip: what is in them, what is shared, what is not built again, what is refused."""

from __future__ import annotations

import json
import random
import shutil
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.wheels import write_wheel
from unit.packaging.layer.conftest import WriteWheel
from yunfn.exceptions import (
    BuildError,
    DefinitionError,
    FindingsError,
    PackagingError,
    StaleLockError,
)
from yunfn.packaging import ArtifactCache
from yunfn.packaging.building.locks import locked
from yunfn.packaging.definition import read_definition
from yunfn.packaging.layer import BuildOptions, BuiltLayer, build_layer
from yunfn.packaging.layer import build as building

TARGETS = ("alibaba:python3.10", "tencent:Python3.10")


def names(layer: BuiltLayer) -> set[str]:
    with zipfile.ZipFile(layer.parts[0].package.file) as archive:
        return set(archive.namelist())


def folder(tmp_path: Path, yaml: str, name: str = "things") -> Path:
    made = tmp_path / "layers" / name
    made.mkdir(parents=True)
    (made / "layer.yaml").write_text(yaml)
    return made


def test_a_bare_requirements_file_for_two_clouds(tmp_path: Path, options: BuildOptions, wheel: WriteWheel) -> None:
    wheel("one", data__table_csv=b"1,2\n")
    wheel("two", "2.5")
    (tmp_path / "requirements.txt").write_text("one\ntwo>2\n")
    alibaba, tencent = build_layer(read_definition(tmp_path / "requirements.txt", TARGETS), options=options)
    assert {"python/one/__init__.py", "python/two-2.5.dist-info/METADATA"} <= names(alibaba)
    assert names(tencent) == {path.removeprefix("python/") for path in names(alibaba)}
    assert not {path for path in names(alibaba) if path.endswith(("RECORD", "INSTALLER"))}
    assert alibaba.parts[0].package.digest != tencent.parts[0].package.digest
    assert [(p.name, p.version) for p in alibaba.parts[0].packages] == [("one", "1.0"), ("two", "2.5")]
    assert sum(p.size for p in alibaba.parts[0].packages) == alibaba.parts[0].package.manifest.size
    assert list(tmp_path.glob("*.lock")) == []


def test_two_folders_and_two_orders_give_one_digest(tmp_path: Path, wheel: WriteWheel) -> None:
    wheel("one")
    wheel("two")
    digests = set()
    for number, lines in enumerate(("one\ntwo\n", "two\none\n", "# a comment\nTwo\nOne\n")):
        place = tmp_path / str(number)
        place.mkdir()
        (place / "requirements.txt").write_text(lines)
        options = BuildOptions(cache=ArtifactCache(place / "packages"), offline=True)
        built = build_layer(read_definition(place / "requirements.txt", TARGETS[:1]), options=options)
        digests.add(built[0].parts[0].package.digest)
    assert len(digests) == 1


def test_an_unchanged_layer_is_not_built_again(
    tmp_path: Path, options: BuildOptions, wheel: WriteWheel, own_caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel("one")
    place = folder(tmp_path, f"requirements: [one]\ntargets: {TARGETS[0]}\n")
    first = build_layer(read_definition(place), options=options)[0]
    shutil.rmtree(own_caches)
    monkeypatch.setenv("PATH", "/nowhere")
    again = build_layer(read_definition(place), options=options)[0]
    assert (first.cached, again.cached) == (False, True)
    assert again.parts == first.parts


def test_of_two_who_build_the_same_at_once_one_waits(tmp_path: Path, options: BuildOptions, wheel: WriteWheel) -> None:
    wheel("one")
    place = folder(tmp_path, f"requirements: [one]\ntargets: {TARGETS[0]}\n")
    build_layer(read_definition(place), options=replace(options, cache=ArtifactCache(tmp_path / "for the lock")))
    both = threading.Barrier(2)

    def build() -> BuiltLayer:
        both.wait(60)
        return build_layer(read_definition(place), options=options)[0]

    with ThreadPoolExecutor(2) as pool:
        found = [job.result(60) for job in [pool.submit(build), pool.submit(build)]]
    assert {layer.source for layer in found} == {"built", "cache"}
    assert found[0].parts == found[1].parts


def test_who_waits_for_another_can_be_cancelled(tmp_path: Path, options: BuildOptions, wheel: WriteWheel) -> None:
    wheel("one")
    place = folder(tmp_path, f"requirements: [one]\ntargets: {TARGETS[0]}\n")
    key = build_layer(read_definition(place), options=options)[0].input_key
    elsewhere = replace(options, cache=ArtifactCache(tmp_path / "elsewhere"))
    with locked(elsewhere.cache.building(key)):
        threading.Timer(0.3, elsewhere.cancelled.set).start()
        with pytest.raises(BuildError, match="building things was cancelled"):
            build_layer(read_definition(place), options=elsewhere)


@pytest.mark.parametrize(
    "details", [{}, {"parts": 3}, {"parts": []}, {"parts": [[["a", "b"]]]}, {"parts": [[[1, 2, "x"]]]}]
)
def test_a_record_of_another_form_is_built_anew(
    tmp_path: Path, options: BuildOptions, wheel: WriteWheel, details: object
) -> None:
    wheel("one")
    place = folder(tmp_path, f"requirements: [one]\ntargets: {TARGETS[0]}\n")
    first = build_layer(read_definition(place), options=options)[0]
    (record,) = (options.cache.folder / "inputs").iterdir()
    record.write_text(json.dumps({**json.loads(record.read_text()), "details": details}))
    again = build_layer(read_definition(place), options=options)[0]
    assert (again.cached, again.parts) == (False, first.parts)


@pytest.mark.parametrize("change", ["file", "mode", "exclude", "version", "target", "builder"])
def test_whatever_goes_in_changes_the_digest(
    tmp_path: Path, options: BuildOptions, wheel: WriteWheel, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel("one", data__a=b"a")
    place = folder(tmp_path, f"requirements: [one]\ntargets: {TARGETS[0]}\nfiles: run.sh\n")
    (place / "run.sh").write_text("true\n")
    before = build_layer(read_definition(place), options=options)[0]
    if change == "file":
        (place / "run.sh").write_text("false\n")
    elif change == "mode":
        (place / "run.sh").chmod(0o755)
    elif change == "exclude":
        with (place / "layer.yaml").open("a") as yaml:
            yaml.write("exclude: data/\n")
    elif change == "version":
        wheel("one", "2.0", data__a=b"a")
    elif change == "target":
        (place / "layer.yaml").write_text(f"requirements: [one]\ntargets: {TARGETS[1]}\nfiles: run.sh\n")
    else:
        from yunfn.packaging import input_key, manifest

        monkeypatch.setattr(manifest, "BUILDER_VERSION", 99)
        monkeypatch.setattr(building, "input_key", lambda d, p, t: input_key.input_key(d, p, t, 99))
        monkeypatch.setattr(manifest.Manifest.__init__, "__defaults__", (None, 99))
    after = build_layer(read_definition(place), options=replace(options, update=change == "version"))[0]
    assert after.input_key != before.input_key
    assert after.parts[0].package.digest != before.parts[0].package.digest


def test_extra_files_and_libraries_go_where_each_cloud_looks(
    tmp_path: Path, options: BuildOptions, wheel: WriteWheel
) -> None:
    wheel("one")
    place = folder(
        tmp_path,
        "requirements: one\n"
        f"targets: [{', '.join(TARGETS)}]\n"
        "files: [{source: models, prefix: share/models, exclude: '*.tmp'}]\n"
        "libraries: native/libthing.so.1\n",
    )
    (place / "models").mkdir()
    (place / "models/a.bin").write_bytes(b"a")
    (place / "models/b.tmp").write_bytes(b"b")
    (place / "native").mkdir()
    # Any true library of this machine that asks for nothing new.
    shutil.copy(_small_library(), place / "native/libthing.so.1")
    alibaba, tencent = build_layer(read_definition(place), options=options)
    assert {"share/models/a.bin", "lib/libthing.so.1"} <= names(alibaba)
    assert "share/models/b.tmp" not in names(alibaba)
    with zipfile.ZipFile(tencent.parts[0].package.file) as archive:
        assert "lib/libthing.so.1" in archive.namelist()
        assert archive.read("libthing.so.1") == b"lib/libthing.so.1"
        assert archive.getinfo("libthing.so.1").external_attr >> 16 == 0o120777


def _small_library() -> Path:
    """A shared library that needs next to nothing, made for the occasion."""
    import subprocess
    import sys
    import tempfile

    folder = Path(tempfile.mkdtemp())
    (folder / "thing.c").write_text("int thing(void) { return 1; }\n")
    command = [sys.executable, "-m", "ziglang", "cc", "-target", "x86_64-linux-gnu.2.17", "-shared", "-nostdlib"]
    subprocess.run([*command, "-o", str(folder / "libthing.so.1"), str(folder / "thing.c")], check=True, timeout=300)
    return folder / "libthing.so.1"


def test_hooks_make_and_change_what_goes_in(
    tmp_path: Path, options: BuildOptions, wheel: WriteWheel, machine_isolates: None
) -> None:
    wheel("one", one__data=b"from the wheel")
    place = folder(
        tmp_path,
        "requirements: one\n"
        f"targets: [{', '.join(TARGETS)}]\n"
        'before: {run: "mkdir lib && cat word.txt > lib/$TARGET.txt", files: word.txt}\n'
        'after: "echo changed > one/data && rm one/__init__.py"\n',
    )
    (place / "word.txt").write_text("word")
    alibaba, tencent = build_layer(read_definition(place), options=options)
    assert {"lib/alibaba:python3.10.txt", "python/one/data"} <= names(alibaba)
    assert not {"word.txt", "python/one/__init__.py"} & names(alibaba)
    assert "lib/tencent:Python3.10.txt" in names(tencent)
    with zipfile.ZipFile(tencent.parts[0].package.file) as archive:
        assert archive.read("one/data") == b"changed\n"
    # The wheel in uv's cache is as it was.
    place = folder(tmp_path, f"requirements: one\ntargets: {TARGETS[0]}\n", "other")
    other = build_layer(read_definition(place), options=options)[0]
    with zipfile.ZipFile(other.parts[0].package.file) as archive:
        assert archive.read("python/one/data") == b"from the wheel"


def test_files_given_to_a_hook_are_no_patterns(tmp_path: Path, options: BuildOptions, machine_isolates: None) -> None:
    given = ["we[i]rd.txt", "end ", "!not", "#no", "a*"]
    listed = ", ".join(f"'{name}'" for name in given)
    place = folder(
        tmp_path, f"targets: {TARGETS[0]}\nbefore: {{run: 'echo > w; echo > aa; ln -s l l', files: [{listed}]}}\n"
    )
    for name in given:
        (place / name).write_text(name)
    (built,) = build_layer(read_definition(place), options=options)
    assert names(built) == {"w", "aa", "l"}


def test_a_failing_hook_is_named_with_its_last_words(
    tmp_path: Path, options: BuildOptions, wheel: WriteWheel, machine_isolates: None
) -> None:
    wheel("one")
    place = folder(tmp_path, f"requirements: one\ntargets: {TARGETS[0]}\nbefore: echo it is over; exit 3\n")
    with pytest.raises(BuildError, match=r"(?s)echo it is over.*it is over"):
        build_layer(read_definition(place), options=options)


def test_what_would_fail_in_the_cloud_is_not_kept(tmp_path: Path, options: BuildOptions, wheel: WriteWheel) -> None:
    wheel("one")
    place = folder(tmp_path, f"requirements: one\ntargets: {TARGETS[0]}\nfiles: {{source: ext, prefix: python}}\n")
    (place / "ext").mkdir()
    (place / "ext/fast.cpython-39-x86_64-linux-gnu.so").write_bytes(b"\xcf\xfa\xed\xfe" + bytes(64))
    with pytest.raises(FindingsError, match=r"python/fast\.cpython-39-x86_64-linux-gnu\.so.*elf-format"):
        build_layer(read_definition(place), options=options)
    assert not list((tmp_path / "packages").glob("*.zip"))


def test_over_the_limit_a_layer_is_split_by_package(
    tmp_path: Path, options: BuildOptions, wheel: WriteWheel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two", "three"):
        wheel(name, **{f"{name}__data": random.Random(name).randbytes(480_000)})
    place = folder(tmp_path, f"requirements: [one, two, three]\ntargets: {TARGETS[0]}\nsplit: auto\n")
    limits = read_definition(place).targets[0].limits
    monkeypatch.setitem(building.Target.limits.fget.__globals__["LAYER_LIMITS"], "alibaba", replace(limits, zip_mb=1))
    built = build_layer(read_definition(place), options=options)[0]
    assert len(built.parts) == 2
    assert all(part.package.zip_size <= 2**20 for part in built.parts)
    assert sorted(p.name for part in built.parts for p in part.packages) == ["one", "three", "two"]
    again = build_layer(read_definition(place), options=options)[0]
    assert again.cached
    assert again.parts == built.parts
    kept = {part.package.file for part in built.parts}
    assert set(options.cache.folder.glob("*.zip")) == kept
    # Not split, it is refused, and nothing of it stays.
    file = place / "layer.yaml"
    file.write_text(file.read_text().replace("split: auto", "split: false"))
    with pytest.raises(FindingsError, match=r"takes 1 MB per layer; .*`split: auto`"):
        build_layer(read_definition(place), options=options)
    assert set(options.cache.folder.glob("*.zip")) == kept


def test_a_lock_that_does_not_fit_names_both_files(tmp_path: Path, options: BuildOptions, wheel: WriteWheel) -> None:
    wheel("one")
    wheel("two")
    place = folder(tmp_path, f"requirements: one\ntargets: {TARGETS[0]}\n")
    with pytest.raises(DefinitionError, match=r"layer\.lock.*there is no lock"):
        build_layer(read_definition(place), options=replace(options, frozen=True))
    build_layer(read_definition(place), options=options)
    (place / "layer.yaml").write_text(f"requirements: [one, two]\ntargets: {TARGETS[0]}\n")
    with pytest.raises(StaleLockError, match=r"layer\.lock.*layer\.yaml.*two"):
        build_layer(read_definition(place), options=options)
    lock = (place / "layer.lock").read_text()
    assert "://" not in lock


def test_an_index_that_the_definition_names_is_the_one_that_is_asked(
    tmp_path: Path, options: BuildOptions, own_caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UV_FIND_LINKS")
    page = tmp_path / "index" / "one"
    page.mkdir(parents=True)
    file = write_wheel(page, "one")
    (page / "index.html").write_text(f'<a href="{file.name}">{file.name}</a>')
    with served(tmp_path / "index") as url:
        (tmp_path / "requirements.txt").write_text(f"--index-url {url}\none\n")
        online = replace(options, offline=False)
        (layer,) = build_layer(read_definition(tmp_path / "requirements.txt", TARGETS[:1]), options=online)
    assert "python/one/__init__.py" in names(layer)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder behind HTTP on loopback; its URL."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_no_target_is_said(tmp_path: Path, options: BuildOptions) -> None:
    (tmp_path / "requirements.txt").write_text("one\n")
    with pytest.raises(PackagingError, match="no target: name one of alibaba:python3,"):
        build_layer(read_definition(tmp_path / "requirements.txt"), options=options)
