"""The user's cache of packages: by digest, and by the key of the inputs they were built from.

Several processes may use one cache at a time, and any of them may be killed: what is written becomes visible by a
rename, and what is read is checked. The lock is held only for moments, and its holder's death frees it.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import filelock

from yunfn.exceptions import PackagingError
from yunfn.packaging.archive import Archive
from yunfn.packaging.contents import Contents
from yunfn.packaging.ignore import Selection
from yunfn.packaging.manifest import Manifest
from yunfn.packaging.package import FileHashes, Package
from yunfn.packaging.proof.finding import Finding
from yunfn.packaging.user_cache import user_cache
from yunfn.packaging.zip_writer import write_zips

#: Bytes that packages may take together before the ones unused for longest are removed.
LIMIT = 10 * 2**30
#: Seconds for which a package that was used is kept whatever the limit says: its user may be about to upload it.
KEEP = 3600.0
# Zips of fewer bytes are hashed whenever they are used; larger ones when the file is another than the one hashed last.
_SMALL = 1 << 20
# Seconds: what a killed process left half-written, and input keys nobody asked for.
_LEFT_OVER, _FORGOTTEN = 86_400.0, 90 * 86_400.0
_LOCK, _LOCK_SECONDS = ".lock", 60.0
_INPUTS = "inputs"
_BUILDING = "building"


def cache_folder() -> Path:
    """Where packages are kept by digest: ``packages`` in the user's cache folder for yunfn."""
    return user_cache() / "packages"


def _limit() -> int:
    said = os.environ.get("YUNFN_CACHE_MB", "")
    if said and not said.isdecimal():
        raise PackagingError(f"YUNFN_CACHE_MB={said!r}: the cache's limit is a whole number of MB")
    return int(said) * 2**20 if said else LIMIT


