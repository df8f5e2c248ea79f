"""Requirements files: what is read, what is refused, and that errors name file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition.requirement_files import read_requirement_file

HASH = "sha256:" + "ab" * 32


def write(folder: Path, text: str, name: str = "requirements.txt") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_lines_are_read_with_their_numbers(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "\ufeff# comment\n\nFlask==2.0 # why\nrequests[socks]>=2 ; python_version < '3.8'\n"
        f"six==1.16 \\\n    --hash={HASH} \\\n    --hash=sha256:{'cd' * 32}\n    # via flask\nlast\n",
    )
    read = read_requirement_file(file)
    assert [(one.text, one.line) for one in read.requirements] == [
        ("Flask==2.0", 3),
        ('requests[socks]>=2; python_version < "3.8"', 4),
        ("six==1.16", 5),
        ("last", 9),
    ]
    assert read.requirements[2].hashes == (HASH, f"sha256:{'cd' * 32}")
    assert all(one.file == file for one in read.requirements)


def test_other_files_are_read_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub", "-r ../more.in\nsix\n", "base.txt")
    write(tmp_path, "flask\n", "more.in")
    write(tmp_path, "six<2\n-r limits.txt\n", "c.txt")
    write(tmp_path, "flask<3\n", "limits.txt")
    read = read_requirement_file(write(tmp_path, "-r sub/base.txt\n--constraint=c.txt\nlast\n"))
    assert [(one.text, one.file.name) for one in read.requirements] == [
        ("flask", "more.in"),
        ("six", "base.txt"),
        ("last", "requirements.txt"),
    ]
    assert [one.text for one in read.constraints] == ["six<2", "flask<3"]


def test_indexes_are_read_and_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    file = write(
        tmp_path,
        "-i https://user:${TOKEN}@index.example/simple\n--extra-index-url=https://u:p4ss@b.example\n"
        "--trusted-host b.example\nsix\n",
    )
    read = read_requirement_file(file)
    assert read.indexes.default == "https://user:s3cret@index.example/simple"
    assert read.indexes.extra == ("https://u:p4ss@b.example",)
    assert read.indexes.insecure_hosts == ("b.example",)
    for shown in (repr(read), repr(read.indexes)):
        assert "s3cret" not in shown and "p4ss" not in shown


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("-e .", "editable install"),
        ("--editable=./lib", "editable install"),
        ("./wheels/six-1-py3-none-any.whl", "file or folder of this machine"),
        ("six-1-py3-none-any.whl", "file or folder of this machine"),
        ("../lib", "file or folder of this machine"),
        ("C:\\lib", "file or folder of this machine"),
        ("git+https://user:pw@host/x.git", "a link cannot be locked"),
        ("https://host/six.whl", "a link cannot be locked"),
        ("six @ https://user:pw@host/six.whl", "is a link"),
        ("six @ file:///six", "is a link"),
        ("six =< 1", "is no requirement"),
        ("six==1 --global-option=x", "option '--global-option=x' is not supported"),
        ("six --hash=md5:abc", "only sha256"),
        ("--no-binary :all:", "--no-binary"),
        ("--frobnicate", "option '--frobnicate' is not known"),
        ("-r", "-r needs a value"),
        ("-r gone.txt", "there is no such file"),
        ("-r https://host/r.txt", "a file of this machine is wanted"),
        ("-r requirements.txt", "in a circle"),
        ("-i https://${NOT_THERE_AT_ALL}@host", "NOT_THERE_AT_ALL is not set"),
        ('-r "x', "quotes do not match"),
    ],
)
def test_what_is_refused_is_named_with_file_and_line(tmp_path: Path, line: str, words: str) -> None:
    file = write(tmp_path, f"six\n{line}\n")
    with pytest.raises(DefinitionError) as caught:
        read_requirement_file(file)
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{file}:2: ")
    assert "user:pw" not in str(caught.value)


def test_an_error_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    other = write(tmp_path, "\n\n!!\n", "other.txt")
    with pytest.raises(DefinitionError) as caught:
        read_requirement_file(write(tmp_path, "-r other.txt\n"))
    assert (caught.value.file, caught.value.line) == (str(other), 3)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_bytes(b"six\n\xff\xfe\n")
    with pytest.raises(DefinitionError, match="is not UTF-8 text"):
        read_requirement_file(file)
    with pytest.raises(DefinitionError, match="cannot be read"):
        read_requirement_file(tmp_path / "none.txt")
