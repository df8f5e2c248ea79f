"""``yunfn:cam:…``: roles and policies of Tencent Cloud's access management."""

from __future__ import annotations

from yunfn.resources.cam.policy import Policy
from yunfn.resources.cam.role import Role
from yunfn.resources.cam.role_policy_attachment import RolePolicyAttachment

__all__ = ["Policy", "Role", "RolePolicyAttachment"]
