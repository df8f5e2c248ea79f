"""Rights on one key of Alibaba Cloud's Key Management Service. Tencent Cloud's is ``tencent_kms``.

Actions: KMS documentation, "Use RAM to control access to KMS resources".
"""

from __future__ import annotations

from yunfn.access.names import key_id
from yunfn.access.statement import Grant, Name, Statement, grant


def decrypt(key: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Decrypt what was encrypted by a key: ``kms:Decrypt``.

    ``key`` is the key's id, never an alias: policies know keys by their ids. Raises ValidationError for anything else.
    """
    return grant("kms.decrypt", _decrypt, key=key, region=region, account=account)


def _decrypt(key: str, region: str, account: str) -> tuple[Statement, ...]:
    at = f"acs:kms:{region}:{account}:key/{key_id('kms.decrypt', key)}"
    return (Statement(("kms:Decrypt",), (at,)),)
