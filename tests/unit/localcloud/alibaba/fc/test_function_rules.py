"""What a function's configuration may not say, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.models.function_document import configure
from yunfn.localcloud.alibaba.fc.rules.function import check_function

ACCOUNT = "1234567890123456"
BASE: dict[str, Any] = {"runtime": "python3.10", "handler": "index.handler"}


def check(**changes: Any) -> None:
    check_function(configure({}, BASE | changes, cpu_follows="cpu" not in changes), ACCOUNT)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"runtime": "python3"},
        {"runtime": "custom.debian12", "handler": ""},
        {"runtime": "custom.debian10", "customRuntimeConfig": {"command": ["./run"], "port": 8080}},
        {"handler": "src/app.index.handler"},
        {"memorySize": 128, "cpu": 0.05},
        {"memorySize": 32768, "cpu": 16},
        {"memorySize": 32768, "cpu": 8},
        {"memorySize": 192},
        {"timeout": 1},
        {"timeout": 86400},
        {"instanceConcurrency": 200},
        {"environmentVariables": {"A": "x" * 4095}},
        {"environmentVariables": {"FCX": "not reserved"}},
        {"role": f"acs:ram::{ACCOUNT}:role/r"},
        {"instanceLifecycleConfig": {"initializer": {"handler": "i.f", "timeout": 300}}},
        {"instanceLifecycleConfig": {"preStop": {"command": ["a"], "timeout": 90}}},
        {"logConfig": {"project": "p", "logstore": "l", "logBeginRule": "DefaultRegex"}},
        {"vpcConfig": {"vpcId": "v", "vSwitchIds": ["s"], "securityGroupId": "g"}},
    ],
)
def test_allowed(changes: dict[str, Any]) -> None:
    check(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"runtime": ""}, "runtime is required"),
        ({"runtime": "python2.7"}, "runtime 'python2.7' is not supported"),
        ({"runtime": "nodejs20"}, "not supported"),
        ({"runtime": 3}, "runtime must be a string"),
        ({"handler": ""}, "<file>.<function>"),
        ({"handler": "handler"}, "<file>.<function>"),
        ({"handler": "index."}, "<file>.<function>"),
        ({"handler": "index." + "h" * 130}, "128"),
        ({"description": "d" * 257}, "256"),
        ({"memorySize": 64}, "between 128 and 32768"),
        ({"memorySize": 32832}, "between 128 and 32768"),
        ({"memorySize": 200}, "multiple of 64"),
        ({"memorySize": "512"}, "memorySize must be an integer"),
        ({"memorySize": True}, "memorySize must be an integer"),
        ({"cpu": 0.04}, "between 0.05 and 16"),
        ({"cpu": 0.36}, "multiple of 0.05"),
        ({"cpu": "1"}, "cpu must be a number"),
        ({"memorySize": 512, "cpu": 0.55}, "1:1 and 1:4"),
        ({"memorySize": 512, "cpu": 0.1}, "1:1 and 1:4"),
        ({"diskSize": 1024}, "one of 512, 10240"),
        ({"timeout": 0}, "between 1 and 86400"),
        ({"timeout": 86401}, "between 1 and 86400"),
        ({"timeout": 1.5}, "timeout must be an integer"),
        ({"instanceConcurrency": 0}, "between 1 and 200"),
        ({"instanceConcurrency": 201}, "between 1 and 200"),
        ({"internetAccess": "yes"}, "internetAccess must be a boolean"),
        ({"sessionAffinity": "STICKY"}, "sessionAffinity must be one of"),
        ({"disableInjectCredentials": "no"}, "disableInjectCredentials must be one of"),
        ({"role": "r"}, "acs:ram::<account id>:role/<role name>"),
        ({"role": "acs:ram::1:role/r"}, "belongs to another account"),
        ({"environmentVariables": {"1A": "x"}}, "'1A' is invalid"),
        ({"environmentVariables": {"A-B": "x"}}, "'A-B' is invalid"),
        ({"environmentVariables": {"FC_A": "x"}}, "'FC_A' is reserved"),
        ({"environmentVariables": {"securityToken": "x"}}, "'securityToken' is reserved"),
        ({"environmentVariables": {"A": 1}}, "must map strings to strings"),
        ({"environmentVariables": ["A"]}, "environmentVariables must be an object"),
        ({"environmentVariables": {"A": "x" * 4096}}, "4097 bytes"),
        ({"environmentVariables": {"A": "é" * 2048}}, "4097 bytes"),
        ({"instanceLifecycleConfig": {"initializer": {"handler": "i.f", "timeout": 301}}}, "between 1 and 300"),
        ({"instanceLifecycleConfig": {"preStop": {"handler": "i.f", "timeout": 91}}}, "between 1 and 90"),
        ({"instanceLifecycleConfig": {"initializer": {"handler": "f"}}}, "initializer.handler 'f'"),
        ({"instanceLifecycleConfig": {"preStop": {"handler": "a.b", "command": ["c"]}}}, "exclude each other"),
        ({"customRuntimeConfig": {"port": 9000}}, "does not go with runtime 'python3.10'"),
        ({"customContainerConfig": {"image": "i"}}, "does not go with runtime"),
        ({"runtime": "custom", "customRuntimeConfig": {"port": 0}}, "between 1 and 65535"),
        ({"runtime": "custom", "customRuntimeConfig": {"healthCheckConfig": {"timeoutSeconds": 4}}}, "between 1 and 3"),
        ({"logConfig": {"project": "p"}}, "both project and logstore"),
        ({"logConfig": {"project": "p", "logstore": "l", "logBeginRule": "x"}}, "logBeginRule must be one of"),
        ({"vpcConfig": {"vpcId": "v"}}, "vSwitchIds and securityGroupId"),
        ({"nasConfig": {"mountPoints": [{"mountDir": "/a", "serverAddr": "s:/"}]}}, "nasConfig needs vpcConfig"),
        ({"ossMountConfig": {"mountPoints": [{"bucketName": "b", "mountDir": "a"}]}}, "absolute path"),
        ({"ossMountConfig": {"mountPoints": [{"mountDir": "/a"}]}}, "mountPoints[0].bucketName is required"),
        ({"ossMountConfig": {"mountPoints": {"a": "b"}}}, "mountPoints must be a list of objects"),
    ],
)
def test_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        check(**changes)
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("memory", "cpu"), [(128, 0.1), (512, 0.35), (1024, 0.7), (1536, 1.0), (3072, 2.0), (24576, 16.0), (32768, 16.0)]
)
def test_the_cpu_that_goes_with_a_memory_size_is_always_allowed(memory: int, cpu: float) -> None:
    document = configure({}, BASE | {"memorySize": memory}, cpu_follows=True)
    assert document["cpu"] == cpu
    check_function(document, ACCOUNT)


def test_every_memory_size_has_a_cpu() -> None:
    for memory in range(128, 32768 + 64, 64):
        check(memorySize=memory)
