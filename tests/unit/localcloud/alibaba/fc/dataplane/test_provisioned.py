"""Provisioned instances are started before the first call, follow changes, and go when they are no longer wanted."""

from __future__ import annotations

from unit.localcloud.alibaba.fc.dataplane.workshop import REGION, Workshop
from yunfn.localcloud.alibaba.fc import FcService

NAME = "def handler(event, context):\n    return 'code 1'\n"


def current(workshop: Workshop, qualifier: str) -> tuple[int, str]:
    return workshop.cloud.find(FcService).directory.provisioned((workshop.account, REGION, "f"), qualifier)


async def test_instances_are_ready_before_the_first_call(workshop: Workshop) -> None:
    workshop.deploy("f", NAME, idleTimeout=0.2)
    workshop.publish("f", 1)
    workshop.alias("f", "prod", 1)
    workshop.provision("f", "prod", 2)
    await workshop.until(lambda: current(workshop, "prod"), lambda seen: seen == (2, ""))
    ready = {instance.id for instance in workshop.runner._pool.instances()}
    assert len(ready) == 2
    response = await workshop.invoke("f", qualifier="prod")
    assert response.headers["x-fc-instance-id"] in ready
    workshop.deploy("f", NAME.replace("1", "2"), idleTimeout=0.2)
    workshop.publish("f", 2)
    workshop.alias("f", "prod", 2)
    await workshop.plane.instances.settled()
    response = await workshop.invoke("f", qualifier="prod")
    assert (response.text, response.headers["x-fc-instance-id"] in ready) == ("code 2", False)
    assert current(workshop, "prod") == (2, "")
    await workshop.until(
        lambda: {instance.id for instance in workshop.runner._pool.instances()} & ready, lambda old: not old
    )
    assert len(workshop.runner._pool.instances()) == 2
    workshop.provision("f", "prod", 0)
    await workshop.plane.instances.settled()
    assert current(workshop, "prod") == (0, "")


async def test_why_they_do_not_start_is_reported(workshop: Workshop) -> None:
    source = "def handler(event, context):\n    pass\ndef start(context):\n    raise RuntimeError('no such database')\n"
    hook = {"initializer": {"handler": "index.start", "timeout": 5}}
    workshop.deploy("f", source, instanceLifecycleConfig=hook)
    workshop.provision("f", "LATEST", 1)
    ready, error = await workshop.until(lambda: current(workshop, "LATEST"), lambda seen: seen[1])
    assert ready == 0
    assert "no such database" in error
