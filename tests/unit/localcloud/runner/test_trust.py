"""Programs inside an instance trust the local cloud's CA, also where an SDK pins certifi or carries its own copy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from unit.localcloud.runner.calls import call
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec, Isolation

CERTIFI = {
    "certifi/__init__.py": "from .core import contents, where\n",
    "certifi/core.py": "def where(): return '/the/true/list.pem'\ndef contents(): return 'true'\n",
}


@pytest.mark.parametrize("runtime", ["python3", "python3.10", "python3.12"])
async def test_certifi_names_the_local_clouds_bundle(
    make_runner: Callable[..., FunctionRunner], isolation: Isolation, make_spec: Callable[..., FunctionSpec],
    pack: Callable[..., Path], runtime: str,
) -> None:  # fmt: skip
    vendored = {f"sdk/vendored/{name}": text for name, text in CERTIFI.items()}
    files = {
        "index.py": """
            import os, subprocess, sys
            import certifi
            import certifi.core
            from certifi import where
            from sdk.vendored import certifi as vendored
            def handler(event, context):
                path = os.environ["FC_FUNC_CODE_PATH"] + ":" + os.environ["PYTHONPATH"]
                environment = dict(os.environ, PYTHONPATH=path)
                command = [sys.executable, "-c", "import certifi; print(certifi.where(), end='')"]
                child = subprocess.check_output(command, env=environment).decode()
                paths = [where(), certifi.core.where(), vendored.where(), child]
                return [open(path).read() for path in paths] + [certifi.contents(), os.path.basename(certifi.__file__)]
        """,
        "sdk/__init__.py": "",
        "sdk/vendored/__init__.py": "",
        **CERTIFI,
        **vendored,
    }
    spec = make_spec(code=pack(files), runtime=runtime)
    result = await make_runner(isolation).invoke(spec, call())
    bundle = "the local cloud's CA\n"
    assert json.loads(result.payload) == [bundle] * 5 + ["__init__.py"], result


async def test_a_layer_with_a_sitecustomize_of_its_own_changes_nothing_for_the_handler(
    runner: FunctionRunner, make_spec: Callable[..., FunctionSpec], pack: Callable[..., Path]
) -> None:
    layer = pack({"python/sitecustomize.py": "import builtins; builtins.mine = 1", **{
        f"python/{name}": text for name, text in CERTIFI.items()
    }})  # fmt: skip
    spec = make_spec("import certifi\ndef handler(e, c): return [certifi.where(), mine]", layers=(layer,))
    where, mine = json.loads((await runner.invoke(spec, call())).payload)
    assert mine == 1 and where != "/the/true/list.pem"


async def test_without_certifi_nothing_is_different(
    runner: FunctionRunner, make_spec: Callable[..., FunctionSpec]
) -> None:
    source = """
        def handler(event, context):
            try:
                import certifi
            except ImportError as error:
                return error.name
    """
    assert (await runner.invoke(make_spec(source), call())).payload == b"certifi"
