"""A build happens once, by product, and what it leaves is found again."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

from unit.engine.checkout import ALL, Checkout


def test_everything_is_built_and_put_in_place(checkout: Checkout) -> None:
    ran = checkout.build("--json")
    assert ran.returncode == 0, ran.stderr
    assert checkout.builds() == ALL
    environment = json.loads(ran.stdout)
    assert environment["PULUMI_HOME"] == str(checkout.home)
    assert environment["PATH"] == f"{checkout.home}/bin:{checkout.programs}"
    assert environment["PULUMI_SKIP_UPDATE_CHECK"] == "true"
    assert environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"
    folders = {"resource-alicloud-v4.0.0": ALL[2], "resource-tencentcloud-v0.2.3": ALL[3]}
    plugins = [checkout.home / "plugins" / folder / name for folder, name in folders.items()]
    names = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec")
    for path in (*plugins, *(checkout.home / "bin" / name for name in names)):
        assert os.access(path, os.X_OK), path
    assert all(path.samefile(checkout.product(path.name) / path.name) for path in plugins)


def test_progress_is_one_line_a_step_and_a_total(checkout: Checkout) -> None:
    lines = checkout.build().stderr.splitlines()
    assert [line.partition(" … ")[0] for line in lines[:4]] == [
        "engine: building Pulumi CLI v3.259.0",
        "engine: building Python language host v3.79.0",
        "engine: building alicloud plugin 4.0.0",
        "engine: building tencentcloud plugin 0.2.3",
    ]
    assert all(line.endswith(" s") for line in lines[:4])
    assert lines[4].startswith("engine: ready in ")
    assert len(lines) == 5


def test_the_second_run_builds_nothing_and_is_quick(checkout: Checkout) -> None:
    checkout.build()
    started = time.monotonic()
    ran = checkout.build()
    assert time.monotonic() - started < 5
    assert checkout.builds() == ALL
    assert "nothing to build" in ran.stderr


def test_a_second_clone_builds_nothing(checkout: Checkout) -> None:
    checkout.build()
    (checkout.root / "checkout").rename(checkout.root / "elsewhere")
    shutil.copytree(checkout.root / "elsewhere" / "engine", checkout.engine)
    assert checkout.build().returncode == 0
    assert checkout.builds() == ALL
    assert (checkout.home / "bin" / "pulumi").exists()


def test_shell_lines_lead_to_the_engine(checkout: Checkout) -> None:
    lines = checkout.build("--print-env").stdout.splitlines()
    assert f"export PULUMI_HOME={checkout.home}" in lines
    assert all(line.startswith("export ") for line in lines)


def test_the_tencentcloud_plugin_gets_a_client_name_unless_the_user_has_one(checkout: Checkout) -> None:
    class Named(Checkout):
        @property
        def environment(self) -> dict[str, str]:
            return {**super().environment, "TENCENTCLOUD_API_REQUEST_CLIENT": "mine"}

    assert json.loads(checkout.build("--json").stdout)["TENCENTCLOUD_API_REQUEST_CLIENT"] == "yunfn"
    assert json.loads(Named(checkout.root).build("--json").stdout)["TENCENTCLOUD_API_REQUEST_CLIENT"] == "mine"


def test_another_home_by_environment(checkout: Checkout, tmp_path: Path) -> None:
    class Elsewhere(Checkout):
        @property
        def environment(self) -> dict[str, str]:
            return {**super().environment, "YUNFN_ENGINE_HOME": str(tmp_path / "own home")}

    ran = Elsewhere(checkout.root).build("--json")
    assert json.loads(ran.stdout)["PULUMI_HOME"] == str(tmp_path / "own home")
    assert not checkout.home.exists()
    assert (tmp_path / "own home" / "bin" / "pulumi").exists()


def test_a_changed_plugin_is_the_only_thing_rebuilt_and_replaces_the_old_one(checkout: Checkout) -> None:
    checkout.build()
    with (checkout.engine / "alicloud" / "main.go").open("a") as file:
        file.write("// changed\n")
    old = (checkout.home / "plugins" / "resource-alicloud-v4.0.0" / "pulumi-resource-alicloud").stat().st_ino
    checkout.build()
    assert checkout.builds() == [*ALL, "pulumi-resource-alicloud"]
    new = (checkout.home / "plugins" / "resource-alicloud-v4.0.0" / "pulumi-resource-alicloud").stat().st_ino
    assert new != old


def test_a_failing_build_shows_what_go_said(checkout: Checkout) -> None:
    checkout.set("fail", "pulumi-language-python")
    ran = checkout.build()
    assert ran.returncode == 1
    assert "package.go:7:2: undefined: gone" in ran.stderr
    assert "building Python language host v3.79.0 … failed after" in ran.stderr
    assert "go: downloading" not in ran.stderr
    checkout.unset("fail")
    assert checkout.build().returncode == 0
    assert checkout.builds() == [
        "pulumi",
        "pulumi-language-python",
        *ALL[1:],
    ]


def test_what_does_not_tell_the_right_version_is_no_product(checkout: Checkout) -> None:
    checkout.set("broken", "pulumi-resource-alicloud")
    ran = checkout.build()
    assert ran.returncode == 1
    assert "the alicloud plugin 4.0.0 was built but does not tell its version; it says: '0.0.1'" in ran.stderr
    checkout.unset("broken")
    checkout.build()
    assert checkout.builds() == [*ALL[:3], *ALL[2:]]
