"""Cloud Access Management: roles, users, policies, and the decision what they allow."""

from yunfn.localcloud.tencent.cam.service import CamService

__all__ = ["CamService"]