@dataclass(frozen=True, slots=True)
class Build:
    """What was built from one set of inputs: the packages (several if a layer was split) and what was found in them.

    ``details`` is whatever else the builder wants to know again, as JSON can hold it.
    """

    packages: tuple[Package, ...]
    findings: tuple[Finding, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


class ArtifactCache:
    """Packages in ``folder`` (by default ``cache_folder()``), each a zip named by its digest with a record beside it.

    ``limit`` is in bytes of zips, by default what the variable YUNFN_CACHE_MB says, or LIMIT; what was used within
    ``keep`` seconds stays even above it.

    Raises:
        PackagingError: YUNFN_CACHE_MB is no number.
    """

    def __init__(self, folder: Path | None = None, *, limit: int | None = None, keep: float = KEEP) -> None:
        self.folder = folder or cache_folder()
        self._limit = _limit() if limit is None else limit
        self._keep = keep

    def pack(self, contents: Sequence[Contents]) -> list[Package]:
        """Answer a package for each of ``contents``; those that are missing are written together.

        Raises:
            PackagingError: a file changed since it was listed or cannot be read, or the cache cannot be written.
        """
        with self.packing(contents) as packed:
            return packed()

    @contextmanager
    def packing(self, contents: Sequence[Contents]) -> Iterator[Callable[[], list[Package]]]:
        """Write what ``pack`` would while the block runs, on other threads; what it gives, called, answers as ``pack``.

        If the block is left before that, nothing is kept.
        """
        found = {each.manifest.digest: self.package(each.manifest) for each in contents}
        missing = {each.manifest.digest: each for each in contents if found[each.manifest.digest] is None}
        wanted: Future[bool] = Future()
        with ThreadPoolExecutor(1, thread_name_prefix="yunfn-pack") as pool:
            writing = pool.submit(self._write, missing, wanted) if missing else None

            def packed() -> list[Package]:
                wanted.set_result(True)
                packages = found | (writing.result() if writing is not None else {})
                return [package for each in contents if (package := packages[each.manifest.digest])]

            try:
                yield packed
            finally:
                if not wanted.done():
                    wanted.set_result(False)

    def package(self, manifest: Manifest) -> Package | None:
        """Answer the package of this manifest, None if it is not there or not the one that was written."""
        hashes = self._checked(manifest.digest, self._record(manifest.digest))
        return None if hashes is None else self._as_package(manifest, manifest.digest, hashes)

    def find(self, digest: str) -> Package | None:
        """Answer the package of this digest, None if it is not there or not the one that was written."""
        record = self._record(digest)
        hashes = self._checked(digest, record)
        if record is None or hashes is None or not isinstance(record.get("manifest"), str):
            return None
        try:
            manifest = Manifest.read(record["manifest"].encode(), str(self._zip(digest)))
        except PackagingError:
            return None
        return self._as_package(manifest, digest, hashes) if manifest.digest == digest else None

    def adopt(self, file: Path, digest: str, target: str | None = None, *, sha256: str | None = None) -> Package:
        """Take in a zip that came from elsewhere, such as the team's store; ``file`` is moved into the cache.

        It is taken for ``digest`` only if the manifest made anew from its bytes has that digest, and, where ``sha256``
        (hex) is known, its bytes have it. ``target`` is the name of the target it was built for, None for code.

        Raises:
            PackagingError: it is not what it should be, or it is no zip that could be deployed.
        """
        with self._part() as part:
            # Out of others' reach first, so that what is checked is what is kept.
            own = Path(shutil.move(file, part / f"{digest}.zip"))
            hashes = _hashed(own)
            if sha256 is not None and hashes.sha256 != sha256:
                raise PackagingError(f"{file}: SHA-256 {hashes.sha256} is not {sha256} as expected; it is not used")
            with closing(Archive(own, Selection(defaults=False))) as archive:
                manifest = Manifest.of(archive.entries(), str(file), target)
            if manifest.digest != digest:
                raise PackagingError(f"{file}: holds a package of digest {manifest.digest}, not {digest}: not used")
            return self._publish(manifest, own, hashes)

    def recall(self, key: str) -> Build | None:
        """Answer what was built from the inputs of this key, None unless all of it is still there."""
        file = self._input(key)
        try:
            record = json.loads(file.read_text())
            packages = [self.find(digest) for digest in record["digests"]]
            findings = tuple(Finding(**finding) for finding in record["findings"])
            details = dict(record["details"])
            with _unless_read_only():
                os.utime(file)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        whole = tuple(package for package in packages if package is not None)
        return Build(whole, findings, details) if whole and len(whole) == len(packages) else None

    def remember(self, key: str, build: Build) -> None:
        """Keep what was built from the inputs of this key.

        Raises:
            PackagingError: the cache cannot be written.
        """
        record = {
            "digests": [package.digest for package in build.packages],
            "findings": [asdict(finding) for finding in build.findings],
            "details": build.details,
        }
        try:
            _put(self._input(key), record)
        except OSError as error:
            raise PackagingError(f"{self._input(key)}: cannot be written: {error}") from error

    def discard(self, digest: str) -> None:
        """Remove a package that turned out not to be wanted; nothing is done where it is not there.

        Raises:
            PackagingError: it cannot be removed, or another process holds the cache's lock and does not let go.
        """
        try:
            with self._lock():
                # The record goes first: a zip without one is never taken for whole.
                self._record_file(digest).unlink(missing_ok=True)
                self._zip(digest).unlink(missing_ok=True)
        except OSError as error:
            raise PackagingError(f"{self._zip(digest)}: cannot be removed: {error}") from error

    def building(self, key: str) -> Path:
        """The lock that whoever builds of the inputs ``key`` holds meanwhile, so that nobody else does."""
        return self.folder / _BUILDING / f"{key}.lock"

    def prune(self) -> int:
        """Remove the packages unused for longest until the rest is within the limit; answers the bytes freed.

        Raises:
            PackagingError: a file cannot be removed, or another process holds the cache's lock and does not let go.
        """
        if not self.folder.is_dir():
            return 0
        try:
            with self._lock():
                return self._pruned()
        except OSError as error:
            raise PackagingError(f"{self.folder}: cannot be pruned: {error}") from error

    def _pruned(self) -> int:
        now, freed, sizes = time.time(), 0, {}
        for file in self.folder.iterdir():
            if file.name.startswith("."):
                if file.name != _LOCK and _age(file, now) > _LEFT_OVER:
                    shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)
            elif file.suffix == ".zip":
                sizes[file] = file.stat().st_size
        for file in (file for folder in (_INPUTS, _BUILDING) for file in (self.folder / folder).glob("*")):
            if _age(file, now) > _FORGOTTEN:
                file.unlink(missing_ok=True)
        left = sum(sizes.values())
        ages = {file: min(_age(file, now), _age(file.with_suffix(".json"), now)) for file in sizes}
        for file in sorted(sizes, key=lambda each: -ages[each]):
            if left <= self._limit or ages[file] < self._keep:
                break
            # The record goes first: a zip without one is never taken for whole.
            file.with_suffix(".json").unlink(missing_ok=True)
            file.unlink(missing_ok=True)
            left -= sizes[file]
            freed += sizes[file]
        return freed

    def _write(self, missing: Mapping[str, Contents], wanted: Future[bool]) -> dict[str, Package]:
        with self._part() as part:
            files = {digest: part / f"{digest}.zip" for digest in missing}
            write_zips([(each.manifest, each.origin, files[digest]) for digest, each in missing.items()])
            hashes = {digest: _hashed(file) for digest, file in files.items()}
            if not wanted.result():
                return {}
            return {digest: self._publish(missing[digest].manifest, files[digest], hashes[digest]) for digest in files}

    def _publish(self, manifest: Manifest, file: Path, hashes: FileHashes) -> Package:
        """Make a written zip the package of its digest, unless another process was first."""
        digest = manifest.digest
        with self._lock():
            first = self._checked(digest, self._record(digest), locked=True)
            if first is None:
                self._record_file(digest).unlink(missing_ok=True)
                file.replace(self._zip(digest))
                self._note(digest, hashes, {"manifest": manifest.canonical.decode()})
                self._pruned()
        return self._as_package(manifest, digest, first or hashes)

    def _checked(self, digest: str, record: Mapping[str, Any] | None, *, locked: bool = False) -> FileHashes | None:
        """Answer the hashes of a zip that is the one in its record, and keep it from being pruned now."""
        if record is None:
            return None
        try:
            hashes = FileHashes(record["md5"], record["sha256"], record["zipSize"])
            stamp = _stamp(self._zip(digest))
        except (KeyError, OSError):
            return None
        known = record.get("stamp") == stamp
        if (not known or hashes.size < _SMALL) and FileHashes.of(self._zip(digest)) != hashes:
            return None
        if locked or self._touched(digest):
            if not known and not locked:
                with _unless_read_only(), self._lock():
                    if _stamp(self._zip(digest)) == stamp:
                        self._note(digest, hashes, record)
            return hashes
        return None

    def _touched(self, digest: str) -> bool:
        """Mark a package as used; only one that could be pruned this moment needs the lock for it."""
        file = self._record_file(digest)
        try:
            with _unless_read_only():
                if _age(file, time.time()) < self._keep / 2:
                    os.utime(file)
                else:
                    with self._lock():
                        os.utime(file)
        except FileNotFoundError:
            return False
        return True

    def _note(self, digest: str, hashes: FileHashes, more: Mapping[str, Any]) -> None:
        # The record is put beside the zip last: a zip without one is never taken for whole.
        record = {"md5": hashes.md5, "sha256": hashes.sha256, "zipSize": hashes.size}
        _put(self._record_file(digest), {**more, **record, "stamp": _stamp(self._zip(digest))})

    def _record(self, digest: str) -> Mapping[str, Any] | None:
        try:
            record = json.loads(self._record_file(digest).read_text())
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) else None

    def _as_package(self, manifest: Manifest, digest: str, hashes: FileHashes) -> Package:
        return Package(manifest, digest, self._zip(digest), hashes.md5, hashes.sha256, hashes.size)

    def _zip(self, digest: str) -> Path:
        return self.folder / f"{digest}.zip"

    def _record_file(self, digest: str) -> Path:
        return self.folder / f"{digest}.json"

    def _input(self, key: str) -> Path:
        return self.folder / _INPUTS / f"{key}.json"

    @contextmanager
    def _part(self) -> Iterator[Path]:
        """A folder inside the cache for what is being written; what the system refuses is a PackagingError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryDirectory(dir=self.folder, prefix=".") as part:
                yield Path(part)
        except OSError as error:
            raise PackagingError(f"{self.folder}: cannot be written: {error}") from error

    @contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            with filelock.FileLock(self.folder / _LOCK, timeout=_LOCK_SECONDS):
                yield
        except filelock.Timeout as error:
            rule = f"another process has held it for {_LOCK_SECONDS:.0f} seconds: end that process and run again"
            raise PackagingError(f"{self.folder / _LOCK}: {rule}") from error


@contextmanager
def _unless_read_only() -> Iterator[None]:
    """Do without what a cache that may only be read refuses; whoever writes that cache also prunes it."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise


def _hashed(file: Path) -> FileHashes:
    hashes = FileHashes.of(file)
    if hashes is None:
        raise PackagingError(f"{file}: is gone since it was packed; run again")
    return hashes


def _stamp(file: Path) -> list[int]:
    """What changes whenever a file is written to or put in another's place."""
    found = file.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def _age(file: Path, now: float) -> float:
    """Seconds since ``file`` was written or marked as used; endless if it is not there."""
    try:
        return now - file.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _put(file: Path, record: Mapping[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=".", suffix=".part", delete=False) as part:
        json.dump(record, part)
    Path(part.name).replace(file)
