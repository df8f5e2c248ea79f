"""The input key of an artifact: found from what it is made of, without building it.

Two machines that would build the same artifact find the same key, so a key leads to the digest of what was built
before. The key covers no absolute path and no time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from yunfn.exceptions import PackagingError
from yunfn.packaging.definition.model import ExtraFiles, Hook, LayerDefinition, LockedPackage
from yunfn.packaging.folder import Folder
from yunfn.packaging.ignore import Selection
from yunfn.packaging.manifest import BUILDER_VERSION, Entry, Mode
from yunfn.packaging.target import Target

# Raised whenever the key covers other things.
_FORMAT = "yunfn-input-key 1"


def input_key(
    definition: LayerDefinition, packages: Sequence[LockedPackage], target: Target, builder: int = BUILDER_VERSION
) -> str:
    """Answer the SHA-256 (hex) over all that decides what is built.

    Args:
        definition: What the layer holds. Covered are its extra files and libraries (names, modes and contents), hooks
            with the files they use, exclusions and whether it may be split; its requirements only as ``packages``.
        packages: What the lock pins for the target's environment.
        target: What the artifact is for.
        builder: Version of the builder.

    Raises:
        PackagingError: an extra file or a hook's file cannot be read; it is named.
    """
    inputs = {
        "format": _FORMAT,
        "builder": builder,
        # All that the table of runtimes says of it: prefixes, C library and so on decide what is built and found.
        "target": [target.name, target.python, asdict(target.runtime)],
        "packages": sorted([p.name, p.version, sorted(p.hashes), p.sdist] for p in packages),
        "files": [_files(files) for files in definition.files],
        "libraries": [_files(files) for files in definition.libraries],
        "exclude": list(definition.exclude),
        "before": [_hook(hook) for hook in definition.before],
        "after": [_hook(hook) for hook in definition.after],
        "split": definition.split,
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _files(files: ExtraFiles) -> object:
    selection = Selection(files.include, files.exclude)
    return [files.prefix, *_contents(files.source, selection)]


def _hook(hook: Hook) -> object:
    everything = Selection(defaults=False)
    return [hook.command, hook.network, [[path.name, *_contents(path, everything)] for path in hook.files]]


def _contents(source: Path, selection: Selection) -> Iterable[object]:
    if source.is_dir():
        found = [*Folder(source, selection).entries()]
        return [_line(entry) for entry in sorted(found, key=lambda entry: entry.path.encode())]
    try:
        with source.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        runs = bool(source.stat().st_mode & 0o100)
    except OSError as error:
        raise PackagingError(f"{source}: cannot be read: {error.strerror}") from error
    return [[source.name, (Mode.EXECUTABLE if runs else Mode.FILE).value, digest]]


def _line(entry: Entry) -> object:
    return [entry.path, entry.mode.value, entry.sha256]
