"""The wheels built on this machine, kept by what they were built from."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

_DIGEST = "sha256"


class BuiltWheels:
    """Wheels in folders named by a key, each beside its SHA-256.

    A folder appears whole or not at all, so readers need no lock; ``lock_file`` names the one builders of a key hold.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, key: str) -> Path | None:
        """The wheel for ``key``; one whose bytes changed is thrown away and counts as missing."""
        place = self.root / key
        try:
            [wheel] = place.glob("*.whl")
            if _sha256(wheel) == (place / _DIGEST).read_text(encoding="ascii"):
                return wheel
        except (ValueError, OSError):
            if not place.exists():
                return None
        shutil.rmtree(place, ignore_errors=True)
        return None

    def lock_file(self, key: str) -> Path:
        """The lock to hold while building for ``key``."""
        return self.root / "locks" / key

    def working_folder(self, key: str) -> Path:
        """An empty folder to build in; what one that was killed left there is gone. The lock must be held."""
        place = self.root / "building" / key
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True, mode=0o700)
        return place

    def keep(self, key: str, wheel: Path) -> Path:
        """Move a wheel in and answer its place. The lock must be held."""
        part = self.working_folder(f"{key}.keeping")
        (part / _DIGEST).write_text(_sha256(wheel), encoding="ascii")
        wheel.rename(part / wheel.name)
        place = self.root / key
        shutil.rmtree(place, ignore_errors=True)
        part.rename(place)
        return place / wheel.name


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
