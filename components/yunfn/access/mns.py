"""Rights on one queue or topic of Message Service (MNS, also called SMQ).

Actions: Message Service documentation, "Custom policies"; a resource is called by the path of its REST call.
"""

from __future__ import annotations

from yunfn.access.names import mns_name
from yunfn.access.statement import Grant, Name, Statement, grant


def send(queue: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Send messages to a queue, one or many at once: ``mns:SendMessage``.

    Raises ValidationError for a name Message Service would not take.
    """
    return grant("mns.send", _send, queue=queue, region=region, account=account)


def consume(queue: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Receive messages of a queue and delete those that are done with. Raises ValidationError as ``send`` does."""
    return grant("mns.consume", _consume, queue=queue, region=region, account=account)


def publish(topic: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Publish messages to a topic: ``mns:PublishMessage``. Raises ValidationError as ``send`` does."""
    return grant("mns.publish", _publish, topic=topic, region=region, account=account)


def _send(queue: str, region: str, account: str) -> tuple[Statement, ...]:
    return (Statement(("mns:SendMessage",), _messages("mns.send", queue, region, account)),)


def _consume(queue: str, region: str, account: str) -> tuple[Statement, ...]:
    actions = ("mns:DeleteMessage", "mns:ReceiveMessage")
    return (Statement(actions, _messages("mns.consume", queue, region, account)),)


def _publish(topic: str, region: str, account: str) -> tuple[Statement, ...]:
    at = f"acs:mns:{region}:{account}:/topics/{mns_name('mns.publish', 'topic', topic)}/messages"
    return (Statement(("mns:PublishMessage",), (at,)),)


def _messages(kind: str, queue: str, region: str, account: str) -> tuple[str, ...]:
    return (f"acs:mns:{region}:{account}:/queues/{mns_name(kind, 'queue', queue)}/messages",)
