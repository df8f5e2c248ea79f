"""One artifact of the folder or file that the stack's configuration names."""

import hashlib
from pathlib import Path

import pulumi

from yunfn import packaging
from yunfn.resources import Artifact

config = pulumi.Config("t")
package = packaging.pack(config.require("content"), cache=Path(config.require("cache")))
# A zip that is another one than was packed: the same files, compressed otherwise.
file = Path(config.get("zip") or package.file)
content = file.read_bytes()
timeouts = pulumi.CustomTimeouts(create=config.get("timeout")) if config.get("timeout") else None
artifact = Artifact(
    "package",
    cloud=config.get("cloud") or "oss",
    account=config.require("account"),
    region=config.get("region") or "cn-shanghai",
    bucket=config.require_secret("bucket") if config.get_bool("secret") else config.require("bucket"),
    key=f"{config.get('folder') or 'code/package'}/{package.digest}.zip",
    digest=package.digest,
    source=str(file),
    sha256=hashlib.sha256(content).hexdigest(),
    md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
    size=len(content),
    opts=pulumi.ResourceOptions(custom_timeouts=timeouts),
)
for name in ("bucket", "key", "etag", "crc64", "size", "sha256"):
    pulumi.export(name, getattr(artifact, name))
