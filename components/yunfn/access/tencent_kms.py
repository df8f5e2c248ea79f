"""Rights on one key of Tencent Cloud's Key Management Service. Alibaba Cloud's is ``kms``.

Actions and names: KMS documentation, "authorizable resource types".
"""

from __future__ import annotations

from yunfn.access.names import key_id, uin
from yunfn.access.statement import Grant, Name, Statement, grant


def decrypt(key: Name, *, region: Name = "*", account: Name = "*", creator: Name = "*") -> Grant:
    """Decrypt what was encrypted by a key: ``kms:Decrypt``.

    CAM calls a key by the account and by who made it: ``account`` is the uin, ``creator`` that of the account or
    sub-user that made the key. The id alone says which key it is, so leaving them out widens nothing. Raises
    ValidationError for what is not the id of a key, such as an alias.
    """
    return grant("tencent_kms.decrypt", _decrypt, key=key, region=region, account=account, creator=creator)


def _decrypt(key: str, region: str, account: str, creator: str) -> tuple[Statement, ...]:
    kind = "tencent_kms.decrypt"
    made = f"creatorUin/{uin(kind, 'creator', creator)}/{key_id(kind, key)}"
    return (Statement(("kms:Decrypt",), (f"qcs::kms:{region}:uin/{uin(kind, 'account', account)}:key/{made}",)),)
