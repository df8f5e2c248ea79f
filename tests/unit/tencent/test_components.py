"""What components declare, and what they refuse before anything is declared."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from unit.tencent.declared import APP_ID, CLOUD, REGION, Declared, declare, function
from yunfn import access
from yunfn.exceptions import ValidationError
from yunfn.tencent import (
    AsyncInvocation,
    CfsMount,
    Container,
    CustomRuntime,
    Layer,
    LogProject,
    LogTopic,
    ProvisionedInstances,
    Service,
    Vpc,
)

MOUNT = CfsMount(file_system_id="cfs-1", mount_point_id="cfs-1", folder="/mnt/a")


def declared_function(**settings: Any) -> dict[str, Any]:
    return declare(lambda: function(**settings)).of("Function")["fn-function"]


def policies(declared: Declared) -> dict[str, list[dict[str, Any]]]:
    return {name: json.loads(p["policyDocument"])["statement"] for name, p in declared.of("Policy").items()}


@pytest.mark.parametrize(
    ("property", "program"),
    [
        ("runtime", lambda: function(runtime="python3.6")),
        ("handler", lambda: function(handler="index:handler")),
        ("handler", lambda: function(handler="main.handler")),
        ("handler", lambda: function(handler=None)),
        ("handler", lambda: function(web=True, custom_runtime=CustomRuntime(command=["./run"]))),
        ("code", lambda: function(code=None)),
        ("function_name", lambda: function(function_name="1f")),
        ("description", lambda: function(description="x" * 1001)),
        ("environment", lambda: function(environment={"SCF_X": "1"})),
        ("environment", lambda: function(environment={"A": "x" * 4096})),
        ("environment", lambda: function(environment={"SCF_X": pulumi.Output.secret("1")})),
        ("environment", lambda: function(wsgi=True, environment={"YUNFN_WSGI": "x"})),
        ("memory", lambda: function(memory=192)),
        ("timeout", lambda: function(timeout=901)),
        ("timeout", lambda: function(timeout=86401, async_invocation=AsyncInvocation(stateful=True))),
        ("init_timeout", lambda: function(init_timeout=301)),
        ("instance_concurrency", lambda: function(instance_concurrency=2)),
        ("instance_concurrency", lambda: function(wsgi=True, web=True, instance_concurrency=101)),
        ("dns_cache", lambda: function(wsgi=True, web=True, dns_cache=True)),
        ("websocket_idle_timeout", lambda: function(websocket_idle_timeout=15)),
        ("reserved_concurrency", lambda: function(reserved_concurrency=-1)),
        ("layers", lambda: function(layers=[f"l:{i}" for i in range(1, 7)])),
        ("layers", lambda: function(layers=["l"])),
        ("web", lambda: function(web=True, handler=None)),
        ("custom_runtime", lambda: function(custom_runtime=CustomRuntime(command=["./run"]))),
        ("wsgi", lambda: function(web=True, wsgi=True, custom_runtime=CustomRuntime(command=["./run"]))),
        ("container", lambda: function(container=Container(image="i"))),
        ("container", lambda: function(runtime="CustomImage", code=None, handler=None)),
        ("code", lambda: function(runtime="CustomImage", handler=None, container=Container(image="i"))),
        ("handler", lambda: function(runtime="CustomImage", code=None, container=Container(image="i"))),
        ("retries", lambda: function(async_invocation=AsyncInvocation(retries=3))),
        ("target", lambda: function(provisioned_instances=ProvisionedInstances(target=0))),
        ("grants", lambda: function(grants=[access.cos.read(f"b-{APP_ID}", "x" * 6_200)])),
        ("cfs_mounts", lambda: Service("s", cfs_mounts=[MOUNT])),
        ("fixed_ip", lambda: Service("s", internet_access=False, fixed_ip=True)),
        ("namespace", lambda: Service("s", namespace="1s")),
        ("namespace", lambda: function(service=Service("s", namespace=pulumi.Output.from_input("default")))),
        ("own_namespace", lambda: Service("s", own_namespace=False)),
        ("role_name", lambda: Service("s", role_name="a/b")),
        ("compatible_runtimes", lambda: Layer("l", content="code", compatible_runtimes=[])),
        ("compatible_runtimes", lambda: Layer("l", content="code", compatible_runtimes=["python3.6"])),
        ("compatible_runtimes", lambda: Layer("l", content="code", compatible_runtimes=["Python3.6"] * 6)),
        ("layer_name", lambda: Layer("l", content="code", compatible_runtimes=["Python3.6"], layer_name="a b")),
        ("logset_name", lambda: LogProject("l", logset_name="a|b")),
        ("topic_name", lambda: LogProject("l", topic_name="")),
        ("retention_days", lambda: LogProject("l", retention_days=3601)),
        ("shards", lambda: LogProject("l", shards=11)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_cloud_would_refuse_is_refused_here(property: str, program: Callable[[], object]) -> None:
    with pytest.raises(ValidationError) as error:
        declare(program)
    assert error.value.property == property
    declared: Declared = error.value.declared  # type: ignore[attr-defined]
    own = {"yunfn:scf:Function", "yunfn:scf:LayerVersion", "tencentcloud:Cls/topic:Topic"}
    assert not {typ for typ, _ in declared.cloud} & own


def test_a_service_is_a_namespace_of_its_own_or_the_one_that_is_there() -> None:
    def program() -> None:
        own = Service("own")
        Service("shared", namespace="default")
        # Another service's, another stack's.
        function(service=Service("beside", namespace=own.namespace, own_namespace=False))
        Service("there", namespace="prod", own_namespace=False)

    declared = declare(program)
    assert declared.of("Function")["fn-function"]["namespace"] == "dev-own"
    assert {name: each["namespace"] for name, each in declared.of("Namespace").items()} == {"own-namespace": "dev-own"}
    assert {each["account"] for each in declared.of("Role").values()} == {APP_ID}


def test_the_role_may_do_what_is_granted_and_nothing_for_the_platform() -> None:
    def program() -> None:
        service = Service("s", log_project=LogTopic(logset_id="l", topic_id="t"), vpc=Vpc(vpc_id="v", subnet_id="n"))
        function(service=service)

    declared = declare(program)
    assert policies(declared) == {}
    trust = json.loads(declared.of("Role")["s-role"]["policyDocument"])
    assert trust["statement"][0]["principal"] == {"service": ["scf.qcloud.com"]}


def test_grants_of_a_function_join_the_services_role_or_stay_its_own() -> None:
    def program() -> None:
        service = Service("s", grants=[access.cos.read(f"aaa-{APP_ID}")])
        function("shared", service=service, grants=[access.scf.invoke("other", service.namespace)])
        function("alone", service=service, own_role=True, grants=[access.cls.write(pulumi.Output.from_input("t-1"))])

    declared = declare(program)
    read = {
        "effect": "allow",
        "action": ["name/cos:GetObject", "name/cos:HeadObject"],
        "resource": [f"qcs::cos:*:uid/{APP_ID}:aaa-{APP_ID}/*"],
    }
    invoke = {
        "effect": "allow",
        "action": ["scf:Invoke", "scf:InvokeFunction"],
        "resource": ["qcs::scf:*:uin/*:namespace/dev-s/function/other"],
    }
    write = {"effect": "allow", "action": ["cls:UploadLog", "cls:pushLog"], "resource": ["qcs::cls:*:uin/*:topic/t-1"]}
    assert policies(declared) == {
        "s-service-policy": [read],
        "shared-function-policy": [invoke],
        "alone-function-policy": [write, read],
    }
    attached = {name: a["roleName"] for name, a in declared.of("RolePolicyAttachment").items()}
    assert attached == {
        "s-service-policy-attachment": "dev-s-service",
        "shared-function-policy-attachment": "dev-s-service",
        "alone-function-policy-attachment": "dev-alone-function",
    }
    roles = {name: f["role"] for name, f in declared.of("Function").items()}
    assert roles == {"shared-function": "dev-s-service", "alone-function": "dev-alone-function"}


def test_a_function_shares_what_its_service_says() -> None:
    def program() -> None:
        service = Service(
            "s",
            log_project=LogTopic(logset_id="l-1", topic_id="t-1"),
            vpc=Vpc(vpc_id="vpc-1", subnet_id="subnet-1"),
            cfs_mounts=[MOUNT],
            fixed_ip=True,
            tags={"team": "a"},
        )
        function(service=service, tags={"kind": "b"}, memory=64, timeout=10, environment={"A": "1"})

    made = declare(program).of("Function")["fn-function"]
    assert (made["account"], made["region"], made["namespace"]) == (APP_ID, REGION, "dev-s")
    assert (made["clsLogsetId"], made["clsTopicId"]) == ("l-1", "t-1")
    assert made["vpcConfig"] == {"vpcId": "vpc-1", "subnetId": "subnet-1"}
    assert made["cfsConfig"][0]["localMountDir"] == "/mnt/a"
    assert made["publicNetConfig"] == {"enabled": True, "eip": True}
    assert (made["memorySize"], made["timeout"], made["tags"]) == (64, 10, {"team": "a", "kind": "b"})
    assert made["type"] == "Event"


def test_a_layer_must_be_made_for_the_functions_runtime() -> None:
    layer = {"content": "code", "compatible_runtimes": ["Python3.6", "Python3.7"]}
    declared = declare(lambda: function(layers=[Layer("l", **layer), "other:4"]))
    made = declared.of("Function")["fn-function"]
    assert made["layers"] == [
        {"layerName": "dev-l", "layerVersion": 1},
        {"layerName": "other", "layerVersion": 4},
    ]
    version = declared.of("LayerVersion")["l-version"]
    assert version["content"]["cosBucketName"] == f"yunfn-{REGION}"
    assert version["content"]["cosObjectName"].startswith("/layers/l/")
    assert len(version["sha256"]) == 64
    with pytest.raises(ValidationError, match=r"Python3\.9 is not supported by the layer"):
        declare(lambda: function(layers=[Layer("l", **layer)], runtime="Python3.9"))


def test_wsgi_serves_events_by_the_adapter() -> None:
    made = declared_function(wsgi=True, environment={"A": "1"})
    assert (made["handler"], made["type"]) == ("yunfn_wsgi.handler", "Event")
    assert made["environment"] == {"A": "1", "YUNFN_WSGI": "index.handler"}


def test_wsgi_serves_a_web_function_by_a_generated_bootstrap(code: Path) -> None:
    declared = declare(lambda: function(wsgi=True, web=True, instance_concurrency=10))
    ((_, stored),) = declared.of("Artifact").items()
    with zipfile.ZipFile(stored["source"]) as package:
        assert set(package.namelist()) == {"index.py", "yunfn_wsgi.py", "scf_bootstrap"}
        assert package.getinfo("scf_bootstrap").external_attr >> 16 & 0o777 == 0o755
    made = declared.of("Function")["fn-function"]
    assert made["type"] == "HTTP"
    assert made["handler"] == "yunfn_wsgi.handler"
    assert made["environment"] == {"YUNFN_WSGI": "index.handler"}
    assert made["instanceConcurrencyConfig"]["maxConcurrency"] == 10


def test_a_web_function_may_bring_a_bootstrap_that_can_be_run(code: Path) -> None:
    (code / "scf_bootstrap").write_text("#!/bin/bash\nexec ./serve\n")
    (code / "scf_bootstrap").chmod(0o644)
    with pytest.raises(ValidationError, match="chmod 755"):
        declared_function(web=True, handler=None)
    (code / "scf_bootstrap").chmod(0o755)
    assert declared_function(web=True, handler=None)["type"] == "HTTP"


def test_what_the_bucket_holds_is_what_runs_whatever_this_machines_zip_is(monkeypatch: pytest.MonkeyPatch) -> None:
    # The same files, zipped by another release of the compressor, are other bytes of the same digest.
    monkeypatch.setitem(CLOUD.outputs, "yunfn:storage:Artifact", lambda inputs: {"sha256": "e" * 64})
    layer = {"content": "code", "compatible_runtimes": ["Python3.6"]}
    declared = declare(lambda: function(layers=[Layer("l", **layer)]))
    assert declared.of("Function")["fn-function"]["codeSha256"] == "e" * 64
    assert declared.of("LayerVersion")["l-version"]["sha256"] == "e" * 64


def test_the_code_goes_by_its_digest_and_is_kept(code: Path) -> None:
    def keys() -> tuple[str, str]:
        declared = declare(function)
        ((name, stored),) = declared.of("Artifact").items()
        folder, owner, key = stored["key"].split("/")
        assert (folder, owner, stored["cloud"], stored["account"]) == ("code", "fn", "cos", APP_ID)
        assert name == f"fn-code-{key[:12]}"
        assert stored["bucket"] == f"yunfn-{REGION}-{APP_ID}"
        made = declared.of("Function")["fn-function"]
        assert made["code"] == {
            "cosBucketName": f"yunfn-{REGION}",
            "cosBucketRegion": REGION,
            "cosObjectName": f"/{stored['key']}",
        }
        assert made["codeSha256"] == stored["sha256"]
        return str(key), str(declared.of("FunctionVersion")["fn-version"]["fingerprint"])

    first = keys()
    (code / "index.py").touch()
    assert keys() == first
    (code / "index.py").write_text("def handler(event, context): return 1\n")
    assert keys()[0] != first[0]
    assert keys()[1] != first[1]


def test_what_publishing_does_not_freeze_publishes_nothing() -> None:
    def version(**settings: Any) -> str:
        declared = declare(lambda: function(**settings))
        return str(declared.of("FunctionVersion")["fn-version"]["fingerprint"])

    usual = version()
    calls = AsyncInvocation(retries=1, max_age=60)
    assert version(tags={"a": "b"}, reserved_concurrency=1280, description="x", async_invocation=calls) == usual
    assert version(provisioned_instances=ProvisionedInstances(target=1)) == usual
    for change in (
        {"memory": 256},
        {"timeout": 9},
        {"layers": ["l:1"]},
        {"environment": {"A": "1"}},
        {"web": True, "wsgi": True},
    ):
        assert version(**change) != usual, change


def test_instances_stand_ready_for_the_newest_version_and_not_on_it() -> None:
    """On the version, which is kept, the old one's would stand ready for ever."""
    declared = declare(lambda: function(provisioned_instances=ProvisionedInstances(target=2)))
    made = declared.of("ProvisionedInstances")["fn-provision"]
    assert (made["functionName"], made["versionId"]) == ("dev-fn", "1")
    assert made["provisionedConcurrency"] == {"versionProvisionedConcurrencyNum": 2}
    assert "provisionedConcurrency" not in declared.of("FunctionVersion")["fn-version"]
