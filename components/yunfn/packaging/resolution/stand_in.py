"""Empty wheels in the place of packages that a definition replaces, to see whether anything requires them.

uv cannot put one package in another's place. Leaving the replaced one out would hide who requires it, and resolving
the true one would turn to older versions of whoever requires it where it cannot be had, which is what it is replaced
for. A stand-in can always be had, needs nothing, and is in the resolution only where something requires it.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

# A local version (PEP 440), which no index has.
_VERSION = "0+replaced"


def write_stand_in(folder: Path, name: str) -> None:
    """Write the stand-in of a package (normalized name) as a wheel into a folder of wheels."""
    module = name.replace("-", "_")
    info = f"{module}-{_VERSION}.dist-info"
    with zipfile.ZipFile(folder / f"{module}-{_VERSION}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {_VERSION}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


def stand_in_line(name: str) -> str:
    """The requirement that only a package's stand-in meets, as an override for uv."""
    return f"{name}=={_VERSION}"
