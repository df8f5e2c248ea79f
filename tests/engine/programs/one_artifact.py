"""One artifact of the file and digest that the stack's configuration names."""

import hashlib
from pathlib import Path

import pulumi

from yunfn.resources import Artifact

config = pulumi.Config("t")
file = Path(config.require("file"))
content = file.read_bytes()
digest = config.get("digest") or hashlib.sha256(content).hexdigest()
artifact = Artifact(
    "package",
    cloud="oss",
    account=config.require("account"),
    region="cn-shanghai",
    bucket=config.require("bucket"),
    key=f"code/package/{digest}.zip",
    digest=digest,
    source=str(file),
    sha256=hashlib.sha256(content).hexdigest(),
    md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
    size=len(content),
    opts=pulumi.ResourceOptions(
        custom_timeouts=pulumi.CustomTimeouts(create=config.get("timeout")) if config.get("timeout") else None
    ),
)
pulumi.export("key", artifact.key)
pulumi.export("etag", artifact.etag)
pulumi.export("crc64", artifact.crc64)
pulumi.export("size", artifact.size)
