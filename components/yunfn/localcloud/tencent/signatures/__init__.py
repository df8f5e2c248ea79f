"""Who sends a request to a Tencent service: one module per signature."""

from __future__ import annotations
