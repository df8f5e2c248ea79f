"""The artifact bucket on OSS: what lies in it, and removing what nobody uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import oss2

from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.names import artifact_bucket
from yunfn.storage.oss_client import open_bucket, refused
from yunfn.storage.retained import FOLDERS, RECORDS, StoredObject

# DeleteMultipleObjects takes at most 1,000 keys (OSS API reference).
_DELETE_BATCH = 1000


class OssArtifacts:
    """The artifact bucket of one account and region; a content is the CRC-64 (ECMA-182) that OSS tells of an object."""

    def __init__(self, session: AlibabaSession) -> None:
        self.name = artifact_bucket(session.account, session.region)
        self._bucket = open_bucket(session, self.name)

    def exists(self) -> bool:
        """Whether the bucket is there; raises CloudAnswerError if OSS refuses to say."""
        try:
            self._bucket.get_bucket_info()
        except oss2.exceptions.NoSuchBucket:
            return False
        except oss2.exceptions.OssError as error:
            raise refused("GetBucketInfo", self.name, error) from error
        return True

    def objects(self) -> Iterator[StoredObject]:
        """Every package in the bucket, by key; raises CloudAnswerError."""
        try:
            for folder in FOLDERS:
                for entry in oss2.ObjectIteratorV2(self._bucket, folder):
                    head = self._bucket.head_object(entry.key)
                    yield StoredObject(entry.key, entry.size, str(head.server_crc or ""))
        except oss2.exceptions.OssError as error:
            raise refused("ListObjectsV2", self.name, error) from error

    def records(self) -> Iterator[str]:
        """The keys of all records of rollouts; raises CloudAnswerError."""
        try:
            yield from (str(each.key) for each in oss2.ObjectIteratorV2(self._bucket, RECORDS))
        except oss2.exceptions.OssError as error:
            raise refused("ListObjectsV2", self.name, error) from error

    def delete(self, keys: Iterable[str]) -> None:
        """Remove these objects; raises CloudAnswerError."""
        waiting = list(keys)
        try:
            for start in range(0, len(waiting), _DELETE_BATCH):
                self._bucket.batch_delete_objects(waiting[start : start + _DELETE_BATCH])
        except oss2.exceptions.OssError as error:
            raise refused("DeleteMultipleObjects", self.name, error) from error

    def delete_bucket(self) -> None:
        """Remove the bucket, which must be empty; raises CloudAnswerError."""
        try:
            self._bucket.delete_bucket()
        except oss2.exceptions.OssError as error:
            raise refused("DeleteBucket", self.name, error) from error
