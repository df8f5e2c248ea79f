"""What names a package: its digest, over what is in it, and its input key, over what it is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunfn.exceptions import PackagingError
from yunfn.packaging import Entry, Manifest, Mode, Target, manifest, pack
from yunfn.packaging.definition.model import (
    ExtraFiles,
    Hook,
    Indexes,
    LayerDefinition,
    LockedPackage,
    Requirement,
)
from yunfn.packaging.input_key import input_key

FC, SCF = Target.parse("alibaba:python3.10"), Target.parse("tencent:Python3.10")


def test_code_packages_keep_the_digests_of_earlier_releases(tmp_path: Path) -> None:
    """Written down from release 0.1.0: another digest would deploy every function of every stack anew."""
    root = tmp_path / "code"
    (root / "lib").mkdir(parents=True)
    (root / "__pycache__").mkdir()
    (root / "index.py").write_bytes(b"def handler(event, context):\n    return event\n")
    (root / "lib/é.txt").write_bytes(b"\x00\xff" * 50)
    (root / "run").write_bytes(b"#!/bin/sh\nexec true\n")
    (root / "run").chmod(0o755)
    (root / "lib/empty.py").write_bytes(b"")
    (root / "lib/up").symlink_to("../index.py")
    (root / "__pycache__/x.pyc").write_bytes(b"x")
    (root / ".DS_Store").write_bytes(b"x")
    plain = pack(root, cache=tmp_path / "cache")
    assert plain.digest == "02cbcf4276ff5e92856318c8dcde64c82dd7798c07ac067100109e5df266bfde"
    assert plain.manifest.target is None
    generated = {"yunfn_wsgi.py": b"x"}
    adapted = pack(root, prefix="python", exclude=["run"], generated=generated, cache=tmp_path / "cache")
    assert adapted.digest == "93f6d45e97ec702cbd7eb59e104666009f4f303201fecdce1d813790ecaf618a"


def entries(content: str = "a") -> list[Entry]:
    return [Entry("python/a.py", Mode.FILE, hashlib.sha256(content.encode()).hexdigest(), len(content))]


def test_the_digest_covers_target_and_builder() -> None:
    plain = Manifest.of(entries(), "test")
    fc = Manifest.of(entries(), "test", FC.name)
    made = [plain, fc, Manifest.of(entries(), "test", SCF.name), replace(fc, builder=fc.builder + 1)]
    assert len({each.digest for each in made}) == 4
    # Code packages are no builder's work.
    assert replace(plain, builder=99).digest == plain.digest


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="/\\.:"), min_size=1),
        st.tuples(st.sampled_from(Mode), st.binary(max_size=5)),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([None, FC.name]),
)
def test_the_canonical_form_is_read_back(files: dict[str, tuple[Mode, bytes]], target: str | None) -> None:
    found = [Entry(p, m, hashlib.sha256(c).hexdigest(), len(c)) for p, (m, c) in files.items()]
    made = Manifest.of(found, "test", target)
    assert Manifest.read(made.canonical, "test") == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yunfn-manifest 2\n",
        "yunfn-manifest 1\n",
        "yunfn-manifest 1\n100644 aa 1 ../x\n",
        "yunfn-manifest 1\n100600 aa 1 x\n",
        "yunfn-manifest 1\n100644 aa 1 b\n100644 aa 1 a\n",
        "yunfn-manifest 1\n100644 aa 1 a\n100644 aa 1 a\n",
        "yunfn-manifest 1\ntarget x\n",
        "yunfn-manifest 1\ntarget x\nbuilder y\n100644 aa 1 a\n",
        "yunfn-manifest 1\n100644 aa 1 a",
        "yunfn-manifest 1\n100644 aa 01 a\n",
        "yunfn-manifest 1\n100644 aa\n",
    ],
)
def test_what_is_no_canonical_form_is_not_read(text: str) -> None:
    with pytest.raises(PackagingError):
        Manifest.read(text.encode(), "test")
    with pytest.raises(PackagingError):
        Manifest.read(text.encode() + b"\xff", "test")


PACKAGES = (LockedPackage("numpy", "2.0", ("sha256:aa", "sha256:bb")), LockedPackage("six", "1.16", ("sha256:cc",)))


@pytest.fixture
def definition(tmp_path: Path) -> LayerDefinition:
    return layer(tmp_path / "one")


def layer(folder: Path) -> LayerDefinition:
    for name in ("data", "libs", "tool"):
        (folder / name).mkdir(parents=True)
    (folder / "data/model.bin").write_bytes(b"model")
    (folder / "libs/libx.so").write_bytes(b"\x7fELF")
    (folder / "tool/build.sh").write_bytes(b"#!/bin/sh\n")
    (folder / "one.txt").write_bytes(b"one")
    return LayerDefinition(
        "numeric",
        folder / "layer.yaml",
        folder,
        folder / "layer.lock",
        (FC, SCF),
        requirements=(Requirement("numpy", folder / "layer.yaml", 3),),
        files=(ExtraFiles(folder / "data", "data"), ExtraFiles(folder / "one.txt", "")),
        libraries=(ExtraFiles(folder / "libs", ""),),
        exclude=("tests/",),
        before=(Hook("sh tool/build.sh", files=(folder / "tool",)),),
        after=(Hook("true"),),
    )


def test_folder_times_orders_and_names_of_hosts_do_not_matter(definition: LayerDefinition, tmp_path: Path) -> None:
    key = input_key(definition, PACKAGES, FC)
    elsewhere = layer(tmp_path / "far" / "two")
    assert input_key(elsewhere, PACKAGES, FC) == key
    turned = tuple(replace(p, hashes=p.hashes[::-1]) for p in reversed(PACKAGES))
    assert input_key(definition, turned, FC) == key
    # What was asked for matters by what the lock makes of it; where from, and how the layer is called, not at all.
    line = replace(definition.requirements[0], text="numpy>=2", line=9)
    indexes = Indexes(default="https://user:secret@index.example/simple")
    assert input_key(replace(definition, name="x", requirements=(line,), indexes=indexes), PACKAGES, FC) == key


Change = Callable[[LayerDefinition], LayerDefinition | None]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: (d.folder / "data/model.bin").write_bytes(b"Model") and None,
        lambda d: (d.folder / "data/model.bin").chmod(0o755),
        lambda d: (d.folder / "data/model.bin").rename(d.folder / "data/other.bin") and None,
        lambda d: (d.folder / "data/more").symlink_to("model.bin"),
        lambda d: (d.folder / "one.txt").write_bytes(b"two") and None,
        lambda d: (d.folder / "one.txt").chmod(0o755),
        lambda d: (d.folder / "libs/libx.so").write_bytes(b"\x7fELF2") and None,
        lambda d: (d.folder / "tool/build.sh").write_bytes(b"#!/bin/sh\ntrue\n") and None,
        lambda d: replace(d, files=(replace(d.files[0], prefix="models"), d.files[1])),
        lambda d: replace(d, files=(replace(d.files[0], include=("*.txt",)), d.files[1])),
        lambda d: replace(d, files=(), libraries=(*d.libraries, *d.files)),
        lambda d: replace(d, exclude=()),
        lambda d: replace(d, before=(), after=(*d.after, *d.before)),
        lambda d: replace(d, after=(Hook("false"),)),
        lambda d: replace(d, after=(Hook("true", network=True),)),
        lambda d: replace(d, split=True),
    ],
)
def test_any_change_of_the_inputs_changes_the_key(definition: LayerDefinition, change: Change) -> None:
    key = input_key(definition, PACKAGES, FC)
    assert input_key(change(definition) or definition, PACKAGES, FC) != key


def test_packages_target_and_builder_change_the_key(definition: LayerDefinition) -> None:
    numpy, six = PACKAGES
    keys = [
        input_key(definition, PACKAGES, FC),
        input_key(definition, PACKAGES, SCF),
        input_key(definition, PACKAGES, FC, manifest.BUILDER_VERSION + 1),
        input_key(definition, PACKAGES[:1], FC),
        input_key(definition, (replace(numpy, version="2.1"), six), FC),
        input_key(definition, (replace(numpy, hashes=("sha256:aa",)), six), FC),
        input_key(definition, (replace(numpy, sdist=True), six), FC),
        input_key(definition, PACKAGES, replace(FC, runtime=replace(FC.runtime, glibc=(2, 31)))),
    ]
    assert len(set(keys)) == len(keys)


def test_a_file_that_is_not_there_is_named(definition: LayerDefinition) -> None:
    (definition.folder / "one.txt").unlink()
    with pytest.raises(PackagingError, match=r"one\.txt: cannot be read: No such file"):
        input_key(definition, PACKAGES, FC)
