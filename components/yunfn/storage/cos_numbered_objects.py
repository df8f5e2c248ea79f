"""Create-only objects in a bucket of COS, over its Python client cos-python-sdk-v5."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import closing

from qcloud_cos.cos_exception import CosServiceError

from yunfn.exceptions import CloudAnswerError
from yunfn.storage import cos_client
from yunfn.storage.bucket_client import BentError
from yunfn.storage.cos_bucket import CosBucket
from yunfn.storage.crc64 import crc64
from yunfn.storage.numbered_objects import LARGEST, MARK, TIMEOUT, CreateOnlyObjects
from yunfn.storage.tencent_session import TencentSession

_MARK = f"x-cos-meta-{MARK}"
# The client passes on headers that it has no name for as "metadata".
_CREATE_ONLY = {"x-cos-forbid-overwrite": "true"}
_MADE = {"ACL": "private", "ServerSideEncryption": "AES256", "ContentType": "application/json"}
_CRC = "x-cos-hash-crc64ecma"


class CosNumberedObjects(CosBucket, CreateOnlyObjects):
    """The objects of ``bucket``, whose name ends with the APPID, in the session's region; see NumberedObjects.

    The key needs the rights ``name/cos:`` GetObject, PutObject, GetBucket and GetBucketVersioning.
    """

    def __init__(self, session: TencentSession, bucket: str) -> None:
        super().__init__(bucket)
        self._cos = cos_client.open_client(session, timeout=TIMEOUT)

    def _list_folders(self, prefix: str) -> Iterator[str]:
        marker = ""
        while True:
            page = self._call(self._cos.list_objects, Prefix=prefix, Delimiter="/", Marker=marker)
            yield from (str(each["Prefix"]) for each in page.get("CommonPrefixes") or ())
            if page["IsTruncated"] != "true":
                return
            marker = str(page["NextMarker"])

    def _get(self, key: str) -> bytes | None:
        try:
            answer = self._call(self._cos.get_object, Key=key)
        except CosServiceError as error:
            if cos_client.code_of(error) != "NoSuchKey":
                raise
            return None
        with closing(answer["Body"].get_raw_stream()) as content:
            size = int(answer.get("Content-Length") or 0)
            if size > LARGEST:
                raise self._too_large(key, size)
            data = bytes(content.read())
        if len(data) != size or (_CRC in answer and crc64(data) != int(answer[_CRC])):
            raise BentError(f"what came is not what COS has: {len(data)} bytes")
        return data

    def _put(self, key: str, content: bytes, mark: str) -> str:
        digest = hashlib.md5(content, usedforsecurity=False).digest()
        answer = self._call(
            self._cos.put_object,
            Key=key,
            Body=content,
            ContentMD5=base64.b64encode(digest).decode(),
            Metadata=_CREATE_ONLY | {_MARK: mark},
            **_MADE,
        )
        if "ETag" not in answer:
            # The client takes a redirect for success.
            raise CloudAnswerError(
                f"COS PutObject {self._subject(key)}: the answer has no ETag: it may be none of COS's"
            )
        return str(answer.get("x-cos-version-id") or "")

    def _mark(self, key: str) -> str:
        # A HEAD would need a right of its own.
        try:
            answer = self._call(self._cos.get_object, Key=key)
        except CosServiceError as error:
            if cos_client.code_of(error) != "NoSuchKey":
                raise
            return ""
        answer["Body"].get_raw_stream().close()
        return str(answer.get(_MARK) or "")
