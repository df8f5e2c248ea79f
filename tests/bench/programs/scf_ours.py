"""Many functions of SCF by yunfn:scf:Function."""

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from yunfn.resources import scf

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
    scf.Function(
        f"function-{number}",
        account=config.require("appId"),
        region=config.require("region"),
        namespace=spaces[number // full].namespace,
        function_name=f"function-{number}",
        runtime="Python3.6",
        handler="index.main_handler",
        memory_size=128,
        timeout=10,
        description="one of many",
        environment={"NUMBER": str(number)},
        code={
            "cosBucketName": bucket.rpartition("-")[0],
            "cosObjectName": "/code.zip",
            "cosBucketRegion": config.require("region"),
        },
        code_sha256=config.require("sha256"),
        tags={"bench": "scf"},
    )
