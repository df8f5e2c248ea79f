"""Source distributions: fetched from the index, checked against their hash, kept in the user's cache."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from yunfn.exceptions import ResolutionError
from yunfn.packaging.definition.model import Indexes, LockedPackage
from yunfn.packaging.resolution.index import index_settings
from yunfn.packaging.resolution.index_client import IndexClient, IndexFile, sdist_rank
from yunfn.packaging.target import Target
from yunfn.packaging.user_cache import user_cache

_PART = ".part-"
# No download takes this long.
_LEFT_OVER_S = 86400.0


@dataclass(frozen=True, slots=True)
class Sdist:
    """A source distribution in the cache."""

    path: Path
    sha256: str


def fetch_sdist(
    package: LockedPackage,
    target: Target,
    *,
    offline: bool = False,
    folder: Path | None = None,
    indexes: Indexes | None = None,
) -> Path:
    """The source distribution of a locked package, its bytes checked against the lock.

    Args:
        package: With the hash of its source distribution.
        target: What it is wanted for; named in errors.
        offline: Whether only the cache may be asked.
        folder: The definition's folder, for index settings that stand there.
        indexes: The indexes the definition names.

    Raises:
        ResolutionError: it is not to be had, or none there has the locked hash.
    """
    wanted = [one.removeprefix("sha256:") for one in package.hashes]
    for sha256 in wanted:
        if found := _kept(sha256):
            return found
    client = IndexClient(index_settings(folder or Path.cwd(), indexes), offline=offline)
    try:
        files = sdists_of(client, package.name, package.version)
    except ResolutionError as error:
        raise ResolutionError(f"{package.name} {package.version} for {target.name}: {error}") from None
    matching = [file for file in files if not file.sha256 or file.sha256 in wanted]
    for file in matching:
        fetched = fetch(client, package.name, file)
        if fetched.sha256 in wanted:
            return fetched.path
    there = ", ".join(f"{file.name} ({file.sha256[:12] or 'no hash'}…)" for file in files) or "none"
    raise ResolutionError(
        f"{package.name} {package.version} for {target.name}: no source distribution of the index has the locked hash "
        f"(there: {there}); another file was put in its place, or the index is another: lock anew if that is meant"
    )


def sdists_of(client: IndexClient, name: str, version: str) -> list[IndexFile]:
    """The source distributions of one version, the one to take first."""
    wanted = Version(version)
    found = [file for file in client.files(name) if not file.is_wheel and file.version == wanted]
    return sorted(found, key=lambda file: (sdist_rank(file), file.name))


def fetch(client: IndexClient, name: str, file: IndexFile) -> Sdist:
    """A source distribution, from the cache where it is there; what was fetched is noted for offline use.

    Raises:
        ResolutionError: it cannot be downloaded or is not what the index says.
    """
    if file.sha256 and (found := _kept(file.sha256)):
        _note(name, str(file.version), file.sha256)
        return Sdist(found, file.sha256)
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _remove_left_over(folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix=_PART) as part:
        downloaded = Path(part) / file.name
        sha256 = client.download(file, downloaded)
        place = folder / sha256
        place.mkdir(exist_ok=True, mode=0o700)
        # The name is part of what a builder reads, so it is kept; the same file comes to the same place.
        downloaded.replace(place / file.name)
    _note(name, str(file.version), sha256)
    return Sdist(folder / sha256 / file.name, sha256)


def noted(name: str, version: str) -> Sdist | None:
    """What was fetched of a version before, for offline use."""
    try:
        sha256 = json.loads(_record(name, version).read_text())["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    path = _kept(str(sha256))
    return Sdist(path, str(sha256)) if path else None


def noted_versions(name: str) -> list[Version]:
    """The versions of a package that were fetched before."""
    folder = _folder() / "records" / canonicalize_name(name, validate=True)
    return [Version(path.name) for path in folder.iterdir()] if folder.is_dir() else []


def _folder() -> Path:
    return user_cache() / "sdists"


def _kept(sha256: str) -> Path | None:
    """A file of the cache whose bytes have the hash; one that was damaged is removed."""
    if len(sha256) != 64 or not sha256.isalnum():
        return None
    place = _folder() / sha256
    if not place.is_dir():
        return None
    for path in sorted(place.iterdir()):
        try:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                    return path
        except FileNotFoundError:
            # Another process found it damaged too.
            continue
        path.unlink(missing_ok=True)
    return None


def _remove_left_over(folder: Path) -> None:
    """Remove what downloads that were killed left behind."""
    for part in folder.glob(f"{_PART}*"):
        try:
            if time.time() - part.stat().st_mtime > _LEFT_OVER_S:
                shutil.rmtree(part, ignore_errors=True)
        except FileNotFoundError:
            continue


def _record(name: str, version: str) -> Path:
    return _folder() / "records" / canonicalize_name(name, validate=True) / str(Version(version))


def _note(name: str, version: str, sha256: str) -> None:
    record = _record(name, version)
    record.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=record.parent.parent, prefix=".", delete=False) as part:
        json.dump({"sha256": sha256}, part)
    Path(part.name).replace(record)
