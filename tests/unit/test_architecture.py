"""Holds the shape of the house: who may import whom, how long a file may be, that imports do no work."""

from __future__ import annotations

import ast
import gc
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "components" / "yunfn"
LEAVES = {"yunfn.runtimes", "yunfn.exceptions", "yunfn.pythons", "yunfn.isolation", "yunfn"}
CLOUD_SDKS = {"oss2", "aliyunsdkcore", "aliyunsdksts", "alibabacloud_fc20230330", "tencentcloud", "qcloud_cos"}
PULUMI = {"pulumi", "pulumi_alicloud", "tencentcloud_iac_pulumi"}

# What decides on a rollout: from its record and the time it is told, alone. Simulations rest on that.
DECIDING = {
    "analysis",
    "comparison",
    "conditions",
    "controller",
    "event",
    "hook",
    "metric",
    "metrics.measures",
    "phase",
    "plan",
    "routing",
    "specification",
    "state",
    "verdict",
    "words",
}
# Of the standard library, what knows no clock, no file, no network, no process and no thread.
WITHOUT_SURROUNDINGS = {
    "__future__",
    "collections",
    "dataclasses",
    "decimal",
    "enum",
    "functools",
    "ipaddress",
    "math",
    "operator",
    "re",
    "typing",
    "urllib.parse",
}

# What the components of a cloud may import beside their own package: never those of another cloud.
COMPONENTS = {"program", "access", "packaging", "rollout", "storage", "resources", "secrets"}

# part: (parts of yunfn it may import, packages it may not import)
ARROWS: dict[str, tuple[set[str], set[str]]] = {
    "runtimes": (set(), PULUMI | CLOUD_SDKS),
    "exceptions": (set(), PULUMI | CLOUD_SDKS),
    # Processes of others kept apart, and the Pythons of this machine: for the local cloud and the packager alike.
    "isolation": ({"isolation"}, PULUMI | CLOUD_SDKS),
    "pythons": (set(), PULUMI | CLOUD_SDKS),
    "packaging": ({"packaging"}, PULUMI | CLOUD_SDKS),
    "access": ({"access"}, PULUMI | CLOUD_SDKS),
    "storage": ({"storage", "packaging"}, PULUMI),
    # What decides reaches no cloud (a test of its own holds that); what carries it out does.
    "rollout": ({"rollout", "storage"}, PULUMI),
    # The halves of access.sts that ask a cloud.
    "credentials": ({"credentials", "access", "storage"}, PULUMI),
    "localcloud": ({"localcloud"}, PULUMI | CLOUD_SDKS),
    # What stands in functions' packages.
    "wsgi": (set(), PULUMI | CLOUD_SDKS),
    "secrets": (set(), PULUMI | CLOUD_SDKS),
    # The plugin's resources as the components see them: tokens and types, nothing of what is behind.
    "resources": ({"resources"}, CLOUD_SDKS),
    "provider": (
        {"provider", "access", "credentials", "packaging", "rollout", "storage"},
        {"pulumi_alicloud", "tencentcloud_iac_pulumi"},
    ),
    # What the components of every cloud do alike; it knows no cloud.
    "program": (
        {"program", "access", "packaging", "rollout", "storage", "resources", "secrets"},
        CLOUD_SDKS | {"pulumi_alicloud", "tencentcloud_iac_pulumi"},
    ),
    "alibaba": (COMPONENTS | {"alibaba"}, CLOUD_SDKS | {"tencentcloud_iac_pulumi"}),
    "tencent": (COMPONENTS | {"tencent"}, CLOUD_SDKS | {"pulumi_alicloud"}),
    # What serves, as the clouds tell it: no engine, no components.
    "deployment": ({"deployment", "storage", "access", "rollout"}, PULUMI),
    # The command line starts and asks the local cloud; it reaches its front doors, never its services.
    "cli": (
        {
            "cli",
            "deployment",
            "alibaba",
            "access",
            "credentials",
            "packaging",
            "storage",
            "provider",
            "localcloud",
            "resources",
            "rollout",
        },
        set(),
    ),
}


def _modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py"))


def _imports(path: Path) -> set[str]:
    """Every module that a file imports, whether at its top or inside a function."""
    found: set[str] = set()
    # CPython counts wrongly where the collector runs amid this, and ends it with a SystemError (gh-106905).
    gc.disable()
    try:
        tree = ast.parse(path.read_text())
    finally:
        gc.enable()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(path, node)
            found.add(module)
            if module == "yunfn":
                found.update(f"yunfn.{alias.name}" for alias in node.names if not alias.name.startswith("__"))
    return found


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    """The module an import names; a relative one is counted from the file's own package."""
    if node.level == 0:
        return node.module or ""
    package = path.relative_to(SOURCE.parent).parts[: -node.level]
    return ".".join((*package, *(node.module.split(".") if node.module else ())))


def _part(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_follow_the_arrows(path: Path) -> None:
    part = _part(path)
    if part in ("__init__", "py.typed"):
        assert not {name for name in _imports(path) if name.startswith("yunfn.")}
        return
    parts, forbidden = ARROWS[part]
    for name in _imports(path):
        top = name.split(".")[0]
        assert top not in forbidden, f"{part} may not import {name}"
        if (
            top == "yunfn"
            and name not in LEAVES
            and not any(name.startswith(leaf + ".") for leaf in LEAVES - {"yunfn"})
        ):
            assert name.split(".")[1] in parts, f"{part} may not import {name}"


@pytest.mark.parametrize("name", sorted(DECIDING))
def test_what_decides_on_a_rollout_is_pure(name: str) -> None:
    """No cloud's SDK, no Pulumi, no clock: neither by itself nor by what it imports."""
    path = SOURCE / "rollout" / Path(*name.split(".")).with_suffix(".py")
    for imported in _imports(path):
        if imported.split(".")[0] == "yunfn":
            own = imported.removeprefix("yunfn.rollout.") in DECIDING
            assert own or imported in ("yunfn", "yunfn.exceptions"), f"{name} may not import {imported}"
            continue
        known = imported in WITHOUT_SURROUNDINGS or imported.split(".")[0] in WITHOUT_SURROUNDINGS
        assert known or imported == "msgspec", f"{name} may not import {imported}"


def test_every_part_has_an_arrow() -> None:
    assert {_part(path) for path in _modules()} - {"__init__"} <= set(ARROWS)


@pytest.mark.parametrize("folder", ["components", "examples", "tests", "engine", "stacks", "policies", "layers"])
def test_files_stay_under_400_lines(folder: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for pattern in ("*.py", "*.go")
        for path in (ROOT / folder).rglob(pattern)
        if (lines := path.read_text().count("\n")) > 400
    }
    assert not long


def test_no_module_is_named_for_nothing() -> None:
    vague = re.compile(r"(^|_)(utils?|helpers?|manager|common|misc)(_|$|\.)")
    assert not [path for path in _modules() if vague.search(path.name) or vague.search(path.parent.name)]


def test_components_import_without_the_local_clouds_extras() -> None:
    """A user of the components does not install the extra ``local``."""
    code = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['starlette', 'uvicorn', 'httptools', 'uvloop', 'cryptography']))\n"
        "import yunfn.alibaba, yunfn.tencent, yunfn.access, yunfn.packaging, yunfn.storage, yunfn.wsgi\n"
    )
    subprocess.run([sys.executable, "-W", "error::ImportWarning", "-c", code], check=True, timeout=120)
