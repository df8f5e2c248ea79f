"""Where Cloud Monitor is found (endpoints in aliyun-python-sdk-core 2.16.1)."""

from __future__ import annotations

import re

HOSTS = (re.compile(r"metrics\.(?P<region>[a-z]{2}(?:-[a-z0-9]+)+)\.aliyuncs\.com"),)
