"""``yunfn:storage:Artifact``: a zip in a bucket of OSS or COS, under a key made of its manifest digest.

What the zip is made of is its digest; path, SHA-256, MD5 and size of the file are those of this machine's zip and may
differ elsewhere for the same content (another zlib, another home folder), so they never make a change.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yunfn.exceptions import ArtifactError, CloudAnswerError
from yunfn.provider import declaration
from yunfn.provider.declaration import CheckFailure, Declaration, Difference, Property
from yunfn.provider.late_imports import ONE_AT_A_TIME
from yunfn.provider.operations import Operation
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions
from yunfn.storage.names import BOOTSTRAP

if TYPE_CHECKING:
    from yunfn.storage.alibaba_session import AlibabaSession
    from yunfn.storage.object_store import ObjectStore
    from yunfn.storage.tencent_session import TencentSession

_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
# The id to import by; the id in state is the key alone, as upstream's bucket object has it.
_IMPORT_ID = re.compile(
    r"(?P<cloud>oss|cos)://(?P<region>[a-z0-9-]+)/(?P<bucket>[^/]+)/(?P<key>[^?]+)(\?target=(?P<target>.+))?"
)

_KEPT = (
    Property("cloud", "string", "Whose storage: oss (Alibaba Cloud) or cos.", replaces=True, allowed=("oss", "cos")),
    Property("account", "string", "Account id the bucket belongs to; other credentials are refused.", replaces=True),
    Property("region", "string", "Region of the bucket, such as cn-shanghai.", replaces=True),
    Property("bucket", "string", "Name of the bucket; never a versioned one.", replaces=True),
    Property("key", "string", "Key of the object; made of the digest.", replaces=True),
    Property("digest", "string", "SHA-256 over the package's manifest, not over the zip.", replaces=True),
)  # fmt: skip
_SHA256 = Property("sha256", "string", "SHA-256 of the zip's bytes, hexadecimal.", free=True)
_MD5 = Property("md5", "string", "MD5 of the zip's bytes, hexadecimal.", free=True)
_SIZE = Property("size", "integer", "Bytes of the zip.", free=True)


class Artifact:
    """Uploads, finds and removes artifacts."""

    declaration = Declaration(
        token="yunfn:storage:Artifact",  # noqa: S106
        description=(
            "A package in object storage, known by its digest. It is uploaded once: in parallel parts, verified by "
            "CRC-64, private, never over another object; an interrupted upload goes on where it stopped."
        ),
        inputs=(
            *_KEPT,
            Property("source", "string", "Path of the zip on this machine.", free=True),
            _SHA256,
            _MD5,
            _SIZE,
            Property(
                "target", "string", "What a layer was built for, as alibaba:python3.10.", required=False, free=True
            ),
        ),
        outputs=(
            *_KEPT,
            _SHA256,
            replace(_MD5, required=False),
            _SIZE,
            Property("crc64", "string", "CRC-64 (ECMA-182) of the object, decimal, as the cloud reports it."),
            Property("etag", "string", "The object's ETag."),
        ),
    )
    # An upload takes as long as the line needs.
    timeouts = Timeouts(create=None, update=None, delete=300)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        failures = declaration.check(inputs, self.declaration.inputs)
        digest = inputs.known("digest")
        if isinstance(digest, str) and digest and not _DIGEST.fullmatch(digest):
            failures.append(CheckFailure("digest", f"must be 64 hexadecimal digits (SHA-256), not {digest!r}"))
        return failures

    def diff(self, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Difference]:
        """See Resource."""
        return declaration.differences(self.declaration.inputs, old_inputs, inputs)

    def plan(self, inputs: Properties, old_outputs: Properties | None) -> dict[str, Any]:
        """See Resource."""
        known = (old_outputs or Properties({})).get
        kept = {each.name: inputs.get(each.name) for each in (*_KEPT, _SHA256, _MD5, _SIZE)}
        return {**kept, "crc64": known("crc64") or UNKNOWN, "etag": known("etag") or UNKNOWN}

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        store = await self._store(operation, inputs)
        try:
            outputs = await operation.run(_stored, operation, store, inputs)
        except CloudAnswerError as error:
            if "NoSuchBucket" not in str(error):
                raise
            raise ArtifactError(
                f"{operation.name}: the artifact bucket {store.bucket} is not there. The bootstrap program makes it, "
                f"once per account and region, here {inputs['region']}: {BOOTSTRAP[inputs['cloud']]} "
                f"(before that, once, `pulumi stack init` of the same name). Then run this again ({error})"
            ) from error
        return State(inputs["key"], outputs)

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource. An object that somebody put there since is none of ours: gone, with a warning."""
        if not outputs:
            return await self._imported(operation, id)
        store = await self._store(operation, outputs)
        head = await operation.run(store.head, outputs["key"])
        if head is None:
            return None
        # A store that does not tell the CRC-64 of an object says 0.
        if head.size != outputs["size"] or (head.crc64 and str(head.crc64) != outputs["crc64"]):
            operation.warn(
                f"{store.bucket}/{outputs['key']}: another object lies there than the one that was uploaded: "
                f"{head.size} bytes with CRC-64 {head.crc64} instead of {outputs['size']:.0f} with {outputs['crc64']}. "
                "It is not used: find out who put it there, and remove it"
            )
            return None
        return State(id, {**outputs, "etag": head.etag}, dict(inputs))

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See that it is there; states of upstream's bucket object become states of this resource."""
        return (await self.create(operation, inputs)).outputs

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        store = await self._store(operation, outputs)
        await operation.run(store.delete, outputs["key"])

    async def _store(self, operation: Operation, where: Properties) -> ObjectStore:
        return (await self._opened(operation, where["cloud"], where["region"], where["bucket"], where["account"]))[0]

    async def _opened(
        self, operation: Operation, cloud: str, region: str, bucket: str, account: str | None
    ) -> tuple[ObjectStore, str]:
        """The bucket, and the account it was opened in."""
        if cloud == "cos":
            tencent = await self._sessions.tencent(operation, region, account)
            return await operation.run(_cos, tencent, bucket), tencent.appid
        alibaba = await self._sessions.alibaba(operation, region, account)
        return await operation.run(_oss, alibaba, bucket), alibaba.account

    async def _imported(self, operation: Operation, id: str) -> State | None:
        named = _IMPORT_ID.fullmatch(id)
        digest = _DIGEST.findall(named["key"])[-1:] if named else []
        if named is None or not digest:
            raise ArtifactError(
                f"{operation.name}: {id!r} is no artifact: the id to import is <cloud>://<region>/<bucket>/<key>, with "
                "the digest in the key, and ?target=<target> behind it if it was built for one"
            )
        store, account = await self._opened(operation, named["cloud"], named["region"], named["bucket"], None)
        where = {**named.groupdict(), "account": account, "digest": digest[0]}
        zipped = await operation.run(_looked_into, operation, store, where)
        if zipped is None:
            return None
        inputs = {name: value for name, value in (where | zipped).items() if name not in ("crc64", "etag")}
        outputs = {name: value for name, value in (where | zipped).items() if name not in ("source", "target")}
        return State(where["key"], outputs, inputs)


