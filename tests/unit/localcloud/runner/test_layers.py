"""Layers: where they are mounted, which wins, which search paths see them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from unit.localcloud.runner.calls import call
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec, Isolation

MakeSpec = Callable[..., FunctionSpec]
MakeRunner = Callable[..., FunctionRunner]
Pack = Callable[..., Path]


@pytest.fixture(params=["overlay", "hard links", "fallback"])
def way(request: pytest.FixtureRequest) -> Isolation:
    """Each way of laying layers over each other."""
    if request.param == "fallback":
        return Isolation("fallback", "forced by a test")
    machine: Isolation = request.getfixturevalue("namespaces")
    if request.param == "overlay" and not machine.overlay:
        pytest.skip("this machine forbids overlayfs")
    return Isolation("namespaces", "", machine.user_namespace, overlay=request.param == "overlay")


async def test_the_first_layer_listed_wins(
    make_runner: MakeRunner, way: Isolation, make_spec: MakeSpec, pack: Pack
) -> None:
    first = pack({"python/shared.py": "name = 'first'", "python/pkg/one.py": "x = 1", "data": "a file"})
    second = pack({"python/shared.py": "name = 'second'", "python/pkg/two.py": "x = 2", "data/inner": "a folder"})
    third = pack({"python/shared.py": "name = 'third'", "python/only.py": "x = 3"})
    source = """
        import os, shared, only
        from pkg import one, two
        def handler(event, context):
            root = os.path.dirname(os.path.dirname(shared.__file__))
            return [shared.name, one.x, two.x, only.x, os.path.isfile(os.path.join(root, "data"))]
    """
    runner = make_runner(way)
    result = await runner.invoke(make_spec(source, layers=(first, second, third)), call())
    assert json.loads(result.payload) == ["first", 1, 2, 3, True], result
    turned = await runner.invoke(make_spec(source, layers=(third, second, first)), call())
    assert json.loads(turned.payload) == ["third", 1, 2, 3, False]


async def test_code_comes_before_layers_and_each_search_path_has_its_folder(
    make_runner: MakeRunner, namespaces: Isolation, make_spec: MakeSpec, pack: Pack
) -> None:
    layer = pack(
        {
            "python/both.py": "who = 'layer'",
            "python/lib/python3.10/site-packages/deep.py": "who = 'site-packages'",
            "bin/tool": "#!/bin/sh\necho from /opt/bin",
            "lib/readme": "libraries",
        },
        {"bin/tool": 0o755},
    )
    code = pack(
        {
            "both.py": "who = 'code'",
            "index.py": """
                import both, deep, os, subprocess, sys
                def handler(event, context):
                    return [both.who, deep.who, subprocess.check_output(["tool"]).decode(), os.listdir("/opt/lib"),
                            sys.path[:3], os.path.exists("/opt/python/__pycache__")]
            """,
        }
    )
    result = await make_runner(namespaces).invoke(make_spec(code=code, layers=(layer,)), call())
    assert json.loads(result.payload) == [
        "code", "site-packages", "from /opt/bin\n", ["readme"],
        ["/code", "/opt/python/lib/python3.10/site-packages", "/opt/python"], False,
    ]  # fmt: skip


async def test_without_layers_opt_is_empty(make_runner: MakeRunner, namespaces: Isolation, make_spec: MakeSpec) -> None:
    spec = make_spec("import os\ndef handler(event, context): return os.listdir('/opt')")
    assert json.loads((await make_runner(namespaces).invoke(spec, call())).payload) == []


async def test_a_zip_is_unpacked_once(runner: FunctionRunner, make_spec: MakeSpec, pack: Pack, tmp_path: Path) -> None:
    layer = pack({"python/x.py": ""})
    same_bytes = tmp_path / "copy.zip"
    same_bytes.write_bytes(layer.read_bytes())
    code = pack({"index.py": "def handler(event, context): pass"})
    for used in (layer, same_bytes):
        assert (await runner.invoke(make_spec(code=code, layers=(used,)), call())).error_type is None
    assert len(list((tmp_path / "work0" / "trees").iterdir())) == 2
