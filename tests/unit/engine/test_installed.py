"""What is installed and right is used instead of built."""

from __future__ import annotations

import json

import pytest

from unit.engine.checkout import Checkout


def install_pulumi(checkout: Checkout, version: str = "v3.260.1", *, with_language_host: bool = True) -> None:
    checkout.add_program(checkout.programs / "pulumi", version)
    if with_language_host:
        checkout.add_program(checkout.programs / "pulumi-language-python", "")
        checkout.add_program(checkout.programs / "pulumi-language-python-exec", "")


def install_plugin(checkout: Checkout, name: str = "alicloud", version: str = "4.0.0") -> None:
    folder = checkout.root / "user" / ".pulumi" / "plugins" / f"resource-{name}-v{version}"
    checkout.add_program(folder / f"pulumi-resource-{name}", version)
    (folder / "README.md").write_text("as the official archive has one")


def install_plugins(checkout: Checkout) -> None:
    install_plugin(checkout)
    install_plugin(checkout, "tencentcloud", "0.2.3")


def test_with_all_installed_nothing_is_built_and_no_go_is_needed(checkout: Checkout) -> None:
    install_pulumi(checkout)
    install_plugins(checkout)
    checkout.unset("go")
    ran = checkout.build("--json")
    assert ran.returncode == 0, ran.stderr
    assert f"installed {checkout.programs}/pulumi: in use, not built" in ran.stderr
    assert json.loads(ran.stdout)["PATH"] == str(checkout.programs)
    for folder, executable in (
        ("resource-alicloud-v4.0.0", "pulumi-resource-alicloud"),
        ("resource-tencentcloud-v0.2.3", "pulumi-resource-tencentcloud"),
    ):
        assert f"installed {checkout.root}/user/.pulumi/plugins/{folder}: in use, not built" in ran.stderr
        plugin = checkout.home / "plugins" / folder
        assert sorted(path.name for path in plugin.iterdir()) == ["README.md", executable]
    assert list((checkout.home / "bin").iterdir()) == []


def test_with_pulumi_installed_only_the_plugins_are_built(checkout: Checkout) -> None:
    install_pulumi(checkout, "v3.237.0")
    assert checkout.build().returncode == 0
    assert checkout.builds() == ["pulumi-resource-alicloud", "pulumi-resource-tencentcloud"]


def test_then_the_way_out_without_go_is_the_missing_plugin_alone(checkout: Checkout) -> None:
    install_pulumi(checkout)
    install_plugin(checkout, "tencentcloud", "0.2.3")
    checkout.unset("go")
    ran = checkout.build()
    assert ran.returncode == 2
    assert "or install the alicloud plugin (`pulumi plugin install resource alicloud 4.0.0`), and run" in ran.stderr
    assert "get.pulumi.com" not in ran.stderr


@pytest.mark.parametrize(
    ("name", "version", "others"),
    [
        ("alicloud", "4.0.0", ["pulumi-resource-tencentcloud"]),
        ("tencentcloud", "0.2.3", ["pulumi-resource-alicloud"]),
    ],
)
def test_an_installed_plugin_is_not_built(checkout: Checkout, name: str, version: str, others: list[str]) -> None:
    install_plugin(checkout, name, version)
    assert checkout.build().returncode == 0
    assert checkout.builds() == ["pulumi", "pulumi-language-python", *others]


@pytest.mark.parametrize(
    ("version", "with_language_host", "reason"),
    [
        ("v3.236.9", True, "not used: it is 3.236.9, older than 3.237"),
        ("v3.260.1", False, "not used: it comes without pulumi-language-python"),
        ("what", True, "not used: it does not tell its version"),
    ],
)
def test_a_pulumi_that_will_not_do_is_named_and_replaced(
    checkout: Checkout, version: str, with_language_host: bool, reason: str
) -> None:
    install_pulumi(checkout, version, with_language_host=with_language_host)
    install_plugins(checkout)
    ran = checkout.build("--json")
    assert reason in ran.stderr
    assert checkout.builds() == ["pulumi", "pulumi-language-python"]
    assert json.loads(ran.stdout)["PATH"].startswith(f"{checkout.home}/bin:")


def test_another_version_of_the_plugin_is_not_it(checkout: Checkout) -> None:
    install_plugin(checkout, version="3.105.0")
    checkout.build()
    assert "pulumi-resource-alicloud" in checkout.builds()


def test_a_plugin_whose_install_was_cut_off_is_not_it(checkout: Checkout) -> None:
    install_plugin(checkout)
    (checkout.root / "user" / ".pulumi" / "plugins" / "resource-alicloud-v4.0.0.partial").touch()
    checkout.build()
    assert "pulumi-resource-alicloud" in checkout.builds()


def test_our_own_engine_on_path_is_not_taken_for_an_installed_one(checkout: Checkout) -> None:
    class Inside(Checkout):
        """The environment that ``--print-env`` gave is already in force."""

        @property
        def environment(self) -> dict[str, str]:
            before = super().environment
            return {**before, "PATH": f"{self.home}/bin:{before['PATH']}", "PULUMI_HOME": str(self.home)}

    first = checkout.build("--json")
    second = Inside(checkout.root).build("--json")
    assert json.loads(second.stdout) == json.loads(first.stdout)
    assert "installed" not in second.stderr


def test_a_cli_installed_later_takes_over(checkout: Checkout) -> None:
    checkout.build()
    install_pulumi(checkout)
    ran = checkout.build("--json")
    assert list((checkout.home / "bin").iterdir()) == []
    assert json.loads(ran.stdout)["PATH"] == str(checkout.programs)
