"""Two keys and an alias of Alibaba's KMS, a key of Tencent's, as upstream has them; ``step`` 2 changes them."""

import pulumi
import pulumi_alicloud as alicloud
import tencentcloud_iac_pulumi as tencentcloud

config = pulumi.Config("t")
name, second = config.require("name"), config.get("step") == "2"
tags = {"app": name, "stage": "second"} if second else {"app": name, "team": "first"}
description = "changed" if second else "first"

key = alicloud.kms.Key(
    "key",
    description=description,
    pending_window_in_days=7,
    automatic_rotation="Disabled" if second else "Enabled",
    rotation_interval=None if second else "2592000s",
    tags=tags,
)
other = alicloud.kms.Key("other", pending_window_in_days=7)
alias = alicloud.kms.Alias("alias", alias_name=f"alias/{name}", key_id=other.id if second else key.id)
cmk = tencentcloud.kms.Key(
    "cmk",
    alias=f"{name}-changed" if second else name,
    description=description,
    is_enabled=not second,
    key_rotation_enabled=not second,
    pending_delete_window_in_days=7,
    tags=tags,
)
pulumi.export("key", key.id)
pulumi.export("arn", key.arn)
pulumi.export("other", other.id)
pulumi.export("alias", alias.alias_name)
pulumi.export("cmk", cmk.id)
