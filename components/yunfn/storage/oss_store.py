"""Artifacts in a bucket of OSS, over its Python client oss2."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import oss2
import requests
from oss2.models import PartInfo

from yunfn.exceptions import ArtifactError, ObjectExistsError
from yunfn.storage import multipart
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.crc64 import slow_crc_warning
from yunfn.storage.multipart import Part, Resumption, SentPart, UnfinishedUpload
from yunfn.storage.object_store import ObjectHead, Transfer
from yunfn.storage.oss_client import open_bucket, refused, temporary
from yunfn.storage.part_sender import THREADS, CancelledError, PartReader, retrying, send_parts
from yunfn.storage.range_reader import read_ranges

logger = logging.getLogger(__name__)
T = TypeVar("T")

_CREATE_ONLY = {"x-oss-forbid-overwrite": "true"}
_ACL = {"x-oss-object-acl": "private"}
_KIND = {"Content-Type": "application/zip", "x-oss-server-side-encryption": "AES256"}
_READ = 1 << 18
# Unfinished uploads of one key that are looked into, newest first: more than one stays only where several died.
_UPLOADS = 5
_BEGINNINGS = 3
_Inconsistent = oss2.exceptions.InconsistentError


class _VanishedError(Exception):
    """The multipart upload is gone: completed or aborted by somebody else."""


class OssStore:
    """The bucket ``bucket`` in the session's account and region; see ObjectStore. Safe to use from several threads.

    The key needs the rights ``oss:GetObject``, ``oss:PutObject``, ``oss:GetBucketVersioning``,
    ``oss:ListMultipartUploads`` and ``oss:ListParts``; ``oss:GetObjectAcl`` to go on with an upload that was killed,
    and ``oss:DeleteObject`` to remove what went wrong.
    """

    def __init__(self, session: AlibabaSession, bucket: str) -> None:
        self.bucket = bucket
        self._oss = open_bucket(session, bucket, THREADS + 2)
        if (warning := slow_crc_warning()) is not None:
            logger.warning(warning)

    def head(self, key: str) -> ObjectHead | None:
        """See ObjectStore."""

        def asked() -> Any:
            try:
                return self._oss.head_object(key)
            except oss2.exceptions.NotFound as error:
                if error.code == "NoSuchBucket":
                    raise
                return None

        found = self._ask("HeadObject", key, asked)
        return found and ObjectHead(int(found.content_length), int(found.server_crc or 0), str(found.etag))

    def put(self, key: str, file: Path, crc64: int, transfer: Transfer) -> ObjectHead:
        """See ObjectStore."""
        self._refuse_versioned()
        try:
            size = file.stat().st_size
            if multipart.in_one_request(size):
                return self._put_whole(key, file, size, crc64, transfer)
            for _ in range(_BEGINNINGS):
                try:
                    return self._put_parts(key, file, size, crc64, transfer)
                except _VanishedError:
                    # Somebody else completed the upload, then the key is taken, or aborted it, then it begins anew.
                    if self.head(key) is not None:
                        raise self._taken(key) from None
            raise ArtifactError(f"{self._subject(key)}: the upload was aborted by somebody else, again and again")
        except CancelledError:
            raise ArtifactError(f"{self._subject(key)}: the upload was cancelled; run again to go on with it") from None
        except OSError as error:
            if isinstance(error, requests.exceptions.RequestException):
                raise refused("PutObject", self._subject(key), error) from error
            raise ArtifactError(f"{file}: cannot be read: {error.strerror or error}") from error

    def read(self, key: str) -> Iterator[bytes]:
        """See ObjectStore. Large objects are read over several connections, all of the same state of the object."""
        head = self.head(key)
        if head is None or multipart.in_one_request(head.size):
            yield self._fetched(key, {}, None)
            return

        def fetch(part: Part) -> bytes:
            return self._fetched(key, {"If-Match": f'"{head.etag}"'}, (part.offset, part.offset + part.size - 1))

        yield from read_ranges(multipart.plan(head.size), fetch)

    def _fetched(self, key: str, headers: dict[str, str], byte_range: tuple[int, int] | None) -> bytes:
        def fetched() -> bytes:
            with closing(self._oss.get_object(key, byte_range=byte_range, headers=headers)) as result:
                return b"".join(iter(functools.partial(result.read, _READ), b""))

        return self._ask("GetObject", key, fetched)

    def delete(self, key: str) -> None:
        """See ObjectStore."""
        self._ask("DeleteObject", key, lambda: self._oss.delete_object(key))

    def _refuse_versioned(self) -> None:
        """Raise ArtifactError where OSS would ignore forbid-overwrite (OSS documentation, "PutObject")."""
        answer = self._ask("GetBucketVersioning", "", self._oss.get_bucket_versioning)
        if answer.status:
            raise ArtifactError(
                f"OSS bucket {self.bucket}: versioning is {answer.status}: OSS then ignores that an object must not be "
                "overwritten, so no artifact is safe there; use a bucket that was never versioned"
            )

    def _taken(self, key: str) -> ObjectExistsError:
        return ObjectExistsError(f"{self._subject(key)}: another object came there meanwhile; it was left as it is")

    def _put_whole(self, key: str, file: Path, size: int, crc64: int, transfer: Transfer) -> ObjectHead:
        answers: dict[int, Any] = {}

        def send(part: Part, reader: PartReader) -> str:
            answers[1] = self._oss.put_object(key, reader, headers=_CREATE_ONLY | _ACL | _KIND)
            return str(answers[1].etag)

        # Bytes that OSS stored bent are there to stay: sending them again would only find the key taken.
        again: Callable[[BaseException], bool] = lambda e: temporary(e) and not isinstance(e, _Inconsistent)  # noqa: E731
        try:
            send_parts(file, (Part(1, 0, size),), send, transfer, arrived=0, temporary=again)
        except _Inconsistent as error:
            self.delete(key)
            raise ArtifactError(f"{self._subject(key)}: {error.body}; removed again") from error
        except oss2.exceptions.OssError as error:
            raise self._failure("PutObject", key, error) from error
        return self._stored(key, size, crc64, answers[1])

    def _put_parts(self, key: str, file: Path, size: int, crc64: int, transfer: Transfer) -> ObjectHead:
        parts = multipart.plan(size)
        begun = self._resumption(key, file, parts)
        upload_id = begun.upload_id or self._begin(key)

        def send(part: Part, reader: PartReader) -> str:
            return str(self._oss.upload_part(key, upload_id, part.number, reader).etag)

        arrived = begun.kept_bytes(parts)
        try:
            sent = send_parts(file, begun.missing, send, transfer, arrived=arrived, temporary=temporary)
        except oss2.exceptions.OssError as error:
            raise self._failure("UploadPart", key, error) from error
        etags = [PartInfo(number, etag) for number, etag in sorted({**begun.kept, **sent}.items())]
        head = self._stored(key, size, crc64, self._complete(key, upload_id, etags))
        if begun.upload_id is not None and not self._is_as_ours(key):
            self.delete(key)
            raise _VanishedError
        return head

    def _is_as_ours(self, key: str) -> bool:
        """Whether the object has the access rights, encryption and type that it was to have.

        Those were given when the upload was begun, perhaps by another program, and are told of no upload.
        """
        headers = self._ask("HeadObject", key, functools.partial(self._oss.head_object, key)).headers
        acl = self._ask("GetObjectAcl", key, functools.partial(self._oss.get_object_acl, key)).acl
        wanted = {name.lower(): value for name, value in _KIND.items()}
        return acl in ("private", "default") and all(headers.get(name) == value for name, value in wanted.items())

    def _begin(self, key: str) -> str:
        headers = _CREATE_ONLY | _ACL | _KIND
        call = functools.partial(self._oss.init_multipart_upload, key, headers=headers)
        return str(self._ask("InitiateMultipartUpload", key, call).upload_id)

    def _complete(self, key: str, upload_id: str, parts: list[PartInfo]) -> Any:
        headers = _CREATE_ONLY | _ACL
        call = functools.partial(self._oss.complete_multipart_upload, key, upload_id, parts, headers=headers)
        return self._ask("CompleteMultipartUpload", key, call)

    def _resumption(self, key: str, file: Path, parts: tuple[Part, ...]) -> Resumption:
        """What earlier uploads of the key left on the server that is worth keeping."""

        def listed() -> list[UnfinishedUpload]:
            begun = sorted(oss2.ObjectUploadIterator(self._oss, key), key=lambda each: -each.initiation_date)
            return [
                UnfinishedUpload(each.upload_id, tuple(self._parts_of(key, each.upload_id)))
                for each in begun[:_UPLOADS]
            ]

        uploads = self._ask("ListMultipartUploads", key, listed)
        return multipart.resume(parts, uploads, multipart.md5_of_part(file))

    def _parts_of(self, key: str, upload_id: str) -> Iterator[SentPart]:
        try:
            for part in oss2.PartIterator(self._oss, key, upload_id):
                yield SentPart(part.part_number, part.size, part.etag)
        except oss2.exceptions.NoSuchUpload:
            # Completed or aborted since it was listed.
            return

    def _stored(self, key: str, size: int, crc64: int, answer: Any) -> ObjectHead:
        """Check the answer to the request that made the object; removes the object if its bytes are wrong."""
        if answer.versionid is not None:
            raise ArtifactError(f"{self._subject(key)}: the bucket became versioned during the upload")
        if answer.crc is not None and int(answer.crc) != crc64:
            self.delete(key)
            raise ArtifactError(
                f"{self._subject(key)}: what arrived has CRC-64 {answer.crc}, the file has {crc64}; removed again"
            )
        return ObjectHead(size, crc64, str(answer.etag))

    def _ask(self, operation: str, key: str, call: Callable[[], T]) -> T:
        """Answer what ``call`` does, tried again while it fails for a moment; raises what ``_failure`` makes of it."""
        try:
            return retrying(temporary)(call)
        except (oss2.exceptions.OssError, requests.exceptions.RequestException) as error:
            raise self._failure(operation, key, error) from error

    def _failure(self, operation: str, key: str, error: BaseException) -> Exception:
        code = getattr(error, "code", "")
        if code == "FileAlreadyExists":
            return self._taken(key)
        if code == "NoSuchUpload":
            return _VanishedError()
        return refused(operation, self._subject(key), error)

    def _subject(self, key: str) -> str:
        return f"oss://{self.bucket}/{key}" if key else self.bucket
