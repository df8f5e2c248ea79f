"""The picture service: one function takes pictures, one answers them changed.

After the FC 2.0 template of the same service, with rights on its one bucket instead of on all of OSS.
"""

from __future__ import annotations

from pathlib import Path

import pulumi
import pulumi_alicloud as alicloud

from yunfn import access, alibaba

_HERE = Path(__file__).parent
_RUNTIME = "python3.10"


def program() -> None:
    """Declare the service; the stack's settings ``image:*`` say how its stacks differ.

    With the secret ``uploadToken`` pictures are taken only from whoever sends it, as ``Authorization: Bearer …``.
    """
    settings = pulumi.Config("image")
    stack = pulumi.get_stack()
    account = alibaba.guard()
    pictures = alicloud.oss.Bucket(
        "pictures",
        bucket=f"{stack}-pictures-{account.account_id}",
        storage_class="Standard",
        server_side_encryption_rule={"sse_algorithm": "AES256"},
        force_destroy=settings.get_bool("forceDestroy") or False,
    )
    alicloud.oss.BucketAcl("pictures-acl", bucket=pictures.bucket, acl="private")
    logs = alibaba.LogProject(
        "logs",
        description="image process log pro",
        logstore_name="fc-log",
        retention_days=settings.get_int("logDays") or 362,
        shards=1,
    )
    token = settings.get_secret("uploadToken")
    service = alibaba.Service(
        "image",
        log_project=logs,
        tags={"service": "image", "stack": stack},
        secrets_key=_key() if token is not None else None,
    )
    layer = alibaba.Layer(
        "packages",
        definition=_HERE.parent / "layers" / "image",
        description="Pillow and the OSS client",
    )
    rights = {
        "upload": [access.oss.write(pictures.bucket)],
        "proc": [access.oss.read(pictures.bucket)],
    }
    methods = {"upload": ["POST"], "proc": ["GET"]}
    secrets = {"upload": {"UPLOAD_TOKEN": token}} if token is not None else {}
    for name, grants in rights.items():
        function = alibaba.Function(
            name,
            service=service,
            runtime=_RUNTIME,
            handler=f"{name}.handler",
            wsgi=True,
            code=_HERE / "image",
            layers=[layer],
            memory=settings.get_int("memory") or 256,
            timeout=60,
            description=f"http function for {name} image",
            environment={"BUCKET": pictures.bucket},
            secrets=secrets.get(name),
            grants=grants,
        )
        alias = alibaba.Alias(f"{name}-live", function=function)
        trigger = alibaba.Trigger(
            f"{name}-http", alias=alias, source=alibaba.HttpSource(auth="anonymous", methods=methods[name])
        )
        pulumi.export(f"{name}Url", trigger.url)
        pulumi.export(f"{name}Function", function.function_name)
    pulumi.export("bucket", pictures.bucket)
    pulumi.export("logProject", logs.project_name)
    pulumi.export("logstore", logs.logstore_name)


def _key() -> pulumi.Output[str]:
    """The id of the key that the secret is encrypted by. It goes with the stack, after a week in which it can be had
    back: what it encrypted is in the stack's settings still.
    """
    key = alicloud.kms.Key("secrets", description=f"secrets of {pulumi.get_stack()}", pending_window_in_days=7)
    return key.id
