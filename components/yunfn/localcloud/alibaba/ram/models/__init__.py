"""RAM's state: roles, users, keys, policies and what is attached to whom."""

from __future__ import annotations

from yunfn.localcloud.alibaba.ram.models.state import POLICY_TYPES, RamState, principal_key

__all__ = ["POLICY_TYPES", "RamState", "principal_key"]
