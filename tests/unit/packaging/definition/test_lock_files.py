"""uv.lock and poetry.lock: what is wanted at run time, and what is fixed for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition import read_definition
from yunfn.packaging.definition.lock_files import read_poetry_lock, read_uv_lock

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64

# As uv 0.13 writes it: forks by Python, an extra, a group, a marker.
UV = f"""\
version = 1
revision = 3
requires-python = ">=3.9"

[[package]]
name = "pysocks"
version = "1.7.1"
source = {{ registry = "https://pypi.org/simple" }}
sdist = {{ url = "https://files/PySocks-1.7.1.tar.gz", hash = "{A}" }}
wheels = [
    {{ url = "https://files/PySocks-1.7.1-py3-none-any.whl", hash = "{B}" }},
]

[[package]]
name = "numpy"
version = "2.0.2"
source = {{ registry = "https://pypi.org/simple" }}
resolution-markers = [
    "python_full_version < '3.10'",
    "python_full_version == '3.11.*'",
]
wheels = [{{ url = "https://files/numpy.whl", hash = "{A}" }}]

[[package]]
name = "numpy"
version = "2.2.6"
source = {{ registry = "https://pypi.org/simple" }}
resolution-markers = ["python_full_version == '3.10.*'"]
wheels = [{{ url = "https://files/numpy2.whl", hash = "{B}" }}]

[[package]]
name = "iniconfig"
version = "2.1.0"
source = {{ git = "https://u:pw@host/iniconfig?rev=1#2" }}

[[package]]
name = "requests"
version = "2.32.5"
source = {{ registry = "https://pypi.org/simple" }}
dependencies = [{{ name = "numpy" }}]

[package.optional-dependencies]
socks = [{{ name = "pysocks" }}]
unused = [{{ name = "iniconfig" }}]

[[package]]
name = "shop"
version = "0.1.0"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "numpy", version = "2.0.2", source = {{ registry = "x" }}, marker = "python_full_version < '3.10'" }},
    {{ name = "requests", extra = ["socks"] }},
]

