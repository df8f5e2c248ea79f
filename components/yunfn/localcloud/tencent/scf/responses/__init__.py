"""The operations on the wire: parameters read, models asked, answers shaped."""

from __future__ import annotations
