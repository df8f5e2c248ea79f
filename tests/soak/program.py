"""One of each resource of SCF, as the setting ``soak:stage`` says: 1 makes them, 2 changes every one of them."""

from __future__ import annotations

import json

import pulumi

from yunfn.resources import Artifact, cam, scf

settings = pulumi.Config("soak")
second = settings.require_int("stage") == 2
name = settings.require("name")
place = {"account": settings.require("account"), "region": settings.require("region")}
code = json.loads(settings.require("code"))[1 if second else 0]
layers = json.loads(settings.require("layers"))[1 if second else 0]

bucket = settings.require("bucket")


def stored(called: str, package: dict[str, object]) -> Artifact:
    return Artifact(
        f"{called}-{str(package['digest'])[:8]}",
        cloud="cos",
        bucket=bucket,
        key=f"{called}/{name}/{package['digest']}.zip",
        digest=package["digest"],
        source=package["file"],
        sha256=package["sha256"],
        md5=package["md5"],
        size=package["size"],
        **place,
    )


def located(artifact: Artifact) -> dict[str, object]:
    return {
        "cosBucketName": bucket.rpartition("-")[0],
        "cosObjectName": pulumi.Output.concat("/", artifact.key),
        "cosBucketRegion": place["region"],
    }


trust = {
    "version": "2.0",
    "statement": [{"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"service": ["scf.qcloud.com"]}}],
}
reads = {"version": "2.0", "statement": [{"effect": "allow", "action": ["name/cos:GetObject"], "resource": ["*"]}]}
role = cam.Role(
    "role",
    account=place["account"],
    role_name=name,
    policy_document=json.dumps(trust),
    description="second" if second else "first",
)
policy = cam.Policy(
    "policy",
    account=place["account"],
    policy_name=name,
    policy_document=json.dumps(reads),
    description="second" if second else "first",
)
attachment = cam.RolePolicyAttachment(
    "attachment", account=place["account"], role_name=role.role_name, policy_id=policy.policy_id
)
layer_package = stored("layers", layers)
layer = scf.LayerVersion(
    "layer",
    layer_name=name,
    compatible_runtimes=["Python3.6"],
    content=located(layer_package),
    sha256=layers["sha256"],
    **place,
)
code_package = stored("code", code)
function = scf.Function(
    "function",
    function_name=name,
    runtime="Python3.6",
    handler="index.main_handler",
    role=role.role_name,
    code=located(code_package),
    code_sha256=code["sha256"],
    memory_size=256 if second else 128,
    environment={"STAGE": "2" if second else "1"},
    layers=[{"layerName": layer.layer_name, "layerVersion": layer.layer_version}],
    tags={"stage": "2" if second else "1"},
    opts=pulumi.ResourceOptions(depends_on=[attachment]),
    **place,
)
version = scf.FunctionVersion(
    "version",
    function_name=function.function_name,
    fingerprint=("b" if second else "a") * 32,
    opts=pulumi.ResourceOptions(depends_on=[function], retain_on_delete=True),
    **place,
)
alias = scf.Alias(
    "alias", function_name=function.function_name, alias_name="live", function_version=version.version_id, **place
)
scf.Trigger(
    "timer",
    function_name=function.function_name,
    qualifier=alias.alias_name,
    trigger_name="nightly",
    timer={"cron": "0 0 3 * * * *" if second else "0 0 2 * * * *"},
    **place,
)
url = scf.Trigger(
    "url",
    function_name=function.function_name,
    qualifier=alias.alias_name,
    trigger_name="url",
    http={"authType": "NONE", "netConfig": {"enableExtranet": True, "enableIntranet": second}},
    **place,
)
scf.CustomDomain(
    "domain",
    domain=f"{name}.example.com",
    protocol="HTTP",
    endpoints=[
        {
            "namespace": "default",
            "functionName": function.function_name,
            "qualifier": alias.alias_name,
            "pathMatch": "/v2/*" if second else "/v1/*",
        }
    ],
    opts=pulumi.ResourceOptions(depends_on=[url]),
    **place,
)