def _oss(session: AlibabaSession, bucket: str) -> ObjectStore:
    with ONE_AT_A_TIME:
        from yunfn.storage.oss_store import OssStore

    return OssStore(session, bucket)


def _cos(session: TencentSession, bucket: str) -> ObjectStore:
    with ONE_AT_A_TIME:
        from yunfn.storage.cos_store import CosStore

    return CosStore(session, bucket)


@dataclass(frozen=True, slots=True)
class _Zip:
    """The zip that the inputs describe: a ``storage.artifacts.StorablePackage``."""

    file: Path
    digest: str
    sha256: str
    md5: str
    zip_size: int


def _stored(operation: Operation, store: ObjectStore, inputs: Properties) -> dict[str, Any]:
    """Upload the artifact, or find it there; its outputs."""
    with ONE_AT_A_TIME:
        from yunfn.storage.artifacts import store_artifact
        from yunfn.storage.object_store import Transfer

    size = int(inputs["size"])
    package = _Zip(Path(inputs["source"]), inputs["digest"], inputs["sha256"], inputs["md5"], size)
    transfer = Transfer(Upload(operation, size), operation.cancelled)
    there = store_artifact(store, inputs["key"], package, transfer, target=inputs.get("target"))
    same = there.sha256 == inputs["sha256"]
    return {
        **{each.name: inputs[each.name] for each in _KEPT},
        "sha256": there.sha256,
        # Zipped elsewhere, the same files may be other bytes, whose MD5 nobody told.
        "md5": inputs["md5"] if same else None,
        "size": there.head.size,
        "crc64": str(there.head.crc64),
        "etag": there.head.etag,
    }


def _looked_into(operation: Operation, store: ObjectStore, where: Mapping[str, str]) -> dict[str, Any] | None:
    """What an import has to know of the zip; None if there is none. Raises ArtifactError if it is not the digest's."""
    with ONE_AT_A_TIME:
        from yunfn.storage.artifacts import fetch_artifact
        from yunfn.storage.object_store import Transfer

    with tempfile.TemporaryDirectory(prefix="yunfn-import-") as folder:
        file = Path(folder) / "artifact.zip"
        transfer = Transfer(cancelled=operation.cancelled)
        head = store.head(where["key"])
        sha256 = fetch_artifact(
            store, where["key"], where["digest"], "", file, target=where.get("target"), transfer=transfer
        )
        if sha256 is None or head is None:
            return None
        with file.open("rb") as content:
            md5 = hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    zipped = {"sha256": sha256, "md5": md5, "size": head.size}
    return {**zipped, "source": f"(imported from {store.bucket})", "crc64": str(head.crc64), "etag": head.etag}


class Upload:
    """Tells the user how far an upload is; called with the bytes that arrived so far."""

    def __init__(self, operation: Operation, size: int) -> None:
        self._operation = operation
        self._size = size

    def __call__(self, sent: int) -> None:
        """Show a line."""
        part = 100 * sent // self._size if self._size else 100
        self._operation.progress(f"uploading: {part} % of {self._size / 2**20:.1f} MB")
