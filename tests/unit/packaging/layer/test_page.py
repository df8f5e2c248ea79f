"""docs/layers.md is true: its layer.yaml can be read, its table has the runtimes there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yunfn.packaging import Target
from yunfn.packaging.definition import read_definition
from yunfn.packaging.input_key import input_key
from yunfn.packaging.resolution import read_lock
from yunfn.packaging.target import target_names
from yunfn.runtimes import RUNTIMES

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs/layers.md").read_text()
WRITTEN = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_its_definition_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "science"
    for name in ("models", "go", "native"):
        (folder / name).mkdir(parents=True)
    (folder / "native/libthing.so.1").touch()
    (folder / "requirements.txt").write_text("sklearn\n")
    (folder / "layer.yaml").write_text(WRITTEN[0])
    definition = read_definition(folder)
    assert [target.name for target in definition.targets] == ["alibaba:python3.10", "tencent:Python3.10"]
    assert {r.text for r in definition.requirements} == {"requests>=2.31", "sklearn"} or len(
        definition.requirements
    ) == 2
    assert definition.overrides == {"sklearn": "scikit-learn"}
    assert [hook.command for hook in definition.after] == ["rm -rf numpy/tests"]
    assert definition.split


def test_its_hook_is_the_one_that_builds_the_go_library(tmp_path: Path) -> None:
    (tmp_path / "go").mkdir()
    (tmp_path / "layer.yaml").write_text(f"targets: alibaba:python3\n{WRITTEN[1]}")
    (hook,) = read_definition(tmp_path).before
    (real,) = read_definition(ROOT / "layers/federated").before
    assert (hook.command, len(WRITTEN)) == (real.command, 2)


@pytest.mark.parametrize("name", ["federated", "federated-custom", "image", "maimai"])
def test_the_projects_own_locks_name_what_is_built_of_them(name: str) -> None:
    """Else the team's store would never be asked for it."""
    definition = read_definition(ROOT / "layers" / name)
    lock = read_lock(definition.lock)
    for target in definition.targets:
        assert lock.artifacts[target.name].input_key == input_key(definition, lock.packages(target), target)


def test_its_table_is_the_table_of_runtimes() -> None:
    for name, runtime in RUNTIMES["alibaba"].items():
        if runtime.python is None:
            continue
        glibc = ".".join(map(str, runtime.glibc))
        assert f"| `alibaba:{name}` | {runtime.python} | {runtime.system} | {glibc} |" in PAGE
    row = next(line for line in PAGE.splitlines() if line.startswith("| `tencent:"))
    assert re.findall(r"`(?:tencent:Python)?([0-9.]+)`", row) == [
        name.removeprefix("tencent:Python") for name in target_names() if name.startswith("tencent:")
    ]
    for text in re.findall(r"`((?:alibaba|tencent):[A-Za-z0-9.+]+)`", PAGE):
        assert Target.parse(text.replace("python3.N", "python3.9")).name
