"""Funfiles: read as they are, and nothing in them passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition import read_definition
from yunfn.packaging.definition.funfile import read_funfile


def write(folder: Path, text: str, name: str = "Funfile") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_runtime_and_packages(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "# a layer\nRUNTIME\tpython3\nWORKDIR /code\n\n"
        "RUN fun-install pip  install -t /code/lib six==1.15.0 'requests >= 2'\n"
        "RUN pip3 install --no-cache-dir -U \\\n    # comment amid\n    flask \\\n    gunicorn\n"
        "run python3 -m pip install numpy && fun-install pip install 'scipy>=1.5' \"tornado < 7\"; pip install a\n",
    )
    runtime, read = read_funfile(file)
    assert runtime == "python3"
    assert [(one.text, one.line) for one in read.requirements] == [
        ("six==1.15.0", 5),
        ("requests>=2", 5),
        ("flask", 6),
        ("gunicorn", 6),
        ("numpy", 10),
        ("scipy>=1.5", 10),
        ("tornado<7", 10),
        ("a", 10),
    ]


def test_files_and_indexes_that_pip_is_given(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("six\n")
    (tmp_path / "c.txt").write_text("six<2\n")
    line = "RUN fun-install pip install -r r.txt -c c.txt -i https://u:p@host/simple --trusted-host=host\n"
    _, read = read_funfile(write(tmp_path, line))
    assert [one.text for one in read.requirements] == ["six"]
    assert [one.text for one in read.constraints] == ["six<2"]
    assert read.indexes.default == "https://u:p@host/simple"
    assert read.indexes.insecure_hosts == ("host",)


def test_the_runtime_is_the_target_unless_one_is_given(tmp_path: Path) -> None:
    file = write(tmp_path, "RUNTIME python3.9\nRUN pip install six\n", "Funfile.layer")
    assert [target.name for target in read_definition(file).targets] == ["alibaba:python3.9"]
    assert [target.name for target in read_definition(file, ["tencent:Python3.6"]).targets] == ["tencent:Python3.6"]
    assert read_definition(file).lock == tmp_path / "Funfile.layer.layer.lock"


def test_a_custom_runtime_asks_for_its_python(tmp_path: Path) -> None:
    file = write(tmp_path, "RUNTIME custom\nRUN pip install six\n")
    with pytest.raises(
        DefinitionError, match=r"brings its own Python: name the target, such as alibaba:custom\+python"
    ):
        read_definition(file)
    assert read_definition(file, ["alibaba:custom+python3.8"]).targets[0].python == "3.8"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("RUNTIME python2.7", "one of python3"),
        ("RUNTIME python3.10", "a second time"),
        ("RUN fun-install apt-get install libpq5", "under `libraries:`"),
        ("RUN wget http://host/x", "only pip install is understood"),
        ("RUN pip install six && make", "make: only pip install is understood"),
        ("RUN pip install six | tee log", "| is for the shell"),
        ("RUN pip install six>=1", "> is for the shell: put a requirement with a version in quotes"),
        ("RUN pip install", "says no package"),
        ("RUN pip install --no-deps six", "option --no-deps is not understood"),
        ("RUN pip install ./lib", "file or folder of this machine"),
        ("RUN pip install -r none.txt", "there is no such file"),
        ("RUN pip install 'six", "No closing quotation"),
        ("COPY a /b", "COPY is not understood"),
        ("ENV A=b", "ENV is not understood"),
    ],
)
def test_what_is_not_understood_is_named(tmp_path: Path, line: str, words: str) -> None:
    file = write(tmp_path, f"RUNTIME python3\n\n{line}\n")
    with pytest.raises(DefinitionError) as caught:
        read_funfile(file)
    assert words in str(caught.value)
    assert (caught.value.file, caught.value.line) == (str(file), 3)
