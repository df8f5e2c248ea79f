"""Many functions of SCF by the scf.Function of tencentcloud-iac-pulumi: the same ones."""

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

config = pulumi.Config("bench")
bucket = config.require("bucket")
count = config.require_int("functions")
# As many as SCF takes in one namespace.
full = 50
spaces = [
    tencentcloud.scf.Namespace(f"namespace-{number}", namespace=f"bench{number}")
    for number in range((count + full - 1) // full)
]
for number in range(count):
    tencentcloud.scf.Function(
        f"function-{number}",
        namespace=spaces[number // full].namespace,
        name=f"function-{number}",
        runtime="Python3.6",
        handler="index.main_handler",
        mem_size=128,
        timeout=10,
        description="one of many",
        environment={"NUMBER": str(number)},
        cos_bucket_name=bucket,
        cos_object_name="/code.zip",
        cos_bucket_region=config.require("region"),
        tags={"bench": "scf"},
    )
