"""The picture service of stacks/image_service.py, resource by resource on pulumi_alicloud itself.

Zips code and layer where they are not zipped yet, as ours does.
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
stack = pulumi.get_stack()
artifacts = f"yunfn-artifacts-{account}-{region}"


def allow(action, resource):
    """One statement's policy document."""
    return pulumi.Output.json_dumps(
        {"Version": "1", "Statement": [{"Effect": "Allow", "Action": [action], "Resource": [resource]}]}
    )


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


def upload(name, package, key):
    """A zip in the artifact bucket."""
    return alicloud.oss.BucketObject(
        name,
        bucket=artifacts,
        key=f"{key}/{package['digest']}.zip",
        source=package["file"],
        content_md5=package["md5"],
        content_type="application/zip",
        acl="private",
        server_side_encryption="AES256",
    )


def attach(name, document):
    """A policy on the functions' role."""
    policy = alicloud.ram.Policy(
        f"{name}-policy",
        policy_name=f"{stack}-{name}",
        policy_document=document,
        rotate_strategy="DeleteOldestNonDefaultVersionWhenLimitExceeded",
    )
    return alicloud.ram.RolePolicyAttachment(
        f"{name}-policy-attachment",
        policy_name=policy.policy_name,
        policy_type="Custom",
        role_name=role.role_name,
    )


pictures = alicloud.oss.Bucket(
    "pictures",
    bucket=f"{stack}-pictures-{account}",
    storage_class="Standard",
    server_side_encryption_rule={"sse_algorithm": "AES256"},
    force_destroy=True,
)
alicloud.oss.BucketAcl("pictures-acl", bucket=pictures.bucket, acl="private")
logs = alicloud.log.Project("logs-project", project_name=f"{stack}-logs-{account}", description="image process log pro")
store = alicloud.log.Store(
    "logs-logstore",
    project_name=logs.project_name,
    logstore_name="fc-log",
    retention_period=362,
    shard_count=1,
    append_meta=True,
)
alicloud.log.StoreIndex(
    "logs-index",
    project=logs.project_name,
    logstore=store.logstore_name,
    full_text={"case_sensitive": False, "token": ", '\";=()[]{}?@&<>/:\n\t\r"},
)
to_logstore = pulumi.Output.concat(
    f"acs:log:{region}:{account}:project/", logs.project_name, "/logstore/", store.logstore_name
)
role = alicloud.ram.Role(
    "image-role",
    role_name=f"{stack}-image",
    description="Functions of image",
    assume_role_policy_document=json.dumps(
        {
            "Version": "1",
            "Statement": [
                {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": ["fc.aliyuncs.com"]}}
            ],
        }
    ),
)
may_log = attach("image", allow("log:PostLogStoreLogs", to_logstore))
layer_zip = upload("packages-package", packed(Path(config.require("tree")), "layer", "python/"), "layers/packages")
layer = alicloud.fc.V3LayerVersion(
    "packages-version",
    layer_name=f"{stack}-packages",
    compatible_runtimes=["python3.10"],
    description="Pillow and the OSS client",
    code={"oss_bucket_name": layer_zip.bucket, "oss_object_name": layer_zip.key},
    acl="0",
)
for name, action, method in (("upload", "oss:PutObject", "POST"), ("proc", "oss:GetObject", "GET")):
    attached = attach(name, allow(action, pulumi.Output.concat("acs:oss:*:*:", pictures.bucket, "/*")))
    code = upload(f"{name}-code", packed(Path("image"), "code"), f"code/{name}")
    function = alicloud.fc.V3Function(
        f"{name}-function",
        function_name=f"{stack}-{name}",
        description=f"http function for {name} image",
        runtime="python3.10",
        handler="yunfn_wsgi.handler",
        memory_size=256,
        timeout=60,
        internet_access=True,
        role=role.arn,
        layers=[layer.layer_version_arn],
        log_config={
            "project": logs.project_name,
            "logstore": store.logstore_name,
            "enable_request_metrics": True,
            "enable_instance_metrics": True,
        },
        environment_variables={"BUCKET": pictures.bucket, "YUNFN_WSGI": f"{name}.handler"},
        tags={"service": "image", "stack": stack},
        code={"oss_bucket_name": code.bucket, "oss_object_name": code.key},
        opts=pulumi.ResourceOptions(depends_on=[may_log, attached]),
    )
    version = alicloud.fc.V3FunctionVersion(
        f"{name}-version",
        function_name=function.function_name,
        description="first",
        opts=pulumi.ResourceOptions(depends_on=[function]),
    )
    alias = alicloud.fc.V3Alias(
        f"{name}-live-alias",
        function_name=function.function_name,
        alias_name="live",
        version_id=version.version_id,
    )
    trigger = alicloud.fc.V3Trigger(
        f"{name}-http-trigger",
        function_name=function.function_name,
        qualifier=alias.alias_name,
        trigger_name=f"{name}-http",
        trigger_type="http",
        trigger_config=json.dumps(
            {"authType": "anonymous", "disableURLInternet": False, "methods": [method]},
            sort_keys=True,
            separators=(",", ":"),
        ),
    )
    pulumi.export(f"{name}Url", trigger.http_trigger.url_internet)
    pulumi.export(f"{name}Function", function.function_name)
pulumi.export("bucket", pictures.bucket)
pulumi.export("logProject", logs.project_name)
pulumi.export("logstore", store.logstore_name)
