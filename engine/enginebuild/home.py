"""The project's own Pulumi home: ``bin`` with what was built, ``plugins`` as ``pulumi plugin install`` lays it out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from enginebuild.products import REPOSITORY

HOME_VARIABLE = "YUNFN_ENGINE_HOME"
_MARKER = ".yunfn-engine"


def engine_home() -> Path:
    """Where the engine's home is: ``YUNFN_ENGINE_HOME``, or ``.pulumi-home`` in the checkout."""
    named = os.environ.get(HOME_VARIABLE, "")
    return Path(named).absolute() if named else REPOSITORY / ".pulumi-home"


def is_engine_home(home: Path) -> bool:
    """Whether this project made the folder; what is in it is no installed engine."""
    return (home / _MARKER).exists()


def furnish(home: Path, executables: Iterable[Path], plugins: Mapping[str, Iterable[Path]]) -> None:
    """Give the home exactly these executables in ``bin`` and these files in each ``plugins/<folder>``.

    The files are hard links where the file system allows it, else copies. Each appears whole or not at all.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)  # Pulumi keeps credentials here
    (home / _MARKER).touch()
    _fill(home / "bin", executables)
    for folder, files in plugins.items():
        plugin = home / "plugins" / folder
        _fill(plugin, files)
        # Left by an install that was killed, it makes Pulumi overlook the plugin; now the files are all there.
        plugin.with_name(f"{folder}.partial").unlink(missing_ok=True)


def _fill(folder: Path, files: Iterable[Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {file.name: file for file in files}
    for present in folder.iterdir():
        if present.name not in wanted and not present.name.startswith("."):
            present.unlink()
    for name, source in wanted.items():
        _place(source, folder / name)


def _place(source: Path, target: Path) -> None:
    if target.exists() and (target.samefile(source) or _is_copy(source, target)):
        return
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    try:
        try:
            os.link(source, unfinished)
        except OSError:  # another file system, or not our file
            shutil.copy2(source, unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _is_copy(source: Path, target: Path) -> bool:
    ours, theirs = target.stat(), source.stat()
    return (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)
