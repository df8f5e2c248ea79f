"""The digest of a product follows its own sources and nothing else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from enginebuild import products
from enginebuild.products import all_products, digest, module_version, required_go


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "engine"
    shutil.copytree(products.ENGINE_FOLDER, copy)
    monkeypatch.setattr(products, "ENGINE_FOLDER", copy)
    return copy


def digests() -> dict[str, str]:
    return {product.name: digest(product) for product in all_products()}


def changed(before: dict[str, str]) -> set[str]:
    return {name for name, value in digests().items() if value != before[name]}


def test_the_same_sources_have_the_same_digest(engine: Path) -> None:
    assert digests() == digests()


@pytest.mark.parametrize("plugin", [plugin.name for plugin in products.PLUGINS])
@pytest.mark.parametrize("source", ["main.go", "provider/tokens.go", "go.mod", "go.sum", "schema.json"])
def test_a_change_in_a_plugin_rebuilds_that_plugin_only(engine: Path, plugin: str, source: str) -> None:
    before = digests()
    with (engine / plugin / source).open("a") as file:
        file.write("\n// changed\n")
    assert changed(before) == {f"pulumi-resource-{plugin}"}


def test_a_new_source_file_counts(engine: Path) -> None:
    before = digests()
    (engine / "alicloud" / "provider" / "more.go").write_text("package provider\n")
    assert changed(before) == {"pulumi-resource-alicloud"}


def test_another_sdk_under_the_cli_rebuilds_the_script_of_the_language_host_too(engine: Path) -> None:
    before = digests()
    path = engine / "cli" / "go.mod"
    version = module_version("cli", "github.com/pulumi/pulumi/sdk/v3")
    path.write_text(path.read_text().replace(f"pulumi/sdk/v3 {version}", "pulumi/sdk/v3 v3.999.0"))
    assert changed(before) == {"pulumi", "pulumi-language-python"}


@pytest.mark.parametrize("source", ["README.md", "build.py", "enginebuild/progress.py", "alicloud/notes.md"])
def test_what_does_not_influence_a_build_does_not_count(engine: Path, source: str) -> None:
    before = digests()
    with (engine / source).open("a") as file:
        file.write("\n# changed\n")
    assert changed(before) == set()


def test_other_flags_make_another_product(engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests()
    alicloud, *others = products.PLUGINS
    monkeypatch.setattr(products, "PLUGINS", (replace(alicloud, version="4.0.1"), *others))
    assert changed(before) == {"pulumi-resource-alicloud"}


def test_versions_come_from_go_mod() -> None:
    assert module_version("cli", "github.com/pulumi/pulumi/pkg/v3") == "v3.259.0"
    assert all(required_go(plugin.name) >= (1, 25) for plugin in products.PLUGINS)
    with pytest.raises(KeyError, match=r"engine/cli/go\.mod requires no example\.com/absent"):
        module_version("cli", "example.com/absent")
