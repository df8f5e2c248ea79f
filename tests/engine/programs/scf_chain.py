"""One of each of the six resources of SCF, each made once the one before it is there."""

from __future__ import annotations

import pulumi

from yunfn.resources import scf

settings = pulumi.Config("t")
name = settings.require("name")
place = {"account": settings.require("account"), "region": settings.require("region")}
bucket = settings.require("bucket")

layer = scf.LayerVersion(
    "layer",
    layer_name=name,
    compatible_runtimes=["Python3.6", "Python3.9"],
    content=scf.LayerContent(cos_bucket_name=bucket, cos_object_name="words.zip"),
    sha256=settings.require("words"),
    **place,
)
function = scf.Function(
    "function",
    function_name=name,
    runtime=settings.get("runtime") or "Python3.6",
    handler="index.main_handler",
    code=scf.Code(cos_bucket_name=bucket, cos_object_name="code.zip"),
    code_sha256=settings.require("code"),
    layers=[scf.Layer(layer_name=layer.layer_name, layer_version=layer.layer_version)],
    reserved_concurrency=256,
    **place,
)
version = scf.FunctionVersion(
    "version",
    function_name=function.function_name,
    fingerprint="a" * 32,
    opts=pulumi.ResourceOptions(depends_on=[function]),
    **place,
)
alias = scf.Alias(
    "alias", function_name=function.function_name, alias_name="live", function_version=version.version_id, **place
)
trigger = scf.Trigger(
    "trigger",
    function_name=function.function_name,
    qualifier=alias.alias_name,
    trigger_name="url",
    http=scf.HttpTrigger(auth_type="NONE"),
    **place,
)
scf.CustomDomain(
    "domain",
    domain=f"{name}.example.com",
    protocol="HTTP",
    endpoints=[
        scf.CustomDomainEndpoint(function_name=function.function_name, qualifier=alias.alias_name, path_match="/*")
    ],
    opts=pulumi.ResourceOptions(depends_on=[trigger]),
    **place,
)
