"""What Function Compute refuses: one module a resource; each check raises InvalidArgument with the rule."""

from __future__ import annotations
