"""``yunfn plugin``: the Pulumi plugin that comes with yunfn, made known to the engine."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from yunfn import __version__
from yunfn.exceptions import MissingToolError

application = typer.Typer(
    help="The Pulumi plugin: uploads artifacts and publishes versions while pulumi runs.", no_args_is_help=True
)
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
# The line of the executable in which an installed copy keeps the Python that installed it.
_INSTALLED_BY = 'installed_by=""'


@application.command()
def path(json_output: JsonOption = False) -> None:
    """Say which folder holds the plugin, for plugins.providers in Pulumi.yaml.

    Example: yunfn plugin path
    """
    folder = _executable().parent
    typer.echo(json.dumps({"name": "yunfn", "version": __version__, "path": str(folder)}) if json_output else folder)


@application.command()
def install(json_output: JsonOption = False) -> None:
    """Install the plugin where pulumi keeps its plugins (PULUMI_HOME), once for each; projects then need not name it.

    It runs with this Python, or with one of the virtual environment in use. Example: yunfn plugin install
    """
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise MissingToolError("pulumi is not on PATH: install it (pulumi.com/docs/install), or run make engine")
    source = _executable()
    with tempfile.TemporaryDirectory(prefix="yunfn-plugin-") as folder:
        copy = Path(folder) / source.name
        text = source.read_text()
        assert _INSTALLED_BY in text
        copy.write_text(text.replace(_INSTALLED_BY, f"installed_by={shlex.quote(sys.executable)}"))
        copy.chmod(0o755)
        command = [pulumi, "plugin", "install", "resource", "yunfn", __version__, "--file", str(copy), "--reinstall"]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise MissingToolError(f"pulumi plugin install: {(done.stderr or done.stdout).strip()}")
    document = {"name": "yunfn", "version": __version__, "python": sys.executable}
    typer.echo(
        json.dumps(document) if json_output else f"installed plugin yunfn {__version__}, run by {sys.executable}"
    )


def _executable() -> Path:
    from yunfn.resources.plugin import EXECUTABLE, PLUGIN_FOLDER

    return PLUGIN_FOLDER / EXECUTABLE
