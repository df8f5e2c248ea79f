"""Where KMS is found: the shared gateway's hosts; those of KMS instances of one's own are not here."""

from __future__ import annotations

import re

HOSTS = (re.compile(r"kms(?:-vpc|-intranet)?\.(?P<region>[a-z]{2,}(?:-[a-z0-9]+)+)\.aliyuncs\.com"),)
