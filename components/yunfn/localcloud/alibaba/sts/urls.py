"""Where STS is found."""

from __future__ import annotations

import re

HOSTS = (re.compile(r"sts(?:-vpc)?(?:\.(?P<region>[a-z0-9-]+))?\.aliyuncs\.com"),)
