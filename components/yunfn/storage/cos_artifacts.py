"""The artifact bucket on COS: what lies in it, and removing what nobody uses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from requests.structures import CaseInsensitiveDict

from yunfn.exceptions import CloudAnswerError
from yunfn.storage import cos_client
from yunfn.storage.cos_store import SHA256_HEADER, CosStore
from yunfn.storage.names import cos_artifact_bucket
from yunfn.storage.part_sender import retrying
from yunfn.storage.retained import FOLDERS, RECORDS, StoredObject
from yunfn.storage.tencent_session import TencentSession

T = TypeVar("T")

# GetBucket and DeleteMultipleObjects know at most 1,000 keys (COS API reference).
_PAGE = 1000


class CosArtifacts:
    """The artifact bucket of one account and region; a content is a SHA-256, as SCF tells that of a zip."""

    def __init__(self, session: TencentSession) -> None:
        self.name = cos_artifact_bucket(session.appid, session.region)
        self._cos = cos_client.open_client(session)
        self._store = CosStore(session, self.name)

    def exists(self) -> bool:
        """Whether the bucket is there; raises CloudAnswerError if COS refuses to say."""
        # A HEAD would have no body to say what is missing.
        try:
            self._ask("GetBucketVersioning", self._cos.get_bucket_versioning)
        except CloudAnswerError as error:
            if error.code != "NoSuchBucket":
                raise
            return False
        return True

    def objects(self) -> Iterator[StoredObject]:
        """Every package in the bucket, by key; raises CloudAnswerError."""
        for folder in FOLDERS:
            for entry in self._listed(folder):
                key = str(entry["Key"])
                head = CaseInsensitiveDict(self._ask("HeadObject", self._cos.head_object, Key=key))
                # What others than yunfn have put there says nothing of itself.
                content = head.get(SHA256_HEADER) or self._hashed(key)
                yield StoredObject(key, int(entry["Size"]), content)

    def records(self) -> Iterator[str]:
        """The keys of all records of rollouts; raises CloudAnswerError."""
        return (str(each["Key"]) for each in self._listed(RECORDS))

    def delete(self, keys: Iterable[str]) -> None:
        """Remove these objects; raises CloudAnswerError."""
        waiting = list(keys)
        for start in range(0, len(waiting), _PAGE):
            wanted = {"Quiet": "true", "Object": [{"Key": key} for key in waiting[start : start + _PAGE]]}
            answer = self._ask("DeleteMultipleObjects", self._cos.delete_objects, Delete=wanted)
            for refused in answer.get("Error") or ():
                # It answers 200 all the same, and tells no request id.
                raise CloudAnswerError(
                    f"COS DeleteMultipleObjects {self.name}/{refused['Key']}: {refused['Code']}: "
                    f"{refused.get('Message') or 'no more was said'} (request -)",
                    code=str(refused["Code"]),
                    status=200,
                )

    def delete_bucket(self) -> None:
        """Remove the bucket, which must be empty; raises CloudAnswerError."""
        self._ask("DeleteBucket", self._cos.delete_bucket)

    def _listed(self, folder: str) -> Iterator[Mapping[str, Any]]:
        marker = ""
        while True:
            page = self._ask("GetBucket", self._cos.list_objects, Prefix=folder, Marker=marker, MaxKeys=_PAGE)
            yield from page.get("Contents") or ()
            if page["IsTruncated"] != "true":
                return
            marker = page["NextMarker"]

    def _hashed(self, key: str) -> str:
        sha256 = hashlib.sha256()
        for chunk in self._store.read(key):
            sha256.update(chunk)
        return sha256.hexdigest()

    def _ask(self, operation: str, method: Callable[..., T], **arguments: Any) -> T:
        """One request of the client, tried again while it fails for a moment; raises CloudAnswerError."""
        subject = f"{self.name}/{arguments['Key']}" if "Key" in arguments else self.name
        try:
            return retrying(cos_client.temporary)(method, Bucket=self.name, **arguments)
        except cos_client.ERRORS as error:
            raise cos_client.refused(operation, subject, error) from error
