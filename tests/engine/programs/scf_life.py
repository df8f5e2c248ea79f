"""SCF's six resources, as the setting ``t:stage`` says: 1 makes them, 2 changes each, 3 makes most of it anew."""

from __future__ import annotations

import pulumi

from yunfn.resources import scf

settings = pulumi.Config("t")
stage = settings.require_int("stage")
name = settings.require("name")
place = {"account": settings.require("account"), "region": settings.require("region")}
bucket = settings.require("bucket")
runtimes = ["Python3.6", "Python3.9"]


def stored(suffix: str, key: str) -> dict[str, str]:
    """Where a package lies; SCF's own API wants buckets without the account, people know them with it."""
    return {"cos_bucket_name": bucket + suffix, "cos_bucket_region": place["region"], "cos_object_name": key}


def layer(called: str, content: str, **more: object) -> scf.LayerVersion:
    return scf.LayerVersion(
        called,
        layer_name=f"{name}-{called}",
        compatible_runtimes=runtimes,
        content=scf.LayerContent(**stored(f"-{place['account']}", f"{called}.zip")),
        sha256=settings.require(content),
        **more,
        **place,
    )


notes = layer("notes", "notes", tags={"stage": str(stage)})
words = layer("words", "words", description="rewritten" if stage == 3 else "first")
code = {
    "code": scf.Code(**stored("", settings.get("key") or "code.zip")),
    "code_sha256": settings.require("code"),
    "handler": "index.main_handler",
}
function = scf.Function(
    "function",
    function_name=name,
    runtime=runtimes[1 if stage == 3 else 0],
    memory_size=128 * stage,
    init_timeout=70 + stage,
    environment={"STAGE": str(stage)},
    tags={"stage": str(stage)},
    layers=[scf.Layer(layer_name=words.layer_name, layer_version=words.layer_version)],
    dead_letter_config=scf.DeadLetterConfig(type="CMQ-QUEUE", name=f"dead{stage}"),
    async_run_enable=True,
    trace_enable=True,
    **code,
    **place,
)
scf.Function(
    "web",
    function_name=f"{name}-web",
    runtime=runtimes[0],
    type="HTTP",
    protocol_type="WS",
    protocol_params=scf.ProtocolParams(ws_idle_timeout=20 + stage),
    instance_concurrency_config=scf.InstanceConcurrencyConfig(max_concurrency=10 * stage),
    **code,
    **place,
)


def version(called: str, fingerprint: str, **more: object) -> scf.FunctionVersion:
    return scf.FunctionVersion(
        called,
        function_name=function.function_name,
        fingerprint=fingerprint * 32,
        opts=pulumi.ResourceOptions(depends_on=[function]),
        **more,
        **place,
    )


one = version(
    "one",
    "a",
    provisioned_concurrency=scf.ProvisionedConcurrency(version_provisioned_concurrency_num=min(stage, 2)),
)
newest = one if stage == 1 else version("two", "b")
live = scf.Alias(
    "live", function_name=function.function_name, alias_name="live", function_version=newest.version_id, **place
)
default = scf.Alias(
    "default",
    function_name=function.function_name,
    alias_name="$DEFAULT",
    function_version=one.version_id,
    description=f"stage {stage}",
    additional_version_weight=None if stage == 1 else newest.version_id.apply(lambda id: {id: 0.25}),
    **place,
)
timer = scf.Trigger(
    "timer",
    function_name=function.function_name,
    qualifier=live.alias_name,
    trigger_name="nightly",
    timer=scf.TimerTrigger(cron=f"0 0 {stage} * * * *", custom_argument="sweep up"),
    **place,
)
url = scf.Trigger(
    "url",
    function_name=function.function_name,
    trigger_name="url",
    http=scf.HttpTrigger(auth_type="NONE"),
    opts=pulumi.ResourceOptions(depends_on=[default]),
    **place,
)
scf.CustomDomain(
    "domain",
    domain=f"{name}.example.com",
    protocol="HTTP",
    endpoints=[scf.CustomDomainEndpoint(function_name=function.function_name, path_match=f"/v{stage}/*")],
    tags={"kind": "new"} if stage == 3 else None,
    opts=pulumi.ResourceOptions(depends_on=[url]),
    **place,
)
