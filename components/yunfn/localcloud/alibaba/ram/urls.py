"""Where RAM is found."""

from __future__ import annotations

import re

HOSTS = (re.compile(r"ram\.aliyuncs\.com"),)