[package.dev-dependencies]
dev = [{{ name = "iniconfig" }}]
"""


def write(folder: Path, text: str, name: str) -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_uv_lock(tmp_path: Path) -> None:
    file = write(tmp_path, UV, "uv.lock")
    read = read_definition(file, ["alibaba:python3.10"])
    assert read.name == tmp_path.name
    assert [(one.text, one.line) for one in read.requirements] == [
        ('numpy; python_full_version < "3.10"', 46),
        ("requests[socks]", 46),
    ]
    # The group's package is neither wanted nor a reason to refuse the lock.
    assert [(one.text, one.line, one.hashes) for one in read.pinned] == [
        ("pysocks==1.7.1", 5, (B, A)),
        ('numpy==2.0.2; python_full_version < "3.10" or python_full_version == "3.11.*"', 14, (A,)),
        ('numpy==2.2.6; python_full_version == "3.10.*"', 24, (B,)),
        ("requests==2.32.5", 36, ()),
    ]


def test_a_package_of_a_link_is_refused_where_it_is_wanted(tmp_path: Path) -> None:
    file = write(tmp_path, UV.replace('extra = ["socks"]', 'extra = ["unused"]'), "uv.lock")
    with pytest.raises(DefinitionError, match="iniconfig comes from git and not from an index") as caught:
        read_uv_lock(file)
    assert caught.value.line == 31
    assert "pw" not in str(caught.value)


def test_a_lock_for_other_pythons_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, UV, "uv.lock")
    with pytest.raises(DefinitionError, match=r"locked for Python >=3\.9, but alibaba:python3 has Python 3\.6"):
        read_definition(file, ["alibaba:python3.9", "alibaba:python3"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = 2\n", r"lock version '2' is not known: 1\.x is read"),
        ("version = 1\n[[package]\n", r"uv\.lock:2: is no TOML"),
        ("version = 1\n", "holds no project of its own"),
    ],
)
def test_uv_locks_that_cannot_be_read(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        read_uv_lock(write(tmp_path, text, "uv.lock"))


ROOT = 'version = 1\n[[package]]\nname = "a"\nsource = {virtual = "."}\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = 1\npackage = 3\n", "package: a list is wanted"),
        ("version = 1\n[package]\nname = 1\n", "package: a list is wanted"),
        ('version = 1\n[[package]]\nversion = "1"\n', r"package\[0\]: has no name"),
        (ROOT.replace("{virtual", '"x" # {virtual'), r"package\[0\]\.source: a table is wanted"),
        (ROOT + 'dependencies = ["b"]\n', r"package\[0\]\.dependencies\[0\]: a table is wanted"),
        (ROOT + "dependencies = [{x = 1}]\n", r"dependencies\[0\]: has no name"),
        (ROOT + "optional-dependencies = {a = 3}\n", r"optional-dependencies\.a: a list is wanted"),
        (ROOT + "wheels = [{hash = 3}]\n", r"wheels\[0\]\.hash: a text is wanted"),
        (
            ROOT + 'dependencies = [{name = "b"}]\n[[package]]\nname = "b"\nsource = {registry = "x"}\n',
            r"uv\.lock:6: b has no version",
        ),
    ],
)
def test_damaged_uv_locks_are_told_by_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        read_uv_lock(write(tmp_path, text, "uv.lock"))


META = '[metadata]\nlock-version = "2.1"\n'
PACKAGE = '[[package]]\nname = "a"\nversion = "1"\ngroups = ["main"]\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("metadata = 3\n", "metadata: a table is wanted"),
        ('[[package]]\nname = "a"\n' + META, r"package\[0\]: has no version"),
        (PACKAGE + 'source = "x"\n' + META, r"package\[0\]\.source: a table is wanted"),
        (PACKAGE + 'files = ["x"]\n' + META, r"package\[0\]\.files\[0\]: a table is wanted"),
        (PACKAGE + "markers = 3\n" + META, r"package\[0\]\.markers: a text is wanted"),
        (PACKAGE + META + "files = {a = 3}\n", r"metadata\.files\.a: a list is wanted"),
    ],
)
def test_damaged_poetry_locks_are_told_by_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        read_poetry_lock(write(tmp_path, text, "poetry.lock"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[project]\ndependencies = 3\n", r"project\.dependencies: a list is wanted"),
        ("tool = 3\n", "tool: a table is wanted"),
        ("[tool.poetry.dependencies]\nb = 3\n", r"tool\.poetry\.dependencies\.b: a text is wanted"),
        ("[\n", r"pyproject\.toml(:\d+)?: is no TOML"),
    ],
)
def test_damaged_projects_beside_a_poetry_lock_are_told_by_place(tmp_path: Path, text: str, words: str) -> None:
    lock = write(tmp_path, PACKAGE.replace('groups = ["main"]\n', "") + META, "poetry.lock")
    write(tmp_path, text, "pyproject.toml")
    with pytest.raises(DefinitionError, match=words):
        read_poetry_lock(lock)


POETRY_2 = f"""\
[[package]]
name = "requests"
version = "2.31.0"
optional = false
python-versions = ">=3.7"
groups = ["main", "dev"]
files = [
    {{file = "requests-2.31.0-py3-none-any.whl", hash = "{A}"}},
]

[[package]]
name = "colorama"
version = "0.4.6"
optional = false
groups = ["main", "dev"]
markers = {{main = "sys_platform == \\"win32\\"", dev = "os_name == \\"nt\\""}}
files = []

[[package]]
name = "pytest"
version = "8"
optional = false
groups = ["dev"]
files = []

[[package]]
name = "extra"
version = "1"
optional = true
groups = ["main"]
files = []

[metadata]
lock-version = "2.1"
python-versions = ">=3.9,<4.0"
"""


def test_poetry_lock(tmp_path: Path) -> None:
    read = read_poetry_lock(write(tmp_path, POETRY_2, "poetry.lock"))
    assert [(one.text, one.line, one.hashes) for one in read.requirements] == [
        ("requests==2.31.0", 1, (A,)),
        ('colorama==0.4.6; sys_platform == "win32"', 11, ()),
    ]
    assert read.constraints == []


def test_an_older_poetry_lock_takes_what_is_wanted_from_the_project(tmp_path: Path) -> None:
    old = POETRY_2.replace('groups = ["main", "dev"]\n', "").replace('groups = ["dev"]\n', "")
    old = old.replace('groups = ["main"]\n', "").replace("2.1", "2.0").replace(">=3.9,<4.0", "^3.8")
    file = write(tmp_path, old, "poetry.lock")
    with pytest.raises(DefinitionError, match=r"put the project's pyproject\.toml beside it"):
        read_poetry_lock(file)
    write(
        tmp_path,
        '[tool.poetry.dependencies]\npython = "^3.8"\nRequests = {version = "^2", extras = ["socks"]}\n'
        'extra = {version = "*", optional = true}\ncolorama = {version = "*", markers = "sys_platform == \'win32\'"}\n',
        "pyproject.toml",
    )
    read = read_poetry_lock(file)
    assert [one.text for one in read.requirements] == ["Requests[socks]", 'colorama; sys_platform == "win32"']
    assert read.constraints[0].text == "requests==2.31.0"
    write(tmp_path, '[project]\ndependencies = ["flask>=2"]\n', "pyproject.toml")
    assert [one.text for one in read_poetry_lock(file).requirements] == ["flask>=2"]


def test_an_old_poetry_lock_says_the_category_and_has_the_files_apart(tmp_path: Path) -> None:
    text = f"""\
