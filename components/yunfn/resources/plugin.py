"""Whether the engine will find the plugin; where it will not, its own error does not say what to do."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path
from typing import Any

import pulumi.runtime
import yaml

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
    root = pulumi.runtime.get_root_directory()
    if root and not _found(root):
        raise MissingToolError(
            f"the plugin yunfn is not found: {Path(root) / 'Pulumi.yaml'} does not name it and it is not installed. "
            "Add to Pulumi.yaml:\n"
            f"plugins:\n  providers:\n    - name: yunfn\n      path: {PLUGIN_FOLDER}\n"
            "or run, once on each machine: yunfn plugin install"
        )


@functools.cache
def _found(root: str) -> bool:
    # The engine's order (pulumi sdk/go/common/workspace): attached, the project's own, on PATH, installed.
    attached = [each.partition(":")[0] for each in os.environ.get("PULUMI_DEBUG_PROVIDERS", "").split(",")]
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    installed = home / "plugins" / f"resource-yunfn-v{yunfn.__version__}"
    return "yunfn" in attached or _named(Path(root)) or shutil.which(EXECUTABLE) is not None or installed.is_dir()


def _named(root: Path) -> bool:
    for name in ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json"):
        if (root / name).is_file():
            document: Any = yaml.safe_load((root / name).read_text())
            providers = ((document or {}).get("plugins") or {}).get("providers") or []
            return any(isinstance(each, dict) and each.get("name") == "yunfn" for each in providers)
    # No project: Pulumi's mocks, which start no plugin.
    return True
