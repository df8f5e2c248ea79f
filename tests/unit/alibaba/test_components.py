"""What components declare, and what they refuse before anything is declared."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from support.program_folder import with_code
from unit.alibaba.declared import ACCOUNT, Declared, declare
from yunfn import access
from yunfn.alibaba import (
    Alias,
    AsyncInvocation,
    Certificate,
    Container,
    CustomDomain,
    CustomRuntime,
    Function,
    HttpSource,
    Initializer,
    Layer,
    LogProject,
    Logstore,
    NasMount,
    OssMount,
    OssSource,
    PreStop,
    ProvisionedInstances,
    Route,
    Service,
    TimerSource,
    Trigger,
    Vpc,
)
from yunfn.exceptions import ValidationError


@pytest.fixture(autouse=True)
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with code, beside which the program runs; the cache is the test's own."""
    return with_code(tmp_path, monkeypatch)


def function(name: str = "f", **settings: Any) -> Function:
    service = settings.pop("service", None) or Service("s")
    named = {"runtime": "python3.10", "handler": "index.handler", "code": "code", **settings}
    return Function(name, service=service, **named)


def policies(declared: Declared) -> dict[str, list[dict[str, Any]]]:
    return {name: json.loads(p["policyDocument"])["Statement"] for name, p in declared.of("Policy").items()}


