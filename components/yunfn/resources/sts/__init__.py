"""``yunfn:sts:…``: temporary credentials inside a program, secrets from their first moment on."""

from __future__ import annotations

from yunfn.resources.sts.assume_role import AssumeRoleResult, assume_role_output

__all__ = ["AssumeRoleResult", "assume_role_output"]
