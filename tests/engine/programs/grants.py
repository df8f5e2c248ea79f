"""Functions with rights on prefixes of one bucket: one by a role of its own, two by the service's."""

import pulumi
import pulumi_alicloud as alicloud

from yunfn import access
from yunfn.alibaba import Alias, Function, HttpSource, LogProject, Service, Trigger

config = pulumi.Config("t")
mine = alicloud.oss.Bucket("mine", bucket=config.require("mine"), force_destroy=True)
others = alicloud.oss.Bucket("others", bucket=config.require("others"), force_destroy=True)
service = Service("svc", log_project=LogProject("logs"), grants=[access.oss.read(mine.bucket, "common/")])
# More than a policy is laid out for, so that what is used stands in a second one.
archive = [access.oss.read(mine.bucket, f"archive/{number:02}/") for number in range(20)]
rights = {
    "alone": [*archive, access.oss.read(mine.bucket, "in/"), access.oss.write(mine.bucket, "out/")],
    "reader": [access.oss.read(mine.bucket, config.get("prefix") or "in/")],
    "plain": [],
}
for name, grants in rights.items():
    function = Function(
        name,
        service=service,
        runtime="python3.10",
        handler="index.handler",
        code=config.require("code"),
        grants=grants,
        own_role=name in ("alone", config.get("alone-too")),
    )
    trigger = Trigger(name, alias=Alias(name, function=function), source=HttpSource(auth="anonymous"))
    pulumi.export(name, trigger.url)
pulumi.export("role", service.role_name)
