"""Many functions in one stack, each with its own code and an alias: the same resources on pulumi_alicloud itself.

Zips the code of each function where it is not zipped yet, as ours does.
"""

import base64
import hashlib
import json
import zipfile
from pathlib import Path

import pulumi
import pulumi_alicloud as alicloud

config = pulumi.Config("bench")
account, region = config.require("account"), pulumi.Config("alicloud").require("region")
folder = Path(config.require("code"))
stack = pulumi.get_stack()


def packed(folder, name, prefix=""):
    """Zip a folder, unless it was: file, digest (hex) and MD5 (base64) of the zip."""
    target = Path("build") / f"{name}.zip"
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix != ".pyc":
                    archive.write(path, f"{prefix}{path.relative_to(folder)}")
    content = target.read_bytes()
    md5 = base64.b64encode(hashlib.md5(content).digest()).decode()
    return {"file": str(target), "digest": hashlib.sha256(content).hexdigest(), "md5": md5}


project = alicloud.log.Project("logs-project", project_name=f"{stack}-logs-{account}")
store = alicloud.log.Store(
    "logs-logstore",
    project_name=project.project_name,
    logstore_name="functions",
    retention_period=30,
    shard_count=1,
    append_meta=True,
)
alicloud.log.StoreIndex(
    "logs-index",
    project=project.project_name,
    logstore=store.logstore_name,
    full_text={"case_sensitive": False, "token": ", '\";=()[]{}?@&<>/:\n\t\r"},
)
role = alicloud.ram.Role(
    "shop-role",
    role_name=f"{stack}-shop",
    description="Functions of shop",
    assume_role_policy_document=json.dumps(
        {
            "Version": "1",
            "Statement": [
                {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": ["fc.aliyuncs.com"]}}
            ],
        }
    ),
)
policy = alicloud.ram.Policy(
    "shop-policy",
    policy_name=f"{stack}-shop",
    policy_document=pulumi.Output.json_dumps(
        {
            "Version": "1",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["log:PostLogStoreLogs"],
                    "Resource": [
                        pulumi.Output.concat(
                            f"acs:log:{region}:{account}:project/", project.project_name,
                            "/logstore/", store.logstore_name,
                        )
                    ],
                }
            ],
        }
    ),
    rotate_strategy="DeleteOldestNonDefaultVersionWhenLimitExceeded",
)  # fmt: skip
attachment = alicloud.ram.RolePolicyAttachment(
    "shop-policy-attachment", policy_name=policy.policy_name, policy_type="Custom", role_name=role.role_name
)
for number in range(config.require_int("count")):
    name = f"f{number:03d}"
    package = packed(folder / name, name)
    code = alicloud.oss.BucketObject(
        f"{name}-code",
        bucket=f"yunfn-artifacts-{account}-{region}",
        key=f"code/{name}/{package['digest']}.zip",
        source=package["file"],
        content_md5=package["md5"],
        content_type="application/zip",
        acl="private",
        server_side_encryption="AES256",
    )
    function = alicloud.fc.V3Function(
        f"{name}-function",
        function_name=f"{stack}-{name}",
        runtime="python3.10",
        handler="index.handler",
        memory_size=256,
        timeout=10,
        internet_access=True,
        role=role.arn,
        log_config={
            "project": project.project_name,
            "logstore": store.logstore_name,
            "enable_request_metrics": True,
            "enable_instance_metrics": True,
        },
        environment_variables={"NAME": name},
        tags={"service": "shop"},
        code={"oss_bucket_name": code.bucket, "oss_object_name": code.key},
        opts=pulumi.ResourceOptions(depends_on=[attachment]),
    )
    version = alicloud.fc.V3FunctionVersion(
        f"{name}-version",
        function_name=function.function_name,
        description="first",
        opts=pulumi.ResourceOptions(depends_on=[function]),
    )
    alicloud.fc.V3Alias(
        f"{name}-live-alias",
        function_name=function.function_name,
        alias_name="live",
        version_id=version.version_id,
    )
