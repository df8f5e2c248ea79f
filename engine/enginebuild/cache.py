"""The per-user store of finished builds: a product is there whole, with a manifest of its hashes, or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from enginebuild.products import Product, digest

_MANIFEST = "manifest.json"
_BUILDING = ".building-"
_UNUSED_DAYS = 60


def cache_root() -> Path:
    """``$XDG_CACHE_HOME/yunfn/engine``, or that under ~/.cache; XDG voids a relative XDG_CACHE_HOME."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named and Path(named).is_absolute() else Path.home() / ".cache"
    return base / "yunfn" / "engine"


class BuildCache:
    """Finished builds under ``root``, one folder for each product and digest."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root if root is not None else cache_root()

    def folder(self, product: Product) -> Path:
        """Where the product of the present sources is, or will be."""
        return self.root / product.name / digest(product)

    def trusted(self, product: Product, *, thorough: bool = False) -> bool:
        """Whether the product is there and is what its manifest says.

        A file whose size and time of change are those that were written down is taken as unchanged; any other, and with
        ``thorough`` every one, is hashed.
        """
        folder = self.folder(product)
        try:
            manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
            sound = set(manifest["files"]) == set(product.file_names) and all(
                _is_as_written(folder / name, entry, thorough) for name, entry in manifest["files"].items()
            )
        except (OSError, ValueError, KeyError, TypeError):
            return False
        if sound:
            os.utime(folder / _MANIFEST)
        return sound

    def install(self, product: Product, build: Callable[[Path, Path], None]) -> None:
        """Have ``build`` put the product's files into an empty folder, and take them in as one step.

        Its second argument is a folder for temporary files, cleared away with all else. Call it under the lock. What
        ends it early leaves no product: the folder gets its place by one rename, after all in it is on disk. Errors of
        ``build`` pass through.
        """
        place = self.folder(product)
        place.parent.mkdir(parents=True, exist_ok=True)
        self._clear_unfinished(place.parent)
        unfinished = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=place.parent))
        work, scratch = unfinished / "product", unfinished / "scratch"
        try:
            work.mkdir()
            scratch.mkdir()
            build(work, scratch)
            entries = {name: _seal(work / name) for name in product.file_names}
            manifest = work / _MANIFEST
            manifest.write_text(json.dumps({"product": product.title, "files": entries}, indent=1), encoding="utf-8")
            _flush(manifest)
            _flush(work)
            if place.exists():  # not trusted, or we would not be here
                shutil.rmtree(place)
            work.rename(place)
            _flush(place.parent)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        self._forget_unused(place)

    @contextmanager
    def lock(self, waiting: Callable[[str], None]) -> Iterator[None]:
        """Hold the only right to build, at most until this process ends; ``waiting`` is told once if another has it."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                waiting(f"another build of the engine is under way (process {holder}); waiting for it")
                fcntl.flock(file, fcntl.LOCK_EX)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    @staticmethod
    def _clear_unfinished(parent: Path) -> None:
        """Remove what killed builds left; the lock is ours, so none of it is in use."""
        for left in parent.glob(f"{_BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)

    @staticmethod
    def _forget_unused(newest: Path) -> None:
        """Drop builds of other sources that no run asked for in some two months."""
        oldest = time.time() - _UNUSED_DAYS * 86_400
        for other in newest.parent.iterdir():
            manifest = other / _MANIFEST
            if other != newest and manifest.is_file() and manifest.stat().st_mtime < oldest:
                shutil.rmtree(other, ignore_errors=True)


def _is_as_written(path: Path, entry: dict[str, Any], thorough: bool) -> bool:
    status = path.stat()
    if status.st_size != entry["size"] or not os.access(path, os.X_OK):
        return False
    if status.st_mtime_ns == entry["mtime_ns"] and not thorough:
        return True
    return bool(_sha256(path) == entry["sha256"])


def _seal(path: Path) -> dict[str, object]:
    """Make a built file executable and durable, and write down what it is."""
    path.chmod(0o755)
    _flush(path)
    status = path.stat()
    return {"sha256": _sha256(path), "size": status.st_size, "mtime_ns": status.st_mtime_ns}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
