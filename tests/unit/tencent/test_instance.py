"""What starts a web function, and images in SCF's words."""

from __future__ import annotations

import pytest

from yunfn.exceptions import ValidationError
from yunfn.runtimes import TENCENT
from yunfn.tencent import AsyncInvocation, Container, CustomRuntime, DeadLetter, ProvisionedInstances, TrackedInstances
from yunfn.tencent.instance import bootstrap
from yunfn.tencent.invocation import ScheduledInstances

PYTHON = TENCENT["Python3.6"]


def test_a_wsgi_application_is_served_by_the_runtimes_own_python() -> None:
    assert bootstrap("f", PYTHON, True, None) == (b"#!/bin/bash\nexec /var/lang/python3/bin/python3 -u -m yunfn_wsgi\n")


def test_a_program_is_started_with_its_arguments_as_they_are() -> None:
    program = CustomRuntime(command=["./serve"], args=["--name", "a b; rm -rf /"])
    assert bootstrap("f", PYTHON, False, program) == b"#!/bin/bash\nexec ./serve --name 'a b; rm -rf /'\n"
    assert bootstrap("f", PYTHON, False, None) is None
    with pytest.raises(ValidationError, match="name the program"):
        bootstrap("f", PYTHON, False, CustomRuntime(command=[]))


def test_an_image_is_of_the_personal_registry_unless_another_is_named() -> None:
    assert Container(image="i:1").settings() == {
        "imageType": "personal",
        "imageUri": "i:1",
        "containerImageAccelerate": False,
        "imagePort": 9000,
    }
    found = Container(image="i:1", command=["python"], args=["-u", "app.py"], registry_id="tcr-1").settings()
    assert (found["imageType"], found["registryId"]) == ("enterprise", "tcr-1")
    assert (found["command"], found["args"]) == ("python", "-u app.py")


def test_asynchronous_calls() -> None:
    assert AsyncInvocation().settings("f") == {"async_run_enable": False, "trace_enable": False}
    found = AsyncInvocation(retries=1, on_failure=DeadLetter(name="q"), stateful=True).settings("f")
    assert found == {
        "async_run_enable": True,
        "trace_enable": True,
        "async_trigger_config": {"retries": 1, "age": 21600},
        "dead_letter_config": {"type": "CMQ-QUEUE", "name": "q"},
    }
    for bad in (
        AsyncInvocation(retries=3),
        AsyncInvocation(max_age=59),
        AsyncInvocation(on_failure=DeadLetter(name="q", kind="x")),
    ):
        with pytest.raises(ValidationError):
            bad.settings("f")


def test_ready_instances_by_number_by_time_or_by_load() -> None:
    schedule = ScheduledInstances(name="evening", schedule="0 0 18 * * * *", target=5)
    assert ProvisionedInstances(target=2, schedules=[schedule]).settings("f") == {
        "versionProvisionedConcurrencyNum": 2,
        "triggerActions": [
            {"triggerName": "evening", "triggerCronConfig": "0 0 18 * * * *", "triggerProvisionedConcurrencyNum": 5}
        ],
    }
    assert TrackedInstances(busy=0.6, minimum=1, maximum=4).settings("f") == {
        "provisionedType": "ConcurrencyUtilizationTracking",
        "trackingTarget": 0.6,
        "minCapacity": 1,
        "maxCapacity": 4,
    }
    for bad in (
        ProvisionedInstances(target=0),
        ProvisionedInstances(target=1, schedules=[ScheduledInstances(name="n", schedule="* * *", target=1)]),
        TrackedInstances(busy=1.5, minimum=1, maximum=4),
    ):
        with pytest.raises(ValidationError):
            bad.settings("f")
