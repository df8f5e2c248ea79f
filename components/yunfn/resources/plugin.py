"""Whether the engine will find the plugin; where it will not, its own error does not say what to do."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path
from typing import Any

import pulumi.runtime
import yaml
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

import yunfn
from yunfn.exceptions import MissingToolError

#: The folder of the plugin's executable, as ``plugins.providers`` in Pulumi.yaml takes it.
PLUGIN_FOLDER = Path(yunfn.__file__).parent / "provider" / "bin"
EXECUTABLE = "pulumi-resource-yunfn"


def require_plugin() -> None:
    """Make sure that the engine finds the plugin of this release.

    Raises:
        MissingToolError: Pulumi.yaml does not name it and it is not installed; the text says what to add.
    """
    # Pulumi's mocks start no plugins.
    if isinstance(get_monitor(), MockMonitor):
        return
    project = _project(Path(pulumi.runtime.get_root_directory() or Path.cwd()))
    if project is not None and not _found(project):
        raise MissingToolError(
            f"the plugin yunfn is not found: {project} does not name it and it is not installed. "
            "Add to Pulumi.yaml:\n"
            f"plugins:\n  providers:\n    - name: yunfn\n      path: {PLUGIN_FOLDER}\n"
            "or run, once on each machine: yunfn plugin install"
        )


@functools.cache
def _found(project: Path) -> bool:
    # The engine's order (pulumi sdk/go/common/workspace): attached, the project's own, on PATH, installed.
    attached = [each.partition(":")[0] for each in os.environ.get("PULUMI_DEBUG_PROVIDERS", "").split(",")]
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    installed = home / "plugins" / f"resource-yunfn-v{yunfn.__version__}"
    return "yunfn" in attached or _named(project) or shutil.which(EXECUTABLE) is not None or installed.is_dir()


def _project(folder: Path) -> Path | None:
    """The project's file. Older language hosts (seen: 3.79) do not tell its folder; programs run in it, or below it."""
    for each in (folder, *folder.parents):
        for name in ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json"):
            if (each / name).is_file():
                return each / name
    return None


def _named(project: Path) -> bool:
    document: Any = yaml.safe_load(project.read_text())
    providers = ((document or {}).get("plugins") or {}).get("providers") or []
    return any(isinstance(each, dict) and each.get("name") == "yunfn" for each in providers)
