"""Which package indexes are in use, as uv finds them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


def without_credentials(text: str) -> str:
    """The text with user names and passwords in URLs replaced by ``***``."""
    return _CREDENTIALS.sub("***@", text)


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """The package indexes to ask; URLs may hold credentials and are left out of ``repr``."""

    links: tuple[str, ...] = field(default=(), repr=False)

    def environment(self) -> dict[str, str]:
        """Variables that tell uv, kept off its command line, which others on the machine can read."""
        return {}
