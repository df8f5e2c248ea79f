"""Every upstream resource of Tencent's that the components use; ``t:step`` 2 changes something about each."""

import json

import pulumi
from tencentcloud_iac_pulumi import cam, cls, cos, scf

config = pulumi.Config("t")
name, changed = config.require("name"), config.get("step") == "2"
tags = {"app": name, **({"stage": "second"} if changed else {"team": "first"})}


def document(*statements):
    return json.dumps({"version": "2.0", "statement": list(statements)})


scf.Namespace("ns", namespace=name, description="changed" if changed else "first")

logset = cls.Logset("logs", logset_name=name, tags=tags)
topic = cls.Topic("lines", logset_id=logset.id, topic_name=name, period=14 if changed else 7, tags=tags)
tokenizer = "@&?|#()='\",;:<>[]{}/ \n\t\r\\"
full_text = {"case_sensitive": changed, "tokenizer": tokenizer, "contain_zh": True}
keys = [
    {"key": "level", "value": {"type": "text", "tokenizer": tokenizer, "sql_flag": True, "contain_zh": False}},
    {"key": "status", "value": {"type": "long", "tokenizer": "", "sql_flag": True, "contain_zh": False}},
]
cls.Index(
    "index",
    topic_id=topic.id,
    status=True,
    include_internal_fields=True,
    metadata_flag=1,
    rule={
        "full_text": full_text,
        "key_value": {"case_sensitive": False, "key_values": keys},
        "tag": {"case_sensitive": False, "key_values": [keys[0]]},
    },
)

bucket = cos.Bucket(
    "bucket",
    bucket=f"{name}-{config.require('appId')}",
    acl="private",
    versioning_enable=False,
    encryption_algorithm="AES256",
    lifecycle_rules=[
        {
            "id": "unfinished",
            "filter_prefix": "",
            "abort_incomplete_multipart_upload": {"days_after_initiation": 14 if changed else 7},
        }
    ],
    tags=tags,
)
text = "changed" if changed else "first"
cos.BucketObject("object", bucket=bucket.bucket, key="dir/a text.txt", content=text, tags=tags)

role = cam.Role(
    "role",
    name=name,
    description=text,
    document=document(
        {"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"service": ["scf.qcloud.com"]}}
    ),
    tags=tags,
)
policy = cam.Policy(
    "policy",
    name=name,
    description=text,
    document=document(
        {"effect": "allow", "action": ["name/cos:GetObject"], "resource": [f"qcs::cos:::{name}-{text}/*"]}
    ),
)
cam.RolePolicyAttachment("attachment", role_id=role.id, policy_id=policy.id)
cam.RolePolicyAttachmentByName("preset", role_name=role.name, policy_name="QcloudCOSReadOnlyAccess")

pulumi.export("topic", topic.id)
pulumi.export("logset", logset.id)
pulumi.export("role", role.id)
