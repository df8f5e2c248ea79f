"""``yunfn:storage:Artifact``: a zip in a bucket of OSS or COS, under a key made of its manifest digest.

What the zip is made of is its digest; path, SHA-256, MD5 and size of the file are those of this machine's zip and may
differ elsewhere for the same content (another zlib, another home folder), so they never make a change.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yunfn.exceptions import ArtifactError, ValidationError
from yunfn.provider import declaration
from yunfn.provider.declaration import CheckFailure, Declaration, Difference, Property
from yunfn.provider.operations import Operation
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions

if TYPE_CHECKING:
    from yunfn.storage.object_store import ObjectStore

_DIGEST = re.compile(r"[0-9a-f]{64}")
# The id to import by; the id in state is the key alone, as upstream's bucket object has it.
_IMPORT_ID = re.compile(r"(?P<cloud>oss|cos)://(?P<region>[a-z0-9-]+)/(?P<bucket>[^/]+)/(?P<key>.+)")

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
_CRC64 = Property("crc64", "string", "CRC-64 (ECMA-182) of the zip's bytes, decimal.", required=False, free=True)


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
            _CRC64,
        ),
        outputs=(
            *_KEPT,
            _SHA256,
            _MD5,
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
        outputs = await operation.run(self._upload, operation, store, inputs)
        return State(inputs["key"], outputs)

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        if not outputs:
            return await self._imported(operation, id)
        store = await self._store(operation, outputs)
        head = await operation.run(store.head, outputs["key"])
        if head is None:
            return None
        found = {"crc64": str(head.crc64), "etag": head.etag, "size": head.size}
        return State(id, {**outputs, **found}, dict(inputs))

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """Make sure that it is there; states of upstream's bucket object become states of this resource."""
        return (await self.create(operation, inputs)).outputs

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        store = await self._store(operation, outputs)
        await operation.run(store.delete, outputs["key"])

    async def _store(self, operation: Operation, where: Properties) -> ObjectStore:
        if where["cloud"] != "oss":
            raise ValidationError(operation.name, "cloud", where["cloud"], "only oss is there yet")
        session = await self._sessions.alibaba(operation, where["account"], where["region"])

        def opened() -> ObjectStore:
            from yunfn.storage.oss_store import OssStore

            return OssStore(session, where["bucket"])

        return await operation.run(opened)

    def _upload(self, operation: Operation, store: ObjectStore, inputs: Properties) -> dict[str, Any]:
        from yunfn.storage.crc64 import crc64_of_file
        from yunfn.storage.object_store import Transfer

        key, size = inputs["key"], int(inputs["size"])
        head = store.head(key)
        if head is None:
            file = Path(inputs["source"])
            shown = Upload(operation, size)
            head = store.put(key, file, crc64_of_file(file), Transfer(shown, operation.cancelled))
        elif head.size != size:
            raise ArtifactError(f"{operation.name}: {key} is there with {head.size} bytes instead of {size}")
        kept = {each.name: inputs[each.name] for each in (*_KEPT, _SHA256, _MD5, _SIZE)}
        return {**kept, "crc64": str(head.crc64), "etag": head.etag}

    async def _imported(self, operation: Operation, id: str) -> State | None:
        raise NotImplementedError


class Upload:
    """Tells the user how far an upload is; called with the bytes that arrived so far."""

    def __init__(self, operation: Operation, size: int) -> None:
        self._operation = operation
        self._size = size

    def __call__(self, sent: int) -> None:
        """Show a line."""
        part = 100 * sent // self._size if self._size else 100
        self._operation.progress(f"uploading: {part} % of {self._size / 1e6:.1f} MB")