@pytest.mark.parametrize(
    ("property", "program"),
    [
        ("runtime", lambda: function(runtime="python2.7")),
        ("handler", lambda: function(handler="index:handler")),
        ("handler", lambda: function(handler="main.handler")),
        ("handler", lambda: function(handler=None)),
        ("code", lambda: function(code=None)),
        ("function_name", lambda: function(function_name="1f")),
        ("environment", lambda: function(environment={"FC_X": "1"})),
        ("environment", lambda: function(environment={"PYTHONPATH": "1"})),
        ("environment", lambda: function(environment={"A": "x" * 4096})),
        ("environment", lambda: function(environment={"FC_X": pulumi.Output.secret("1")})),
        ("environment", lambda: function(wsgi=True, environment={"YUNFN_WSGI": "x"})),
        ("memory", lambda: function(memory=100)),
        ("cpu", lambda: function(cpu=0.33)),
        ("cpu", lambda: function(cpu=1, memory=512)),
        ("disk", lambda: function(disk=1000)),
        ("timeout", lambda: function(timeout=0)),
        ("instance_concurrency", lambda: function(instance_concurrency=201)),
        ("reserved_concurrency", lambda: function(reserved_concurrency=-1)),
        ("initializer.handler", lambda: function(initializer=Initializer(handler="other.init"))),
        ("initializer.timeout", lambda: function(initializer=Initializer(handler="index.init", timeout=301))),
        ("pre_stop.timeout", lambda: function(pre_stop=PreStop(handler="index.stop", timeout=91))),
        ("layers", lambda: function(layers=[f"acs:fc:cn-shanghai:1:layers/l/versions/{i}" for i in range(6)])),
        ("layers", lambda: function(layers=["arn"])),
        ("custom_runtime", lambda: function(custom_runtime=CustomRuntime(command=["/code/run"]))),
        ("container", lambda: function(container=Container(image="i"))),
        ("container", lambda: function(runtime="custom-container", code=None)),
        ("code", lambda: function(runtime="custom-container", container=Container(image="i"))),
        ("wsgi", lambda: function(runtime="custom.debian10", wsgi=True)),
        ("retries", lambda: function(async_invocation=AsyncInvocation(retries=9))),
        ("max_age", lambda: function(async_invocation=AsyncInvocation(max_age=0))),
        ("grants", lambda: function(grants=[access.oss.read("bbb", "x" * 6_200)])),
        ("nas_mounts", lambda: Service("s", nas_mounts=[NasMount(server="h:/", folder="/mnt/a")])),
        ("mounts.folder", lambda: Service("s", oss_mounts=[OssMount(bucket="bbb", folder="/code", endpoint="e")])),
        ("mounts.folder", lambda: Service("s", oss_mounts=[OssMount(bucket="bbb", folder="mnt", endpoint="e")])),
        ("role_name", lambda: Service("s", role_name="a_b")),
        ("compatible_runtimes", lambda: Layer("l", content="code", compatible_runtimes=[])),
        ("compatible_runtimes", lambda: Layer("l", content="code", compatible_runtimes=["python3.11"])),
        ("layer_name", lambda: Layer("l", content="code", compatible_runtimes=["python3"], layer_name="a b")),
        ("project_name", lambda: LogProject("l", project_name="A")),
        ("logstore_name", lambda: LogProject("l", logstore_name="a")),
        ("retention_days", lambda: LogProject("l", retention_days=0)),
        ("shards", lambda: LogProject("l", shards=101)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_cloud_would_refuse_is_refused_here(property: str, program: Callable[[], object]) -> None:
    with pytest.raises(ValidationError) as error:
        declare(program)
    assert error.value.property == property
    declared: Declared = error.value.declared  # type: ignore[attr-defined]
    own = {"alicloud:fc/v3Function:V3Function", "alicloud:fc/v3LayerVersion:V3LayerVersion", "alicloud:log/store:Store"}
    assert not {typ for typ, _ in declared.cloud} & own


@pytest.mark.parametrize(
    ("property", "alias"),
    [
        ("alias_name", {"alias_name": "LATEST"}),
        ("additional_weight", {"additional_version": "2"}),
        ("additional_version", {"additional_weight": 0.1}),
        ("additional_weight", {"additional_version": "2", "additional_weight": 1.1}),
        ("additional_version", {"version": "2", "additional_version": "2", "additional_weight": 0.1}),
    ],
)
def test_an_alias_has_one_more_version_at_most_with_a_weight(property: str, alias: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as error:
        declare(lambda: Alias("a", function=function(), **alias))
    assert error.value.property == property


def test_the_service_has_the_least_role() -> None:
    declared = declare(lambda: function(service=Service("s", log_project=LogProject("logs"))))
    resource = f"acs:log:cn-shanghai:{ACCOUNT}:project/dev-logs-{ACCOUNT}/logstore/functions"
    assert policies(declared) == {
        "s-service-policy": [{"Effect": "Allow", "Action": ["log:PostLogStoreLogs"], "Resource": [resource]}]
    }
    assert policies(declare(lambda: function(service=Service("s")))) == {}


def test_a_vpc_and_mounts_bring_their_rights() -> None:
    vpc = Vpc(vpc_id="v", vswitch_ids=["w"], security_group_id="g")
    mount = OssMount(bucket="bbb", folder="/mnt/a", endpoint="e", path="/in/", read_only=False)
    statements = policies(declare(lambda: Service("s", vpc=vpc, oss_mounts=[mount])))["s-service-policy"]
    actions = {action: s["Resource"] for s in statements for action in s["Action"]}
    assert actions["oss:GetObject"] == actions["oss:PutObject"] == ["acs:oss:*:*:bbb/in/*"]
    assert actions["vpc:DescribeVSwitchAttributes"] == ["*"]
    assert actions["oss:ListObjects"] == ["acs:oss:*:*:bbb"]
    assert len(actions) == 13


def test_grants_of_a_function_join_the_services_role_or_stay_its_own() -> None:
    def program() -> None:
        service = Service(
            "s", log_project=Logstore(project_name="logs", logstore_name="fc-log"), grants=[access.oss.read("aaa")]
        )
        function("shared", service=service, grants=[access.oss.read("bbb"), access.oss.write("bbb")])
        function("alone", service=service, own_role=True, grants=[access.oss.read(pulumi.Output.from_input("ccc"))])

    declared = declare(program)
    attached = {a["policyName"]: a["roleName"] for a in declared.of("RolePolicyAttachment").values()}
    assert attached == {
        "dev-s-service": "dev-s-service",
        "dev-shared-function": "dev-s-service",
        "dev-alone-function": "dev-alone-function",
    }
    log = {
        "Effect": "Allow",
        "Action": ["log:PostLogStoreLogs"],
        "Resource": [f"acs:log:cn-shanghai:{ACCOUNT}:project/logs/logstore/fc-log"],
    }
    found = policies(declared)
    assert found["shared-function-policy"] == [
        {"Effect": "Allow", "Action": ["oss:GetObject", "oss:PutObject"], "Resource": ["acs:oss:*:*:bbb/*"]}
    ]
    read = {"Effect": "Allow", "Action": ["oss:GetObject"], "Resource": ["acs:oss:*:*:aaa/*", "acs:oss:*:*:ccc/*"]}
    assert found["alone-function-policy"] == [log, read]
    roles = {name: f["role"].split("/")[-1] for name, f in declared.of("V3Function").items()}
    assert roles == {"shared-function": "dev-s-service", "alone-function": "dev-alone-function"}


def test_ram_attaches_twenty_policies_to_a_role() -> None:
    def program(count: int) -> None:
        service = Service("s")
        for i in range(count):
            function(f"f{i}", service=service, grants=[access.oss.read("bbb")])

    assert len(declare(lambda: program(20)).of("RolePolicyAttachment")) == 20
    with pytest.raises(ValidationError, match="at most 20 policies"):
        declare(lambda: program(21))


def test_a_layer_must_be_made_for_the_functions_runtime(code: Path) -> None:
    layer = {"content": "code", "prefix": "python", "compatible_runtimes": ["python3", "python3.10"]}
    declared = declare(lambda: function(layers=[Layer("l", **layer)]))
    assert declared.of("V3Function")["f-function"]["layers"] == [
        f"acs:fc:cn-shanghai:{ACCOUNT}:layers/dev-l/versions/1"
    ]
    assert declared.of("V3LayerVersion")["l-version"]["acl"] == "0"
    with pytest.raises(ValidationError, match=r"python3\.12 is not supported by the layer"):
        declare(lambda: function(layers=[Layer("l", **layer)], runtime="python3.12"))


def test_wsgi_ships_the_adapter_and_names_the_application() -> None:
    made = declare(lambda: function(wsgi=True, environment={"A": "1"})).of("V3Function")["f-function"]
    assert made["handler"] == "yunfn_wsgi.handler"
    assert made["environmentVariables"] == {"A": "1", "YUNFN_WSGI": "index.handler"}


def test_the_code_goes_by_its_digest_and_is_kept(code: Path) -> None:
    def digest() -> str:
        declared = declare(function)
        ((name, stored),) = declared.of("Artifact").items()
        folder, owner, key = stored["key"].split("/")
        assert (folder, owner) == ("code", "f")
        assert name == f"f-code-{key[:12]}"
        assert stored["bucket"] == f"yunfn-artifacts-{ACCOUNT}-cn-shanghai"
        assert declared.of("V3Function")["f-function"]["code"]["ossObjectName"] == stored["key"]
        return str(key)

    first = digest()
    (code / "index.py").touch()
    assert digest() == first
    (code / "index.py").write_text("def handler(event, context): return 1\n")
    assert digest() != first


def test_triggers_are_bound_to_an_alias_unless_latest_is_written_out(caplog: pytest.LogCaptureFixture) -> None:
    def program() -> None:
        f, g = function("f"), function("g")
        alias = Alias("live", function=f)
        Trigger("a", alias=alias, source=HttpSource())
        Trigger("b", function=f, source=TimerSource(cron="@every 5m"))
        Trigger("c", function=g, qualifier="LATEST", source=HttpSource())

    triggers = declare(program).of("V3Trigger")
    assert {name: t["qualifier"] for name, t in triggers.items()} == {
        "a-trigger": "live",
        "b-trigger": "live",
        "c-trigger": "LATEST",
    }
    assert "c: bound to LATEST" in caplog.text


@pytest.mark.parametrize("bind", [{}, {"qualifier": "LATEST"}, {"function": True}])
def test_a_trigger_without_an_alias_is_refused(bind: dict[str, Any]) -> None:
    def program() -> None:
        f = function()
        Trigger("t", source=HttpSource(), **{**bind, **({"function": f} if "function" in bind else {})})

    with pytest.raises(ValidationError):
        declare(program)


def test_a_source_calls_by_a_role_that_may_call_this_alias_only() -> None:
    def program() -> None:
        source = OssSource(bucket="pics", events=["oss:ObjectCreated:*"])
        Trigger("t", alias=Alias("live", function=function()), source=source)

    declared = declare(program)
    assert policies(declared)["t-caller-policy"] == [
        {
            "Effect": "Allow",
            "Action": ["fc:InvokeFunction"],
            "Resource": [f"acs:fc:cn-shanghai:{ACCOUNT}:functions/dev-f/live"],
        }
    ]
    trust = json.loads(declared.of("Role")["t-caller"]["assumeRolePolicyDocument"])
    assert trust["Statement"][0]["Principal"] == {"Service": ["oss.aliyuncs.com"]}
    assert declared.of("V3Trigger")["t-trigger"]["invocationRole"].endswith("role/dev-t-caller")


def test_settings_of_calls_hold_for_the_function_and_its_aliases() -> None:
    def program() -> None:
        f = function(async_invocation=AsyncInvocation(retries=1), provisioned_instances=ProvisionedInstances(target=2))
        Alias("live", function=f)

    declared = declare(program)
    assert {n: c.get("qualifier") for n, c in declared.of("V3AsyncInvokeConfig").items()} == {
        "f-async": None,
        "live-async": "live",
    }
    assert {n: (c["qualifier"], c["target"]) for n, c in declared.of("V3ProvisionConfig").items()} == {
        "live-provision": ("live", 2)
    }


@pytest.mark.parametrize(
    ("property", "domain"),
    [
        ("domain_name", {"domain_name": "Example.com"}),
        ("domain_name", {"domain_name": "example"}),
        ("protocol", {"protocol": "FTP"}),
        ("certificate", {"protocol": "HTTPS"}),
        ("minimum_tls", {"minimum_tls": "SSLv3"}),
        ("routes", {"routes": []}),
    ],
)
def test_a_domain_that_would_be_refused(property: str, domain: dict[str, Any]) -> None:
    def program() -> None:
        alias = Alias("live", function=function())
        CustomDomain("d", **{"domain_name": "a.example.com", "routes": [Route(path="/*", alias=alias)], **domain})

    with pytest.raises(ValidationError) as error:
        declare(program)
    assert error.value.property == property


def test_a_certificate_means_https() -> None:
    def program() -> None:
        route = Route(path="/*", alias=Alias("live", function=function()))
        certificate = Certificate(name="c", chain="pem", private_key="key")
        CustomDomain("d", domain_name="a.example.com", routes=[route], certificate=certificate)

    made = declare(program).of("V3CustomDomain")["d-domain"]
    assert made["protocol"] == "HTTPS"
    assert made["tlsConfig"] == {"minVersion": "TLSv1.2"}
