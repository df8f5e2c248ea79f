"""Looks for what need not be built: an installed Pulumi CLI and installed plugins."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from enginebuild.home import is_engine_home
from enginebuild.products import OLDEST_PULUMI, Plugin
from enginebuild.versions import dotted, version_numbers


@dataclass(frozen=True)
class InstalledPulumi:
    """A Pulumi CLI on PATH: usable, unless ``refused`` says why not."""

    path: Path
    refused: str = ""


def installed_pulumi() -> InstalledPulumi | None:
    """The CLI that PATH leads to, engines of this project apart; None where there is none."""
    found = shutil.which("pulumi", path=search_path())
    if found is None:
        return None
    path = Path(found)
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [found, "version"], env=environment, capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return InstalledPulumi(path, f"does not run ({error})")
    version = version_numbers(answer.stdout)
    if answer.returncode != 0 or version is None:
        return InstalledPulumi(path, "does not tell its version")
    if version < OLDEST_PULUMI:
        return InstalledPulumi(path, f"is {dotted(version)}, older than {dotted(OLDEST_PULUMI)}")
    for name in ("pulumi-language-python", "pulumi-language-python-exec"):
        # Official releases keep the language hosts beside the CLI; a package manager's shim has them on PATH.
        if not (path.resolve().parent / name).is_file() and shutil.which(name, path=search_path()) is None:
            return InstalledPulumi(path, f"comes without {name}")
    return InstalledPulumi(path)


def installed_plugin_files(plugin: Plugin) -> list[Path]:
    """The files of an installed plugin of the right version; none where its install never ended."""
    named = os.environ.get("PULUMI_HOME", "")
    homes = [Path(named)] if named else []
    for home in [*homes, Path.home() / ".pulumi"]:
        folder = home / "plugins" / plugin.folder_name
        unfinished = folder.with_name(f"{folder.name}.partial").exists()
        if not unfinished and not is_engine_home(home) and os.access(folder / plugin.executable, os.X_OK):
            return sorted(path for path in folder.iterdir() if path.is_file())
    return []


def search_path() -> str:
    """PATH without the ``bin`` folders that this project made, in whatever clone."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if not is_engine_home(Path(entry).parent))
