"""Rights on CKafka's own API of messages.

Clients that speak Kafka's protocol need no right of CAM: they show a user name and password of the instance, and the
instance's access lists say what that user may (CKafka documentation, "ACL policy"). What stands here is for
functions that send or look at messages by the API of Tencent Cloud (SDK, ``SendMessage``, ``FetchMessage…``).
"""

from __future__ import annotations

from yunfn.access.names import ckafka_id, uin
from yunfn.access.statement import Grant, Name, Statement, grant


def send() -> Grant:
    """Send messages by the API, through any of the account's HTTP entrances of DataHub: ``ckafka:SendMessage``.

    The entrance is no resource of CAM's, so no grant is narrower (believed: no document says otherwise).
    """
    return grant("ckafka.send", _send)


def consume(instance: Name, *, region: Name = "*", account: Name = "*", creator: Name = "*") -> Grant:
    """Look at messages of an instance's topics by the API: ``ckafka:FetchMessageByOffset`` and ``…ListByOffset``.

    CAM calls an instance by the account and by who made it: ``account`` is the uin, ``creator`` that of the account or
    sub-user that made it; the id alone says which it is. Topics have no name in CAM. Raises ValidationError for what is
    not the id of an instance.
    """
    return grant("ckafka.consume", _consume, instance=instance, region=region, account=account, creator=creator)


def _send() -> tuple[Statement, ...]:
    return (Statement(("ckafka:SendMessage",), ("*",)),)


def _consume(instance: str, region: str, account: str, creator: str) -> tuple[Statement, ...]:
    kind = "ckafka.consume"
    made = f"uin/{uin(kind, 'creator', creator)}/{ckafka_id(kind, instance)}"
    at = f"qcs::ckafka:{region}:uin/{uin(kind, 'account', account)}:ckafkaId/{made}"
    return (Statement(("ckafka:FetchMessageByOffset", "ckafka:FetchMessageListByOffset"), (at,)),)
