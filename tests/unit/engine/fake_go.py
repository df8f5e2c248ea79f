"""A stand-in for the ``go`` command, run as a true process: it answers and builds at once what engine/build.py asks.

It is steered by files beside it: ``version`` (what ``go version`` says), ``version_in_module`` (what it says after
switching toolchains), ``hang`` (the product whose build never ends), ``fail`` (the product whose build fails),
``broken`` (the product that gets built but does not run), ``wait`` (builds end once it is gone). It notes each build in
``builds`` and, while it hangs, its own process and that of a compiler it started in ``hanging``.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def setting(name: str) -> str:
    path = HERE / name
    return path.read_text().strip() if path.exists() else ""


def version() -> None:
    switched = setting("version_in_module")
    local = os.environ.get("GOTOOLCHAIN") == "local" or not Path("go.mod").exists()
    print(f"go version go{setting('version') if local or not switched else switched} linux/amd64")


def build(arguments: list[str]) -> int:
    output = Path(arguments[arguments.index("-o") + 1])
    flags = arguments[arguments.index("-ldflags") + 1]
    with (HERE / "builds").open("a") as builds:
        builds.write(f"{output.name}\n")
    (Path(os.environ["GOTMPDIR"]) / "go-build1").mkdir()
    print("go: downloading example.com/module v1.0.0", flush=True)
    print("example.com/module/package", flush=True)
    if setting("hang") == output.name:
        output.write_text("#!/bin/sh\nhalf")
        compiler = subprocess.Popen(["/bin/sleep", "600"])
        (HERE / "hanging.new").write_text(f"{os.getpid()} {compiler.pid}")
        (HERE / "hanging.new").rename(HERE / "hanging")
        time.sleep(600)
    if setting("fail") == output.name:
        print("# example.com/module/package\npackage.go:7:2: undefined: gone", flush=True)
        return 1
    while (HERE / "wait").exists():
        time.sleep(0.01)
    plugin_version = "0.2.3" if output.name == "pulumi-resource-tencentcloud" else "4.0.0"
    answer = flags.rpartition("version.Version=")[2] if "version.Version=" in flags else plugin_version
    if setting("broken") == output.name:
        answer = "0.0.1"
    output.write_text(f"#!/bin/sh\necho {answer}\n")
    output.chmod(0o755)
    return 0


def main(arguments: list[str]) -> int:
    if arguments == ["version"]:
        version()
    elif arguments[0] == "build":
        return build(arguments[1:])
    elif arguments[:2] == ["list", "-m"]:
        print(HERE / "module")
    elif arguments[:2] != ["mod", "download"]:
        print(f"fake go does not know {arguments}", file=sys.stderr)
        return 64
    return 0


sys.exit(main(sys.argv[1:]))
