"""How an artifact gets into any cloud's bucket: once, whole, and from where a killed upload stopped.

What is common to the backends; each brings its cloud's client and words.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from yunfn.exceptions import ArtifactError, CloudAnswerError, ObjectExistsError
from yunfn.storage import multipart
from yunfn.storage.bucket_client import BentError, BucketClient
from yunfn.storage.crc64 import slow_crc_warning
from yunfn.storage.multipart import Part, UnfinishedUpload
from yunfn.storage.object_store import Checksums, ObjectHead, Transfer
from yunfn.storage.part_sender import CancelledError, PartReader, retrying, send_parts
from yunfn.storage.range_reader import read_ranges

logger = logging.getLogger(__name__)
T = TypeVar("T")

UPLOADS_LOOKED_INTO = 5
"""Unfinished uploads of one key that are looked into, newest first: more than one stays only where several died."""

_BEGINNINGS = 3


@dataclass(frozen=True, slots=True)
class Written:
    """What a cloud answers to the request that makes an object.

    ``crc64`` is that of all its bytes, None if the cloud does not tell; ``version`` is None in an unversioned bucket.
    """

    etag: str
    crc64: int | None
    version: str | None


class VanishedError(Exception):
    """The multipart upload is gone: completed or aborted by somebody else."""


class ResumableStore(BucketClient):
    """An ObjectStore (see there) over a cloud's client, whose requests the subclass makes.

    The methods that a subclass brings raise the client's own errors, which ``errors`` names; ``_fetch`` BentError, too.
    """

    def __init__(self, bucket: str) -> None:
        super().__init__(bucket)
        if (warning := slow_crc_warning()) is not None:
            logger.warning(warning)

    @abstractmethod
    def head(self, key: str) -> ObjectHead | None:
        """See ObjectStore."""

    def read(self, key: str) -> Iterator[bytes]:
        """See ObjectStore. Large objects are read over several connections, all of the same state of the object."""
        head = self.head(key)
        if head is None or multipart.in_one_request(head.size):
            yield self._ask("GetObject", key, lambda: self._fetch(key, "", None))
            return

        def fetch(part: Part) -> bytes:
            span = (part.offset, part.offset + part.size - 1)
            return self._ask("GetObject", key, lambda: self._fetch(key, head.etag, span))

        yield from read_ranges(multipart.plan(head.size), fetch)

    @abstractmethod
    def delete(self, key: str) -> None:
        """See ObjectStore."""

    def put(self, key: str, file: Path, checksums: Checksums, transfer: Transfer) -> ObjectHead:
        """See ObjectStore."""
        self._refuse_versioned()
        try:
            size = file.stat().st_size
            if multipart.in_one_request(size):
                return self._put_whole(key, file, size, checksums, transfer)
            for _ in range(_BEGINNINGS):
                try:
                    return self._put_parts(key, file, size, checksums, transfer)
                except VanishedError:
                    # Somebody else completed the upload, then the key is taken, or aborted it, then it begins anew.
                    if self.head(key) is not None:
                        raise self._taken(key) from None
            raise ArtifactError(f"{self._subject(key)}: the upload was aborted by somebody else, again and again")
        except CancelledError:
            raise ArtifactError(f"{self._subject(key)}: the upload was cancelled; run again to go on with it") from None
        except OSError as error:
            raise ArtifactError(f"{file}: cannot be read: {error.strerror or error}") from error

    @abstractmethod
    def _put_object(self, key: str, reader: PartReader, sha256: str) -> Written:
        """PutObject, create-only, private and encrypted; ``sha256`` is that of the whole, to be kept if need be."""

    @abstractmethod
    def _fetch(self, key: str, etag: str, span: tuple[int, int] | None) -> bytes:
        """GetObject: all bytes, or the first to the last of ``span``, of the object with that ETag ("" for any)."""

    @abstractmethod
    def _begin(self, key: str, sha256: str) -> str:
        """InitiateMultipartUpload for an object like those of PutObject; the upload's id."""

    @abstractmethod
    def _send_part(self, key: str, upload_id: str, number: int, reader: PartReader) -> str:
        """UploadPart; the part's ETag."""

    @abstractmethod
    def _complete(self, key: str, upload_id: str, etags: Mapping[int, str]) -> Written:
        """CompleteMultipartUpload, create-only, of the parts by number."""

    @abstractmethod
    def _unfinished(self, key: str) -> list[UnfinishedUpload]:
        """The unfinished uploads of exactly this key with their parts, newest first, UPLOADS_LOOKED_INTO at most."""

    @abstractmethod
    def _is_as_ours(self, key: str, sha256: str) -> bool:
        """Whether the object has the access rights, encryption and type that it was to have, and no other SHA-256.

        Those were given when the upload was begun, perhaps by another program, and are told of no upload.
        """

    def _refuse_versioned(self) -> None:
        """Raise ArtifactError where the cloud would ignore forbid-overwrite (OSS and COS documentation, PutObject)."""
        status = self._ask("GetBucketVersioning", "", self._versioning)
        if status:
            raise ArtifactError(
                f"{self.cloud} bucket {self.bucket}: versioning is {status}: {self.cloud} then ignores that an object "
                "must not be overwritten, so no artifact is safe there; use a bucket that was never versioned"
            )

    def _put_whole(self, key: str, file: Path, size: int, checksums: Checksums, transfer: Transfer) -> ObjectHead:
        written: list[Written] = []

        def send(part: Part, reader: PartReader) -> str:
            written.append(self._put_object(key, reader, checksums.sha256))
            return written[-1].etag

        try:
            send_parts(file, (Part(1, 0, size),), send, transfer, arrived=0, temporary=self._temporary)
        except self.errors as error:
            raise self._failure("PutObject", key, error) from error
        return self._stored(key, size, checksums.crc64, written[-1])

    def _put_parts(self, key: str, file: Path, size: int, checksums: Checksums, transfer: Transfer) -> ObjectHead:
        sha256 = checksums.sha256
        parts = multipart.plan(size)
        uploads = self._ask("ListMultipartUploads", key, lambda: self._unfinished(key))
        begun = multipart.resume(parts, uploads, multipart.md5_of_part(file))
        upload_id = begun.upload_id or self._ask("InitiateMultipartUpload", key, lambda: self._begin(key, sha256))

        def send(part: Part, reader: PartReader) -> str:
            return self._send_part(key, upload_id, part.number, reader)

        arrived = begun.kept_bytes(parts)
        try:
            sent = send_parts(file, begun.missing, send, transfer, arrived=arrived, temporary=self._temporary)
        except self.errors as error:
            raise self._failure("UploadPart", key, error) from error
        etags = dict(sorted({**begun.kept, **sent}.items()))
        done = self._ask("CompleteMultipartUpload", key, lambda: self._complete(key, upload_id, etags))
        head = self._stored(key, size, checksums.crc64, done)
        if begun.upload_id is not None and not self._ask("HeadObject", key, lambda: self._is_as_ours(key, sha256)):
            self.delete(key)
            raise VanishedError
        return head

    def _stored(self, key: str, size: int, crc64: int, written: Written) -> ObjectHead:
        """Check the answer to the request that made the object; removes the object if its bytes are wrong."""
        if written.version is not None:
            raise ArtifactError(f"{self._subject(key)}: the bucket became versioned during the upload")
        if written.crc64 is not None and written.crc64 != crc64:
            self.delete(key)
            raise ArtifactError(
                f"{self._subject(key)}: what arrived has CRC-64 {written.crc64}, the file has {crc64}; removed again"
            )
        return ObjectHead(size, crc64, written.etag)

    def _ask(self, operation: str, key: str, call: Callable[[], T]) -> T:
        """Answer what ``call`` does, tried again while it fails for a moment; raises what ``_failure`` makes of it."""
        try:
            return retrying(self._passing)(call)
        except BentError as error:
            subject = self._subject(key)
            raise CloudAnswerError(f"{self.cloud} {operation} {subject}: {error}, again and again") from error
        except self.errors as error:
            raise self._failure(operation, key, error) from error

    def _failure(self, operation: str, key: str, error: BaseException) -> Exception:
        code = self._code(error)
        if code == "FileAlreadyExists":
            return self._taken(key)
        if code == "NoSuchUpload":
            return VanishedError()
        return self._refused(operation, self._subject(key), error)

    def _taken(self, key: str) -> ObjectExistsError:
        return ObjectExistsError(f"{self._subject(key)}: another object came there meanwhile; it was left as it is")
