"""What a check of a package reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: ``rule`` (such as ``elf-glibc``), the ``path`` inside the zip, the ``package`` it belongs to (or "").

    ``error`` findings stop an upload, ``warning`` ones do not. ``message`` says what is wrong, ``advice`` what to do.
    """

    rule: str
    severity: Literal["error", "warning"]
    path: str
    package: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        where = f"{self.path} ({self.package})" if self.package else self.path
        text = f"{self.severity}: {where}: {self.rule}: {self.message}" + (f"; {self.advice}" if self.advice else "")
        # Names are a stranger's: what would steer the reader's terminal, or turn the line round, is spelled out.
        return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
