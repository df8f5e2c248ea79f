"""Unfinished multipart uploads and their parts.

An upload lies in ``{service}/uploads/{bucket}`` at key, NUL and upload id, as ListMultipartUploads sorts them; its
parts lie in ``{service}/parts/{bucket}`` at upload id and part number.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from yunfn.localcloud.objectstore.blob_leases import BlobLeases
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.crc64 import combine
from yunfn.localcloud.objectstore.query import bounded
from yunfn.localcloud.objectstore.receiving import Received
from yunfn.localcloud.objectstore.stored_object import StoredObject
from yunfn.localcloud.store import Collection, Store

MOST_PARTS = 10_000
"""Parts of one upload, and the highest number of one (both API references, UploadPart)."""


class PartsOutOfOrder(Exception):
    """The parts that are to be put together are not named in ascending order."""


class PartMissing(Exception):
    """A part that is named was not uploaded, or is another one than the ETag says."""

    def __init__(self, number: int, etag: str) -> None:
        super().__init__(number, etag)
        self.number = number
        self.etag = etag


class PartTooSmall(Exception):
    """A part other than the last is smaller than the cloud allows."""

    def __init__(self, part: Part) -> None:
        super().__init__(part)
        self.part = part


@dataclass(frozen=True, slots=True)
class Part:
    """One part: number (1–10,000), size in bytes, ETag without quotes, CRC-64, time in seconds, and its blob."""

    number: int
    size: int
    etag: str
    crc: int
    modified: float
    blob: str


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload under way: what the object is going to be, but for bytes."""

    id: str
    key: str
    initiated: float
    storage_class: str = "Standard"
    acl: str = "default"
    encryption: str = ""
    kms_key: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


class Uploads:
    """All unfinished uploads of all buckets."""

    def __init__(self, store: Store, leases: BlobLeases, service: str) -> None:
        self._store = store
        self._service = service
        self._leases = leases

    def begin(self, bucket: Bucket, key: str, template: StoredObject) -> Upload:
        """A new upload for an object like ``template``."""
        upload = Upload(
            secrets.token_hex(16).upper(),
            key,
            template.modified,
            template.storage_class,
            template.acl,
            template.encryption,
            template.kms_key,
            template.headers,
            template.tags,
        )
        self._uploads(bucket).put(f"{key}\0{upload.id}", asdict(upload))
        return upload

    def find(self, bucket: Bucket, key: str, upload_id: str) -> Upload | None:
        """The upload of that id at that key."""
        document = self._uploads(bucket).get(f"{key}\0{upload_id}")
        return None if document is None else Upload(**document)

    def scan(self, bucket: Bucket, prefix: str = "", after: str = "") -> Iterator[Upload]:
        """Uploads by key, then id; ``after`` is a key, or a key, NUL and an id."""
        for _, document in self._uploads(bucket).scan(prefix, after):
            yield Upload(**document)

    def keep_part(
        self, bucket: Bucket, find: Callable[[], Upload], number: int, received: Received, etag: str, now: float
    ) -> Part:
        """Make what was received a part; removes it if the upload ended meanwhile, as ``find`` then raises."""
        part = Part(number, received.size, etag, received.crc, now, received.blob)
        with self._leases.removed_on_failure(received.pieces):
            upload = find()
        self.put_part(bucket, upload, part)
        return part

    def put_part(self, bucket: Bucket, upload: Upload, part: Part) -> None:
        """Add a part, in place of an earlier one of its number."""
        parts, key = self._parts(bucket), _part_key(upload, part.number)
        replaced = parts.get(key)
        parts.put(key, asdict(part))
        if replaced is not None:
            self._leases.delete([Part(**replaced).blob])

    def parts(self, bucket: Bucket, upload: Upload, after: int = 0) -> Iterator[Part]:
        """The parts with numbers above ``after``, ascending."""
        for _, document in self._parts(bucket).scan(f"{upload.id}\0", _part_key(upload, after)):
            yield Part(**document)

    def end(self, bucket: Bucket, upload: Upload, used: frozenset[str] = frozenset()) -> None:
        """Forget the upload and remove the blobs of its parts but those ``used``."""
        unused = [part.blob for part in self.parts(bucket, upload) if part.blob not in used]
        parts = self._parts(bucket)
        for part in list(self.parts(bucket, upload)):
            parts.delete(_part_key(upload, part.number))
        self._uploads(bucket).delete(f"{upload.key}\0{upload.id}")
        self._leases.delete(unused)

    def is_empty(self, bucket: Bucket) -> bool:
        """Whether the bucket has no unfinished upload."""
        return next(self._uploads(bucket).scan(limit=1), None) is None

    def count(self, bucket: Bucket) -> int:
        """How many unfinished uploads the bucket has."""
        return self._uploads(bucket).count()

    def _uploads(self, bucket: Bucket) -> Collection:
        return self._store.collection(bucket.account, bucket.region, f"{self._service}/uploads/{bucket.name}")

    def _parts(self, bucket: Bucket) -> Collection:
        return self._store.collection(bucket.account, bucket.region, f"{self._service}/parts/{bucket.name}")


def part_number(text: str | None) -> int:
    """The number that a request gives its part; raises NotInRange unless it is one of 1 to 10,000."""
    return bounded(text or "none", 1, MOST_PARTS, default=0)


def choose(named: Sequence[tuple[int, str]], present: Mapping[int, Part]) -> list[Part]:
    """The parts that are named by number and ETag (quoted or not, in any case).

    Raises PartsOutOfOrder or PartMissing.
    """
    parts: list[Part] = []
    for number, quoted in named:
        etag = quoted.strip('"')
        if parts and number <= parts[-1].number:
            raise PartsOutOfOrder
        part = present.get(number)
        if part is None or part.etag.lower() != etag.lower():
            raise PartMissing(number, etag)
        parts.append(part)
    return parts


def check_sizes(parts: Sequence[Part], smallest: int) -> None:
    """Raise PartTooSmall for a part under ``smallest`` bytes; the last one may be."""
    for part in parts[:-1]:
        if part.size < smallest:
            raise PartTooSmall(part)


def assemble(upload: Upload, parts: Sequence[Part]) -> StoredObject:
    """The object that the parts make, its version and times not set; the ETag in lower case."""
    crc, size = 0, 0
    for part in parts:
        crc = combine(crc, part.crc, part.size)
        size += part.size
    # MD5 of the parts' MD5s, as S3 does; the clouds only promise that it is no MD5 of the bytes.
    digest = hashlib.md5(b"".join(bytes.fromhex(part.etag) for part in parts), usedforsecurity=False).hexdigest()
    return StoredObject(
        version="",
        order=0,
        modified=0.0,
        size=size,
        etag=f"{digest}-{len(parts)}",
        crc=crc,
        kind="Multipart",
        storage_class=upload.storage_class,
        acl=upload.acl,
        encryption=upload.encryption,
        kms_key=upload.kms_key,
        headers=upload.headers,
        tags=upload.tags,
        pieces=[(part.blob, part.size) for part in parts if part.blob],
    )


def _part_key(upload: Upload, number: int) -> str:
    return f"{upload.id}\0{number:05d}"
