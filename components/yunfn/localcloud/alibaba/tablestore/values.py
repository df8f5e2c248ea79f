"""What a cell of a table may hold."""

from __future__ import annotations

Value = int | str | bytes | bool | float
"""A primary key column holds an int, str or bytes, an attribute column any of them."""
