"""layer.yaml: every key, and that whatever is wrong is named by file, line, property and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from yunfn.exceptions import DefinitionError, PackagingError
from yunfn.packaging.definition import ExtraFiles, Hook, read_definition


def write(folder: Path, text: str, name: str = "layer.yaml") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_every_key(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write(tmp_path, "requests\n", "r.txt")
    write(tmp_path, "RUNTIME python3\nRUN pip install six\n", "Funfile")
    write(tmp_path, "x", "libz.so")
    file = write(
        tmp_path,
        """\
name: web-1
requirements:
  - Flask >= 2
  - r.txt
  - Funfile
  - sklearn==0.0 ; python_version > "3.5"
targets:
  - alibaba:python3.10
  - tencent:Python3.6
overrides: {SKlearn: scikit-learn, Flask: "flask==2.0.3"}
files:
  - data
  - {source: r.txt, prefix: /conf/sub/, include: ["*"], exclude: "*.pyc"}
libraries: libz.so
exclude: [tests/, "*.md"]
before: make all
after:
  - {run: echo done, network: true, files: [data, r.txt]}
  - touch x
split: auto
""",
    )
    read = read_definition(tmp_path)
    assert (read.name, read.file, read.folder, read.lock) == ("web-1", file, tmp_path, tmp_path / "layer.lock")
    assert [target.name for target in read.targets] == ["alibaba:python3.10", "tencent:Python3.6"]
    assert [(one.text, one.file.name, one.line) for one in read.requirements] == [
        ("flask==2.0.3", "layer.yaml", 3),
        ("requests", "r.txt", 1),
        ("six", "Funfile", 2),
        ('scikit-learn; python_version > "3.5"', "layer.yaml", 6),
    ]
    assert read.overrides == {"sklearn": "scikit-learn", "flask": "flask==2.0.3"}
    assert read.files == (
        ExtraFiles(tmp_path / "data", ""),
        ExtraFiles(tmp_path / "r.txt", "conf/sub", ("*",), ("*.pyc",)),
    )
    assert [one.source for one in read.libraries] == [tmp_path / "libz.so"]
    assert read.exclude == ("tests/", "*.md")
    assert read.before == (Hook("make all"),)
    assert read.after == (Hook("echo done", True, (tmp_path / "data", tmp_path / "r.txt")), Hook("touch x"))
    assert read.split


def test_little_is_enough_and_targets_given_stand_in_place(tmp_path: Path) -> None:
    write(tmp_path, "six\n", "requirements.txt")
    file = write(tmp_path, "file: requirements.txt\ntargets: alibaba:python3\n")
    read = read_definition(file)
    assert (read.name, read.targets[0].name, read.split) == (tmp_path.name, "alibaba:python3", False)
    assert [one.text for one in read.requirements] == ["six"]
    given = read_definition(file, ["tencent:Python3.9", "tencent:Python3.9"], {"six": "six==1.16"})
    assert [target.name for target in given.targets] == ["tencent:Python3.9"]
    assert given.requirements[0].text == "six==1.16"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("requirments: six", 1, "requirments is not known: did you mean requirements?"),
        ("name: a\nzzzz: 1", 2, "zzzz is not known: one of name, requirements"),
        ("name: 1abc", 1, "name: '1abc': a letter or _"),
        ("name: [a]", 1, "name: a text is wanted"),
        ("name:", 1, "name: a text is wanted"),
        ("name: a\nname: b", 2, "name stands here a second time"),
        ("- six", 1, "a mapping is wanted"),
        ("requirements:\n  - six\n  - 'six =<1'", 3, "'six =<1' is no requirement"),
        ("requirements:\n  - six\n  - none.txt", 3, "requirements[1]: there is no file none.txt"),
        ("requirements:\n  - {six: 1}", 2, "requirements[0]: a requirement or the name of a file is wanted"),
        ("requirements:\n  - git+https://u:p@h/x", 2, "a link cannot be locked"),
        ("file: setup.cfg", 1, "file: there is no file setup.cfg"),
        ("targets: [alibaba:python3, alibaba:python4]", 1, "targets[1]: target 'alibaba:python4': one of alibaba:"),
        ("targets: alibaba:custom", 1, "say which Python it brings"),
        ("targets: []", 1, "targets: at least one target is wanted"),
        ("overrides: [a]", 1, "overrides: a mapping of package to requirement is wanted"),
        ("overrides:\n  a: b\n  'x y': six", 3, "'x y' is no package name"),
        ("overrides:\n  a: 1 2", 2, "'1 2' is no requirement"),
        ("files: none", 1, "files: there is no file or folder none"),
        ("files:\n  - prefix: a", 2, "files[0]: source is missing"),
        ("files:\n  - source: layer.yaml\n    prefix: ../up", 3, "files[0].prefix: '../up': a folder inside the layer"),
        ("files:\n  - source: layer.yaml\n    prefix: a\\b", 3, "files[0].prefix"),
        ("files:\n  - source: layer.yaml\n    prefix: C:/x", 3, "files[0].prefix"),
        (
            'files:\n  - source: layer.yaml\n    prefix: "a\\nb"',
            3,
            "files[0].prefix: 'a\\nb': a folder inside the layer",
        ),
        ("files:\n  - source: layer.yaml\n    exclude: '!'", 3, "files[0].exclude: '!': not a pattern"),
        ("exclude:\n  - a\n  - '!'", 3, "exclude[1]: '!': not a pattern as in .gitignore"),
        ("files: /dev/null", 1, "files: /dev/null is neither file nor folder"),
        ("targets: alibaba:custom+python3.06", 1, "say which Python it brings"),
        ("targets: alibaba:custom+python3.１０", 1, "say which Python it brings"),
        ("targets: alibaba:custom+python3.999", 1, "say which Python it brings"),
        ("overrides: {a: b, b: c>1}", None, "overrides: a is replaced by b, and b by c"),
        ("overrides: {a: b, b: a}", None, "overrides: a is replaced by b, and b by a"),
        ("files:\n  - source: layer.yaml\n    prefixes: a", 3, "did you mean prefix?"),
        ("libraries: none.so", 1, "libraries: there is no file or folder none.so"),
        ("exclude: {a: b}", 1, "exclude: a pattern as in .gitignore is wanted"),
        ("before:\n  network: true", 2, "before: run is missing: the command"),
        ("before:\n  run: x\n  network: maybe", 3, "before.network: true or false is wanted"),
        ("after:\n  - run: x\n    files: none", 3, "after[0].files: there is no file or folder none"),
        ("split: 3", 1, "split: '3': auto, or false"),
        ("name: 'x", 1, "is no YAML"),
        ("a: b: c", 1, "is no YAML"),
        ("name: !!python/object:os.system x", 1, "name: a text is wanted"),
        ("", None, "is empty"),
        ("name: " + "[" * 5000, None, "too deep"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, line: int | None, words: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(DefinitionError) as caught:
        read_definition(file, ["alibaba:python3"] if "target" not in text else [])
    assert words in str(caught.value)
    assert ": :" not in str(caught.value)
    assert (caught.value.file, caught.value.line) == (str(file), line)


def test_without_a_target_all_of_them_are_named(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"no target: name one of alibaba:python3,.*alibaba:custom\+python3.N"):
        read_definition(write(tmp_path, "requirements: six"))
    with pytest.raises(PackagingError, match=r"target .aws:python3\.9.: one of"):
        read_definition(write(tmp_path, "requirements: six"), ["aws:python3.9"])


def test_a_folder_or_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"holds no layer\.yaml"):
        read_definition(tmp_path)
    with pytest.raises(DefinitionError, match="there is no such file"):
        read_definition(tmp_path / "gone.txt")
    with pytest.raises(DefinitionError, match="is of no known kind"):
        read_definition(write(tmp_path, "", "setup.cfg"), ["alibaba:python3"])


@pytest.mark.parametrize(
    ("name", "expected"), [("requirements.txt", "shop"), ("web.in", "web"), ("Funfile", "shop"), ("Funfile.x", "shop")]
)
def test_a_layer_is_named_by_its_file_or_folder(tmp_path: Path, name: str, expected: str) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    assert read_definition(write(folder, "# nothing\n", name), ["alibaba:python3"]).name == expected


def test_overriding_another_package_drops_the_hashes_of_the_first(tmp_path: Path) -> None:
    digest = "sha256:" + "0" * 64
    file = write(tmp_path, f"sklearn==0.0 --hash={digest}\nsix==1 --hash={digest}\n", "r.txt")
    read = read_definition(file, ["alibaba:python3"], {"sklearn": "scikit-learn", "six": "six==2"})
    assert [(one.text, one.hashes) for one in read.requirements] == [("scikit-learn", ()), ("six==2", (digest,))]
