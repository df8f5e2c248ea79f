"""Resource Access Management: roles, users, policies, and the decision what they allow."""

from __future__ import annotations

from yunfn.localcloud.alibaba.ram.service import RamService

__all__ = ["RamService"]
