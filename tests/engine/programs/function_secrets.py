"""A function with secrets on each cloud: one that the stack's settings hold encrypted, one given as plain text."""

from pathlib import Path

import pulumi

from yunfn import alibaba, tencent

config = pulumi.Config("t")
settings = {
    "handler": "index.handler",
    "code": Path("keeper"),
    "environment": {"SEEN": "by all"},
    "secrets": {"TOKEN": config.require_secret("token"), "PLAINLY_GIVEN": config.require("plain")},
}
# The key is the service's on one cloud and the function's on the other.
fc = alibaba.Function(
    "keeper",
    service=alibaba.Service("vault", secrets_key=config.require("alibaba-key")),
    runtime="python3.10",
    **settings,
)
fc_url = alibaba.Trigger(
    "keeper-url",
    alias=alibaba.Alias("keeper-live", function=fc),
    source=alibaba.HttpSource(auth="anonymous", methods=["GET"]),
)
scf = tencent.Function(
    "scf-keeper",
    service=tencent.Service("scf-vault", namespace="default"),
    runtime="Python3.6",
    secrets_key=config.require("tencent-key"),
    **settings,
)
scf_url = tencent.Trigger(
    "scf-keeper-url",
    alias=tencent.Alias("scf-keeper-live", function=scf),
    source=tencent.HttpSource(auth="anonymous"),
)
pulumi.export("alibaba", {"name": fc.function_name, "url": fc_url.url, "role": fc.role_arn, "version": fc.version})
pulumi.export("tencent", {"name": scf.function_name, "url": scf_url.url, "role": scf.role_name, "version": scf.version})
