"""OSS triggers: what fits is called, by a role that may; else the journal says why not."""

from __future__ import annotations

import json
from typing import Any

from unit.localcloud.alibaba.fc.dataplane.workshop import REGION, Workshop
from yunfn.localcloud.alibaba.oss.events import ObjectEvent

NOTE = "def handler(event, context):\n    return event\n"
CREATED = {"events": ["oss:ObjectCreated:*"], "filter": {"key": {"prefix": "in/", "suffix": ".png"}}}


def publish(workshop: Workshop, key: str, name: str = "ObjectCreated:PutObject", bucket: str = "pictures") -> None:
    event = ObjectEvent(workshop.account, REGION, bucket, key, name, 7, "0123ABCD", workshop.cloud.clock.time())
    workshop.cloud.events.publish(event)


def trigger(workshop: Workshop, role: str, configuration: dict[str, Any], **fields: str) -> None:
    workshop.deploy("note", NOTE)
    source = f"acs:oss:{REGION}:{workshop.account}:pictures"
    workshop.trigger("note", "t", "oss", configuration, sourceArn=source, invocationRole=role, **fields)


def events(workshop: Workshop) -> list[dict[str, Any]]:
    tasks = workshop.plane.queue.tasks.of_function(workshop.account, REGION, "note")
    return [json.loads(task.body)["events"][0] for task in tasks]


def invoker(workshop: Workshop, *statements: tuple[str, str]) -> str:
    return workshop.role("invoker", "oss.aliyuncs.com", *statements)


async def test_the_event_is_that_of_the_cloud(workshop: Workshop) -> None:
    trigger(workshop, invoker(workshop, ("fc:InvokeFunction", "acs:fc:*:*:functions/note")), CREATED)
    publish(workshop, "in/a.png")
    (event,) = events(workshop)
    assert event["eventName"] == "ObjectCreated:PutObject"
    assert event["eventTime"].endswith("Z")
    assert len(event["eventTime"]) == 24
    assert event["oss"]["bucket"] == {
        "arn": f"acs:oss:{REGION}:{workshop.account}:pictures",
        "name": "pictures",
        "ownerIdentity": workshop.account,
        "virtualBucket": "",
    }
    assert event["oss"]["object"] == {"deltaSize": 7, "eTag": "0123ABCD", "key": "in/a.png", "size": 7}
    (line,) = await workshop.until(lambda: workshop.journal(operation="InvokeFunction"), lambda lines: lines)
    assert line["status"] == 200
    assert line["principal"].startswith(f"acs:ram::{workshop.account}:assumed-role/invoker/")


async def test_only_what_fits_fires(workshop: Workshop) -> None:
    trigger(workshop, invoker(workshop, ("fc:InvokeFunction", "*")), CREATED)
    publish(workshop, "out/a.png")
    publish(workshop, "in/a.jpg")
    publish(workshop, "in/a.png", "ObjectRemoved:DeleteObject")
    publish(workshop, "in/a.png", bucket="others")
    assert events(workshop) == []
    publish(workshop, "in/b.png", "ObjectCreated:CompleteMultipartUpload")
    assert [event["eventName"] for event in events(workshop)] == ["ObjectCreated:CompleteMultipartUpload"]
    trigger(workshop, invoker(workshop), {"events": ["oss:ObjectRemoved:DeleteObject"]})
    publish(workshop, "anything", "ObjectRemoved:DeleteObject")
    assert len(events(workshop)) == 2


async def test_a_role_without_the_right_fires_nothing_and_is_journaled(workshop: Workshop) -> None:
    role = invoker(workshop, ("fc:InvokeFunction", f"acs:fc:{REGION}:{workshop.account}:functions/other/LATEST"))
    trigger(workshop, role, CREATED)
    publish(workshop, "in/a.png")
    assert events(workshop) == []
    (line,) = workshop.journal(status=403)
    assert line["denied"] == f"fc:InvokeFunction acs:fc:{REGION}:{workshop.account}:functions/note/LATEST"
    trigger(workshop, workshop.role("stranger", "fc.aliyuncs.com", ("*", "*")), CREATED)
    publish(workshop, "in/a.png")
    trigger(workshop, "", CREATED)
    publish(workshop, "in/a.png")
    assert events(workshop) == []
    assert len(workshop.journal(status=403)) == 3
