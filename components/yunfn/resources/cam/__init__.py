"""``yunfn:cam:…``: roles and policies of Tencent Cloud's access management."""

from __future__ import annotations

__all__: list[str] = []
