"""Artifacts in a bucket of COS, over its Python client cos-python-sdk-v5."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, TypeVar

from qcloud_cos.cos_exception import CosServiceError
from requests.structures import CaseInsensitiveDict

from yunfn.exceptions import CloudAnswerError
from yunfn.storage import cos_client
from yunfn.storage.bucket_client import BentError
from yunfn.storage.cos_bucket import CosBucket
from yunfn.storage.crc64 import crc64
from yunfn.storage.multipart import SentPart, UnfinishedUpload
from yunfn.storage.object_store import ObjectHead
from yunfn.storage.part_sender import THREADS, PartReader
from yunfn.storage.resumable_store import UPLOADS_LOOKED_INTO, ResumableStore, Written
from yunfn.storage.tencent_session import TencentSession

T = TypeVar("T")

SHA256_HEADER = "x-cos-meta-yunfn-sha256"
"""The header with an object's SHA-256 in hexadecimal, by which SCF knows code; COS itself has none."""

_CREATE_ONLY = {"x-cos-forbid-overwrite": "true"}
_AS_OURS = {"ACL": "private", "ServerSideEncryption": "AES256", "ContentType": "application/zip"}
_CRC = "x-cos-hash-crc64ecma"
_PAGE = 1000


class CosStore(CosBucket, ResumableStore):
    """The bucket ``bucket``, whose name ends with the APPID, in the session's region; see ObjectStore.

    Safe to use from several threads. The key needs the rights ``name/cos:`` HeadObject, GetObject, PutObject,
    InitiateMultipartUpload, UploadPart, CompleteMultipartUpload, ListMultipartUploads, ListParts and
    GetBucketVersioning; GetObjectACL to go on with an upload that was killed, DeleteObject to remove what went wrong.
    """

    def __init__(self, session: TencentSession, bucket: str) -> None:
        super().__init__(bucket)
        self._cos = cos_client.open_client(session, THREADS + 2)

    def head(self, key: str) -> ObjectHead | None:
        """See ObjectStore."""

        def asked() -> ObjectHead | None:
            try:
                found = self._call(self._cos.head_object, Key=key)
            except CosServiceError as error:
                if error.get_status_code() != 404:
                    raise
                # A HEAD has no body to say what is missing; this one fails if it is the bucket.
                self._call(self._cos.get_bucket_versioning)
                return None
            size = int(self._told(found, "Content-Length", "HeadObject", key))
            return ObjectHead(size, int(found.get(_CRC) or 0), self._etag(found, "HeadObject", key))

        return self._ask("HeadObject", key, asked)

    def delete(self, key: str) -> None:
        """See ObjectStore."""
        self._ask("DeleteObject", key, lambda: self._call(self._cos.delete_object, Key=key))

    def _put_object(self, key: str, reader: PartReader, sha256: str) -> Written:
        body = {"Body": reader, "ContentMD5": reader.content_md5()}
        answer = self._call(self._cos.put_object, Key=key, **body, **_created(sha256))
        return self._written(answer, "PutObject", key)

    def _fetch(self, key: str, etag: str, span: tuple[int, int] | None) -> bytes:
        wanted = {"IfMatch": f'"{etag}"'} if etag else {}
        if span is not None:
            wanted["Range"] = f"bytes={span[0]}-{span[1]}"
        answer = self._call(self._cos.get_object, Key=key, **wanted)
        length = int(self._told(answer, "Content-Length", "GetObject", key))
        with closing(answer["Body"].get_raw_stream()) as content:
            data = bytes(content.read())
        wanted_length = length if span is None else span[1] - span[0] + 1
        bent = span is None and _CRC in answer and crc64(data) != int(answer[_CRC])
        if bent or len(data) != wanted_length:
            raise BentError(f"what came is not what COS has: {len(data)} bytes")
        return data

    def _begin(self, key: str, sha256: str) -> str:
        answer = self._call(self._cos.create_multipart_upload, Key=key, **_created(sha256))
        return str(self._told(answer, "UploadId", "InitiateMultipartUpload", key))

    def _send_part(self, key: str, upload_id: str, number: int, reader: PartReader) -> str:
        body = {"Body": reader, "ContentMD5": reader.content_md5()}
        answer = self._call(self._cos.upload_part, Key=key, **body, PartNumber=number, UploadId=upload_id)
        return self._etag(answer, "UploadPart", key)

    def _complete(self, key: str, upload_id: str, etags: Mapping[int, str]) -> Written:
        parts = {"Part": [{"PartNumber": number, "ETag": etag} for number, etag in etags.items()]}
        done = {"MultipartUpload": parts, "Metadata": _CREATE_ONLY}
        answer = self._call(self._cos.complete_multipart_upload, Key=key, UploadId=upload_id, **done)
        return self._written(answer, "CompleteMultipartUpload", key)

    def _unfinished(self, key: str) -> list[UnfinishedUpload]:
        begun: list[Mapping[str, Any]] = []
        marker = {"KeyMarker": "", "UploadIdMarker": ""}
        while True:
            page = self._call(self._cos.list_multipart_uploads, Prefix=key, MaxUploads=_PAGE, **marker)
            begun += [each for each in page.get("Upload", ()) if each["Key"] == key]
            if page["IsTruncated"] != "true":
                break
            marker = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}
        begun.sort(key=lambda each: str(each["Initiated"]), reverse=True)
        newest = (str(each["UploadId"]) for each in begun[:UPLOADS_LOOKED_INTO])
        return [UnfinishedUpload(upload, tuple(self._parts_of(key, upload))) for upload in newest]

    def _parts_of(self, key: str, upload_id: str) -> Iterator[SentPart]:
        marker = 0
        while True:
            try:
                page = self._call(
                    self._cos.list_parts, Key=key, UploadId=upload_id, MaxParts=_PAGE, PartNumberMarker=marker
                )
            except CosServiceError as error:
                if cos_client.code_of(error) != "NoSuchUpload":
                    raise
                # Completed or aborted since it was listed.
                return
            for part in page.get("Part", ()):
                yield SentPart(int(part["PartNumber"]), int(part["Size"]), str(part["ETag"]))
            if page["IsTruncated"] != "true":
                return
            marker = int(page["NextPartNumberMarker"])

    def _is_as_ours(self, key: str, sha256: str) -> bool:
        headers = self._call(self._cos.head_object, Key=key)
        acl = self._call(self._cos.get_object_acl, Key=key)
        everyone = [grant for grant in acl["AccessControlList"]["Grant"] if "URI" in str(grant["Grantee"])]
        return (
            not everyone
            and headers.get("x-cos-server-side-encryption") == _AS_OURS["ServerSideEncryption"]
            and headers.get("Content-Type") == _AS_OURS["ContentType"]
            # The upload may have been begun for another zip of the same files.
            and headers.get(SHA256_HEADER, sha256) == sha256
        )

    def _written(self, answer: CaseInsensitiveDict[Any], operation: str, key: str) -> Written:
        crc = answer.get(_CRC)
        version = answer.get("x-cos-version-id")
        return Written(self._etag(answer, operation, key), None if crc is None else int(crc), version)

    def _etag(self, answer: CaseInsensitiveDict[Any], operation: str, key: str) -> str:
        return str(self._told(answer, "ETag", operation, key)).strip('"')

    def _told(self, answer: CaseInsensitiveDict[Any], name: str, operation: str, key: str) -> Any:
        """What the answer says of ``name``; CloudAnswerError if nothing, as the client takes a redirect for success."""
        if name not in answer:
            request_id = answer.get("x-cos-request-id", "-")
            raise CloudAnswerError(
                f"COS {operation} {self._subject(key)}: the answer has no {name}: it may be none of COS's own "
                f"(request {request_id})"
            )
        return answer[name]


def _created(sha256: str) -> dict[str, Any]:
    """How an object is made; the client passes on headers it has no name for as "metadata"."""
    return {"Metadata": _CREATE_ONLY | {SHA256_HEADER: sha256}, **_AS_OURS}
