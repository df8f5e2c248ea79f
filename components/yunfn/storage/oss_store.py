"""Artifacts in a bucket of OSS, over its Python client oss2."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import oss2
from oss2.models import PartInfo

from yunfn.storage import oss_client
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.multipart import SentPart, UnfinishedUpload
from yunfn.storage.object_store import ObjectHead
from yunfn.storage.oss_bucket import OssBucket
from yunfn.storage.part_sender import THREADS, PartReader
from yunfn.storage.resumable_store import UPLOADS_LOOKED_INTO, ResumableStore, Written

_CREATE_ONLY = {"x-oss-forbid-overwrite": "true"}
_ACL = {"x-oss-object-acl": "private"}
_KIND = {"Content-Type": "application/zip", "x-oss-server-side-encryption": "AES256"}
_READ = 1 << 18


class OssStore(OssBucket, ResumableStore):
    """The bucket ``bucket`` in the session's account and region; see ObjectStore. Safe to use from several threads.

    The key needs the rights ``oss:GetObject``, ``oss:PutObject``, ``oss:GetBucketVersioning``,
    ``oss:ListMultipartUploads`` and ``oss:ListParts``; ``oss:GetObjectAcl`` to go on with an upload that was killed,
    and ``oss:DeleteObject`` to remove what went wrong.
    """

    def __init__(self, session: AlibabaSession, bucket: str) -> None:
        super().__init__(bucket)
        self._oss = oss_client.open_bucket(session, bucket, THREADS + 2)
        # Its CRC of each part holds the interpreter's lock, and the other threads up; parts are checked by Content-MD5,
        # and the whole by the CRC-64 that the caller has computed of the file.
        self._oss.enable_crc = False

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

    def delete(self, key: str) -> None:
        """See ObjectStore."""
        self._ask("DeleteObject", key, functools.partial(self._oss.delete_object, key))

    def _put_object(self, key: str, reader: PartReader, sha256: str) -> Written:
        headers = _CREATE_ONLY | _ACL | _KIND | {"Content-MD5": reader.content_md5()}
        return _written(self._oss.put_object(key, reader, headers=headers))

    def _fetch(self, key: str, etag: str, span: tuple[int, int] | None) -> bytes:
        headers = {"If-Match": f'"{etag}"'} if etag else {}
        with closing(self._oss.get_object(key, byte_range=span, headers=headers)) as result:
            return b"".join(iter(functools.partial(result.read, _READ), b""))

    def _begin(self, key: str, sha256: str) -> str:
        return str(self._oss.init_multipart_upload(key, headers=_CREATE_ONLY | _ACL | _KIND).upload_id)

    def _send_part(self, key: str, upload_id: str, number: int, reader: PartReader) -> str:
        headers = {"Content-MD5": reader.content_md5()}
        return str(self._oss.upload_part(key, upload_id, number, reader, headers=headers).etag)

    def _complete(self, key: str, upload_id: str, etags: Mapping[int, str]) -> Written:
        parts = [PartInfo(number, etag) for number, etag in etags.items()]
        return _written(self._oss.complete_multipart_upload(key, upload_id, parts, headers=_CREATE_ONLY | _ACL))

    def _unfinished(self, key: str) -> list[UnfinishedUpload]:
        begun = sorted(oss2.ObjectUploadIterator(self._oss, key), key=lambda each: -each.initiation_date)
        newest = [each.upload_id for each in begun[:UPLOADS_LOOKED_INTO]]
        return [UnfinishedUpload(each, tuple(self._parts_of(key, each))) for each in newest]

    def _parts_of(self, key: str, upload_id: str) -> Iterator[SentPart]:
        try:
            for part in oss2.PartIterator(self._oss, key, upload_id):
                yield SentPart(part.part_number, part.size, part.etag)
        except oss2.exceptions.NoSuchUpload:
            # Completed or aborted since it was listed.
            return

    def _is_as_ours(self, key: str, sha256: str) -> bool:
        headers = self._oss.head_object(key).headers
        acl = self._oss.get_object_acl(key).acl
        return acl in ("private", "default") and all(headers.get(name) == value for name, value in _KIND.items())


def _written(answer: Any) -> Written:
    """What ``answer`` to PutObject or CompleteMultipartUpload says of the object."""
    return Written(str(answer.etag), None if answer.crc is None else int(answer.crc), answer.versionid)
