"""The platform of each cloud."""

from __future__ import annotations

from yunfn.localcloud.runner.fc_platform import FcPlatform
from yunfn.localcloud.runner.platform import Platform
from yunfn.localcloud.runner.scf_platform import ScfPlatform

PLATFORMS: dict[str, Platform] = {"alibaba": FcPlatform(), "tencent": ScfPlatform()}
