"""yunfn: Python functions on Alibaba Cloud Function Compute and Tencent Cloud SCF, shipped as code."""

from __future__ import annotations

__version__ = "0.1.0"
