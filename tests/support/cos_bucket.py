"""A fresh COS bucket of a local cloud, as Tencent's own client sees it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from qcloud_cos import CosS3Client

from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import DEFAULT_TENCENT_REGION
from yunfn.storage.cos_client import open_client
from yunfn.storage.tencent_session import TencentSession

_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class CosBucket:
    """A bucket's name and a client of its region; methods are the client's own, the bucket filled in."""

    client: CosS3Client
    name: str

    def call(self, method: str, **arguments: Any) -> Any:
        return getattr(self.client, method)(Bucket=self.name, **arguments)

    def put(self, key: str, body: bytes, **arguments: Any) -> None:
        self.call("put_object", Key=key, Body=body, **arguments)

    def get(self, key: str) -> bytes:
        content: bytes = self.call("get_object", Key=key)["Body"].get_raw_stream().read()
        return content

    def objects(self) -> list[str]:
        return [each["Key"] for each in self.call("list_objects").get("Contents", [])]

    def uploads(self) -> list[str]:
        return [each["UploadId"] for each in self.call("list_multipart_uploads").get("Upload", [])]

    def version(self, status: str) -> None:
        self.call("put_bucket_versioning", Status=status)


def session_of(cloud: Connection, region: str = DEFAULT_TENCENT_REGION) -> TencentSession:
    """The cloud's owner in one region."""
    account = cloud.home.tencent
    return TencentSession(account.owner_key.id, account.owner_key.secret, "", region, account.app_id)


def fresh_bucket(session: TencentSession) -> CosBucket:
    """A new, private bucket."""
    bucket = CosBucket(open_client(session), f"b{next(_NUMBERS)}-{session.appid}")
    bucket.call("create_bucket", ACL="private")
    return bucket
