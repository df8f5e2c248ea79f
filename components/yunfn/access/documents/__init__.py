"""Policy documents of both clouds: read strictly, told by line, written in one form."""

from __future__ import annotations

from yunfn.access.documents.json_text import MAX_CHARACTERS
from yunfn.access.documents.reading import line_of, parse, read
from yunfn.access.documents.rendering import length, render

__all__ = ["MAX_CHARACTERS", "length", "line_of", "parse", "read", "render"]
