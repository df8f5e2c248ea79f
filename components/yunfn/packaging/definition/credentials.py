"""Keeps user names and passwords in URLs out of texts."""

from __future__ import annotations

import re

# Up to the last @ of the host's part, for passwords hold @ too.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s'\"`]*@")


def without_credentials(text: str) -> str:
    """The text with user names and passwords in URLs replaced by ``***``."""
    return _CREDENTIALS.sub("***@", text)
