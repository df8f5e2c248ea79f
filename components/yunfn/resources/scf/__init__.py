"""``yunfn:scf:…``: resources of Tencent Cloud's Serverless Cloud Function, with the types of their arguments."""

from __future__ import annotations

__all__: list[str] = []