[[package]]
name = "six"
version = "1.16.0"
category = "main"
optional = false

[[package]]
name = "pytest"
version = "6"
category = "dev"
optional = false

[metadata]
lock-version = "1.1"

[metadata.files]
six = [{{file = "six.whl", hash = "{A}"}}]
pytest = []
"""
    read = read_poetry_lock(write(tmp_path, text, "poetry.lock"))
    assert [(one.text, one.hashes) for one in read.requirements] == [("six==1.16.0", (A,))]


def test_a_poetry_package_of_a_link_is_refused(tmp_path: Path) -> None:
    text = POETRY_2.replace(
        'files = []\n\n[[package]]\nname = "pytest"',
        'files = []\n\n[package.source]\ntype = "git"\nurl = "https://h/x"\n\n[[package]]\nname = "pytest"',
    )
    with pytest.raises(DefinitionError, match=r"poetry\.lock:11: colorama comes from git"):
        read_poetry_lock(write(tmp_path, text, "poetry.lock"))
    with pytest.raises(DefinitionError, match=r"lock version '\?' is not known"):
        read_poetry_lock(write(tmp_path, "", "poetry.lock"))


OLD = '[[package]]\nname = "{}"\nversion = "{}"\nfiles = []\n'
OLD_META = '[metadata]\nlock-version = "2.0"\npython-versions = "^3.8"\n'


def test_an_older_poetry_lock_with_two_versions_of_what_is_needed(tmp_path: Path) -> None:
    pandas = OLD.format("pandas", "2") + '[package.dependencies]\nNumPy = "*"\n'
    two = OLD.format("numpy", "1.24.4") + OLD.format("numpy", "1.26.4")
    lock = write(tmp_path, pandas + two + OLD_META, "poetry.lock")
    write(tmp_path, '[tool.poetry.dependencies]\npython = "^3.8"\npandas = "*"\n', "pyproject.toml")
    with pytest.raises(DefinitionError, match=r"poetry\.lock:11: numpy is locked in 1\.24\.4 and 1\.26\.4, and a lock"):
        read_poetry_lock(lock)
    # Of what only the developers need it makes no difference.
    write(tmp_path, '[tool.poetry.dependencies]\npython = "^3.8"\nsix = "*"\n', "pyproject.toml")
    assert [one.text for one in read_poetry_lock(lock).requirements] == ["six"]


def test_an_older_poetry_project_says_for_which_pythons(tmp_path: Path) -> None:
    lock = write(tmp_path, OLD.format("tomli", "2") + OLD_META, "poetry.lock")
    project = (
        '[tool.poetry.dependencies]\ntomli = {version = "*", python = "PYTHON", markers = "os_name == \'posix\'"}\n'
    )
    write(tmp_path, project.replace("PYTHON", "<3.11,>=3.8"), "pyproject.toml")
    (tomli,) = read_poetry_lock(lock).requirements
    assert tomli.text == ('tomli; os_name == "posix" and python_full_version < "3.11" and python_full_version >= "3.8"')
    write(tmp_path, project.replace("PYTHON", "*"), "pyproject.toml")
    assert read_poetry_lock(lock).requirements[0].text == 'tomli; os_name == "posix"'
    write(tmp_path, project.replace("PYTHON", "^3.8"), "pyproject.toml")
    with pytest.raises(DefinitionError, match=r"tomli: python = '\^3\.8' is not understood: write it as PEP 440"):
        read_poetry_lock(lock)
