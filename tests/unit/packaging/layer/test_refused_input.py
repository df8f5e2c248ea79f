"""What is wrong with a layer's input is told in one error, with file and line, and nothing half made stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from unit.packaging.layer.conftest import WriteWheel
from yunfn.exceptions import BuildError, DefinitionError, ResolutionError
from yunfn.packaging.definition import read_definition
from yunfn.packaging.layer import BuildOptions, build_layer
from yunfn.packaging.user_cache import user_cache


def folder(tmp_path: Path, yaml: str) -> Path:
    made = tmp_path / "layers" / "things"
    made.mkdir(parents=True)
    (made / "layer.yaml").write_text(yaml)
    return made


def kept_of(options: BuildOptions) -> list[str]:
    """The packages and records in the cache."""
    return [path.name for path in options.cache.folder.rglob("*") if path.suffix in (".zip", ".json", ".part")]


@pytest.mark.skipif(shutil.which("go") is None, reason="Go is not on this machine")
def test_go_source_that_does_not_compile_is_told_with_file_and_line(
    tmp_path: Path, options: BuildOptions, wheel: WriteWheel, machine_isolates: None, compilers: Path
) -> None:
    wheel("one")
    user_cache().mkdir(parents=True)
    (user_cache() / "compilers").symlink_to(compilers)
    place = folder(
        tmp_path, "before: {run: go build -C go, files: go}\nrequirements: [one]\ntargets: alibaba:python3\n"
    )
    (place / "go").mkdir()
    (place / "go/go.mod").write_text("module things\n\ngo 1.20\n")
    (place / "go/sum.go").write_text("package sum\n\nfunc Sum(a, b int) int {\n\treturn a + c\n}\n")
    with pytest.raises(BuildError) as caught:
        build_layer(read_definition(place), options=options)
    assert str(caught.value) == (
        "the hook 'go build -C go' for alibaba:python3 ended with code 1:\n  # things\n  ./sum.go:4:13: undefined: c"
    )
    assert kept_of(options) == []


def test_a_funfile_line_that_is_not_understood_is_named_before_anything_is_done(
    tmp_path: Path, options: BuildOptions
) -> None:
    place = folder(tmp_path, "requirements: [one, Funfile]\nbefore: touch made\n")
    (place / "Funfile").write_text("RUNTIME python3\nRUN fun-install pip install two\nRUN gem install rake\n")
    with pytest.raises(DefinitionError, match=r"/things/Funfile:3: gem install rake: only pip install is understood"):
        build_layer(read_definition(place), options=options)
    assert sorted(path.name for path in place.iterdir()) == ["Funfile", "layer.yaml"] and kept_of(options) == []


def test_a_pin_that_does_not_exist_is_named_with_its_file_and_line(
    tmp_path: Path, options: BuildOptions, wheel: WriteWheel
) -> None:
    wheel("one")
    wheel("two", "2.5")
    place = folder(tmp_path, "targets: alibaba:python3\nrequirements:\n  - one\n  - Funfile\n")
    (place / "Funfile").write_text("RUN pip install one\n\nRUN pip install two==2.6\n")
    with pytest.raises(ResolutionError, match=r"1 package cannot be had .*\n  .*/things/Funfile:3: two: .*two==2\.6"):
        build_layer(read_definition(place), options=options)
    assert not (place / "layer.lock").exists() and kept_of(options) == []
