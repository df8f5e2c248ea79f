"""Keys of Alibaba Cloud's KMS, which encrypt functions' secrets."""

from __future__ import annotations

import re

from yunfn.program.secrets import Keys
from yunfn.secrets import ALIBABA

#: An id, or the ARN that DescribeKey answers (KMS API documentation). An alias is none: rights are on a key.
KEYS = Keys(
    cloud="alibaba",
    pattern=re.compile(
        r"(?:acs:kms:(?P<region>[a-z0-9-]+):(?P<account>[0-9]+):key/)?(?P<id>[A-Za-z0-9][A-Za-z0-9-]{7,63})"
    ),
    rule="the id of a KMS key, or its ARN acs:kms:<region>:<account>:key/<id>; not an alias",
    prefix=ALIBABA,
)
