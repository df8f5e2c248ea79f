"""An instance and two tables of Tablestore, as upstream has them; ``step`` 2 changes what can be changed."""

import pulumi
import pulumi_alicloud as alicloud

config = pulumi.Config("t")
name, second = config.require("name"), config.get("step") == "2"

instance = alicloud.ots.Instance(
    "instance",
    name=name,
    description="rows of a test",
    instance_type="Capacity",
    network_type_acls=["VPC"] if second else ["VPC", "INTERNET"],
    network_source_acls=["TRUST_PROXY"],
    tags={"app": name, "stage": "second"} if second else {"app": name, "team": "first"},
)
process = alicloud.ots.Table(
    "process",
    instance_name=instance.name,
    table_name="wefe_process",
    primary_keys=[{"name": "job", "type": "String"}, {"name": "row", "type": "Integer"}],
    defined_columns=[
        {"name": "base", "type": "String"},
        {"name": "vector", "type": "Binary"} if second else {"name": "weight", "type": "Double"},
    ],
    time_to_live=172800 if second else -1,
    max_version=3 if second else 1,
    deviation_cell_version_in_sec="3600" if second else "86400",
    allow_update=True,
)
alicloud.ots.Table(
    "sealed",
    instance_name=instance.name,
    table_name="sealed",
    primary_keys=[{"name": "id", "type": "Binary"}],
    time_to_live=86400,
    max_version=1,
    enable_sse=True,
    sse_key_type="SSE_KMS_SERVICE",
)
pulumi.export("instance", instance.name)
pulumi.export("table", process.id)
