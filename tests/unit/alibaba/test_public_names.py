"""What yunfn.alibaba exports, and the conventions its components keep."""

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
from yunfn import alibaba

# Names that Pulumi's conventions keep away from properties.
_FORBIDDEN = {"type", "class", "config", "options", "lambda"}


def components() -> Iterator[tuple[str, type[pulumi.ComponentResource]]]:
    for name in alibaba.__all__:
        member = getattr(alibaba, name)
        if inspect.isclass(member) and issubclass(member, pulumi.ComponentResource):
            yield name, member


def settings() -> Iterator[tuple[str, Any]]:
    for name in alibaba.__all__:
        member = getattr(alibaba, name)
        if dataclasses.is_dataclass(member):
            yield name, member


@pytest.mark.parametrize(
    "package", [yunfn.alibaba, yunfn.access, yunfn.packaging, yunfn.storage], ids=lambda p: p.__name__
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
    assert list(package.__all__) == sorted(package.__all__, key=lambda n: (not n.isupper(), n.islower(), n))


def test_every_component_is_there() -> None:
    assert {name for name, _ in components()} == {
        "Alias", "CustomDomain", "Function", "Layer", "LogProject", "Service", "Trigger",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "component"), list(components()), ids=lambda v: v if isinstance(v, str) else "")
def test_a_component_keeps_the_conventions(name: str, component: type[pulumi.ComponentResource]) -> None:
    parameters = list(inspect.signature(component).parameters.values())
    assert parameters[0].name == "name"
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in parameters[1:])
    assert parameters[-1].name == "opts"
    assert not {p.name for p in parameters} & _FORBIDDEN
    source = inspect.getsource(component)
    assert f'"yunfn:alibaba:{name}"' in source
    assert source.count("self.register_outputs(") == 1
    documented = set(re.findall(r"^            (\w+):", component.__init__.__doc__ or "", re.MULTILINE))
    assert documented >= {p.name for p in parameters}, f"undocumented: {({p.name for p in parameters}) - documented}"
    assert "Raises:" in (component.__init__.__doc__ or "")


@pytest.mark.parametrize(("name", "kind"), list(settings()), ids=lambda v: v if isinstance(v, str) else "")
def test_settings_say_what_each_field_is(name: str, kind: Any) -> None:
    described = inspect.getdoc(kind) or ""
    for field in dataclasses.fields(kind):
        assert field.name not in _FORBIDDEN
        assert re.search(rf"\b{field.name}\b", described), f"{name}.{field.name} is not described"
