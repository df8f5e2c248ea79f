"""Keys of Tencent Cloud's KMS, which encrypt functions' secrets."""

from __future__ import annotations

import re

from yunfn.program.secrets import Keys
from yunfn.secrets import TENCENT

#: An id, or the name that policies call a key by (CAM documentation, "CAM-enabled API: Key Management Service").
KEYS = Keys(
    cloud="tencent",
    pattern=re.compile(
        r"(?:qcs::kms:(?P<region>[a-z0-9-]+):uin/(?P<account>[0-9]+):key/(?:creatorUin/[0-9]+/)?)?"
        r"(?P<id>[A-Za-z0-9][A-Za-z0-9-]{7,63})"
    ),
    rule="the id of a KMS key, or its name qcs::kms:<region>:uin/<uin>:key/creatorUin/<uin>/<id>; not an alias",
    prefix=TENCENT,
)
