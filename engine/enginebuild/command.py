"""The command ``python engine/build.py``: builds what is missing and says where the engine is."""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

from enginebuild.cache import BuildCache
from enginebuild.environment import Engine, furnished_environment, survey
from enginebuild.errors import BuildFailedError, BuildInterruptedError, EngineError, GoMissingError
from enginebuild.go import build_package, module_folder, require_go
from enginebuild.products import Product
from enginebuild.progress import Progress
from enginebuild.versions import version_numbers

_EXIT_FAILED = 1
_EXIT_NO_GO = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0, 1 (a build failed), 2 (no usable Go) or 128 + the signal that ended it."""
    parser = argparse.ArgumentParser(
        prog="engine/build.py",
        description="Find or build the Pulumi CLI, its Python language host and the plugins of the clouds.",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--print-env", action="store_true", help="print shell lines that put the engine in use")
    form.add_argument("--json", action="store_true", help="print the same variables as a JSON object")
    parser.add_argument("--verify", action="store_true", help="hash every built file, whatever its date")
    chosen = parser.parse_args(arguments)
    progress = Progress(sys.stderr)
    try:
        with _signals_as_errors():
            environment = make_engine(progress, thorough=chosen.verify)
    except BuildInterruptedError as interrupted:
        progress.say(str(interrupted))
        return 128 + interrupted.signal_number
    except GoMissingError as missing:
        progress.say(str(missing))
        return _EXIT_NO_GO
    except (EngineError, OSError) as error:
        progress.say(str(error))
        return _EXIT_FAILED
    if chosen.print_env:
        print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in environment.items()))
    elif chosen.json:
        print(json.dumps(environment, indent=1))
    return 0


def make_engine(progress: Progress, *, thorough: bool = False) -> dict[str, str]:
    """Build what is neither installed nor built, and give the environment that leads to the engine."""
    engine = survey()
    cache = BuildCache()
    _report_installed(engine, progress)

    def missing() -> list[Product]:
        return [product for product in engine.products if not cache.trusted(product, thorough=thorough)]

    wanted = missing()
    if wanted:
        with cache.lock(progress.say):
            wanted = missing()  # what the process we waited for has built is no longer missing
            if wanted:
                require_go(wanted)
            for product in wanted:
                with progress.step(f"building {product.title}"):
                    cache.install(product, partial(_build, product, progress))
    environment = furnished_environment(engine, cache)
    progress.say(f"ready in {progress.total()}" + ("" if wanted else ", nothing to build"))
    return environment


def _build(product: Product, progress: Progress, folder: Path, scratch: Path) -> None:
    executable = folder / product.name
    build_package(product, executable, scratch, progress.detail)
    for file in product.module_files:
        shutil.copyfile(module_folder(file.folder, file.module, progress.detail) / file.path, folder / file.name)
    if product.version_command is not None:
        _require_version(product, executable)


def _require_version(product: Product, executable: Path) -> None:
    """Start what was built once: a file that does not run, or is of another version, is no product."""
    answer = subprocess.run(
        [executable, *(product.version_command or ())], capture_output=True, text=True, timeout=120, check=False
    )
    if answer.returncode != 0 or version_numbers(answer.stdout) != version_numbers(product.version):
        said = (answer.stdout + answer.stderr).strip()
        raise BuildFailedError(f"the {product.title} was built but does not tell its version; it says: {said!r}")


def _report_installed(engine: Engine, progress: Progress) -> None:
    if engine.pulumi is not None:
        refused = engine.pulumi.refused
        verdict = f"not used: it {refused}" if refused else "in use, not built"
        progress.say(f"installed {engine.pulumi.path}: {verdict}")
    for files in engine.installed_plugins.values():
        progress.say(f"installed {files[0].parent}: in use, not built")


@contextmanager
def _signals_as_errors() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and a closed terminal end the build as an error does: what is half done is cleared away."""

    def interrupt(number: int, _frame: FrameType | None) -> None:
        raise BuildInterruptedError(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
