"""COS's operations: each parses its request and answers in COS's wire format."""

from __future__ import annotations
