"""What the packages export, and the conventions that the components of every cloud keep."""

from __future__ import annotations

import dataclasses
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

import yunfn.access
import yunfn.alibaba
import yunfn.packaging
import yunfn.storage
import yunfn.tencent
from yunfn import alibaba, tencent

# Names that Pulumi's conventions keep away from properties.
_FORBIDDEN = {"type", "class", "config", "options", "lambda"}


def _members() -> Iterator[tuple[str, str, Any]]:
    for package in (alibaba, tencent):
        for name in package.__all__:
            yield package.__name__.removeprefix("yunfn."), name, getattr(package, name)


COMPONENTS = [each for each in _members() if inspect.isclass(each[2]) and issubclass(each[2], pulumi.ComponentResource)]
SETTINGS = [each for each in _members() if dataclasses.is_dataclass(each[2])]


def _named(value: Any) -> str:
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(
    "package", [yunfn.alibaba, yunfn.tencent, yunfn.access, yunfn.packaging, yunfn.storage], ids=lambda p: p.__name__
)
def test_all_is_what_is_exported(package: Any) -> None:
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    public = {
        name
        for name, member in vars(package).items()
        if not name.startswith("_") and name != "annotations" and not (inspect.ismodule(member) and name in modules)
    }
    exported = set(package.__all__)
    assert public <= exported, f"public but not in __all__: {public - exported}"
    assert all(hasattr(package, name) for name in exported)
    # Numbers in names count as such, as ruff sorts them: 5 minutes come before 10.
    numbers = {name: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)] for name in exported}
    assert list(package.__all__) == sorted(exported, key=lambda n: (not n.isupper(), n.islower(), numbers[n]))
    assert len(package.__all__) == len(exported)


@pytest.mark.parametrize("cloud", ["alibaba", "tencent"])
def test_every_component_is_there(cloud: str) -> None:
    assert {name for where, name, _ in COMPONENTS if where == cloud} == {
        "Alias", "CustomDomain", "Function", "Layer", "LogProject", "Service", "Trigger",
    }  # fmt: skip


@pytest.mark.parametrize(("cloud", "name", "component"), COMPONENTS, ids=_named)
def test_a_component_keeps_the_conventions(cloud: str, name: str, component: type[pulumi.ComponentResource]) -> None:
    parameters = list(inspect.signature(component).parameters.values())
    assert parameters[0].name == "name"
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in parameters[1:])
    assert parameters[-1].name == "opts"
    assert not {p.name for p in parameters} & _FORBIDDEN
    source = inspect.getsource(component)
    assert f'"yunfn:{cloud}:{name}"' in source
    assert source.count("self.register_outputs(") == 1
    documented = set(re.findall(r"^            (\w+):", component.__init__.__doc__ or "", re.MULTILINE))
    assert documented >= {p.name for p in parameters}, f"undocumented: {({p.name for p in parameters}) - documented}"
    assert "Raises:" in (component.__init__.__doc__ or "")


@pytest.mark.parametrize(("cloud", "name", "kind"), SETTINGS, ids=_named)
def test_settings_say_what_each_field_is(cloud: str, name: str, kind: Any) -> None:
    described = inspect.getdoc(kind) or ""
    for field in dataclasses.fields(kind):
        assert field.name not in _FORBIDDEN
        assert re.search(rf"\b{field.name}\b", described), f"{name}.{field.name} is not described"
