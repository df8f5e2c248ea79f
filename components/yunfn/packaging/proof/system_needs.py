"""What all ELF files of a package together need of the system: how new a C library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yunfn.packaging.proof.elf import Elf
from yunfn.packaging.proof.system_libraries import family

_C_LIBRARY = "GLIBC"


@dataclass(frozen=True, slots=True)
class SystemNeeds:
    """``files`` is how many ELF files there are, ``glibc`` the newest GLIBC symbol version that any of them needs
    (``"2.14"``, empty where none needs any), ``path`` the first file by name that needs it.
    """

    files: int
    glibc: str = ""
    path: str = ""

    @classmethod
    def of(cls, elves: Mapping[str, Elf]) -> SystemNeeds:
        """What these files need, by their paths."""
        newest: tuple[int, ...] = ()
        where = ""
        for path, elf in sorted(elves.items()):
            for _, version in elf.versions:
                name, number = family(version)
                if name == _C_LIBRARY and number is not None and number > newest:
                    newest, where = number, path
        return cls(len(elves), ".".join(map(str, newest)), where)
