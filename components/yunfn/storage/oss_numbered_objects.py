"""Create-only objects in a bucket of OSS, over its Python client oss2."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import closing

import oss2

from yunfn.storage import oss_client
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.numbered_objects import LARGEST, MARK, TIMEOUT, CreateOnlyObjects
from yunfn.storage.oss_bucket import OssBucket

_MARK = f"x-oss-meta-{MARK}"
_MADE = {
    "x-oss-forbid-overwrite": "true",
    "x-oss-object-acl": "private",
    "x-oss-server-side-encryption": "AES256",
    "Content-Type": "application/json",
}


class OssNumberedObjects(OssBucket, CreateOnlyObjects):
    """The objects of ``bucket`` in the session's region; see NumberedObjects.

    The key needs the rights ``oss:GetObject``, ``oss:PutObject``, ``oss:ListObjects`` and ``oss:GetBucketVersioning``.
    """

    def __init__(self, session: AlibabaSession, bucket: str) -> None:
        super().__init__(bucket)
        try:
            self._oss = oss_client.open_bucket(session, bucket, timeout=TIMEOUT)
        except oss2.exceptions.ClientError as error:
            # A name that no bucket can have.
            raise oss_client.refused("Bucket", bucket, error) from error

    def _list_folders(self, prefix: str) -> Iterator[str]:
        for each in oss2.ObjectIteratorV2(self._oss, prefix, delimiter="/", max_retries=1):
            if each.is_prefix():
                yield str(each.key)

    def _get(self, key: str) -> bytes | None:
        try:
            with closing(self._oss.get_object(key)) as found:
                if found.content_length is None or found.content_length > LARGEST:
                    raise self._too_large(key, found.content_length or 0)
                # Compared with its CRC-64 at the end, by the client.
                return bytes(found.read())
        except oss2.exceptions.NoSuchKey:
            return None

    def _put(self, key: str, content: bytes, mark: str) -> str:
        digest = hashlib.md5(content, usedforsecurity=False).digest()
        headers = _MADE | {_MARK: mark, "Content-MD5": base64.b64encode(digest).decode()}
        return str(self._oss.put_object(key, content, headers=headers).versionid or "")

    def _mark(self, key: str) -> str:
        try:
            return str(self._oss.head_object(key).headers.get(_MARK, ""))
        except oss2.exceptions.NotFound:
            return ""

    def _temporary(self, error: BaseException) -> bool:
        return isinstance(error, oss2.exceptions.InconsistentError) or super()._temporary(error)
