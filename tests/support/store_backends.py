"""The clouds that artifacts are stored in: each with its store, and a bucket as the cloud's own client sees it."""

from __future__ import annotations

import hashlib
import itertools
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import oss2

from support.cos_bucket import fresh_bucket, session_of
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import DEFAULT_REGION
from yunfn.storage import multipart
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.cos_store import CosStore
from yunfn.storage.crc64 import crc64_of_file
from yunfn.storage.object_store import Checksums, ObjectHead, Transfer
from yunfn.storage.oss_client import open_bucket
from yunfn.storage.oss_store import OssStore
from yunfn.storage.resumable_store import ResumableStore

KEY = "code/hello/0123.zip"
MB = 1024**2
_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class Kind:
    """What an object is, beside its bytes; by default what every artifact has to be."""

    public: bool = False
    encryption: str = "AES256"
    content_type: str = "application/zip"


def checksums_of(file: Path) -> Checksums:
    """What the file is to arrive as."""
    return Checksums(crc64_of_file(file), hashlib.sha256(file.read_bytes()).hexdigest())


def oss_session(cloud: Connection) -> AlibabaSession:
    """The cloud's owner."""
    key = cloud.home.owner_key
    return AlibabaSession(key.id, key.secret, "", DEFAULT_REGION, cloud.home.account)


def oss_bucket(session: AlibabaSession) -> oss2.Bucket:
    """A new bucket as oss2 sees it."""
    made = open_bucket(session, f"artifacts-{next(_NUMBERS)}")
    made.create_bucket()
    return made


class Backend(ABC):
    """A new bucket of one cloud, and the store over it. What a test does to ``KEY`` stands in no other's way."""

    cloud: ClassVar[str]
    #: The modules of session and store under ``yunfn.storage``, and the store's class.
    modules: ClassVar[tuple[str, str, str]]
    #: A region where the bucket is not, and the code that the cloud has for that.
    other_region: ClassVar[str]
    elsewhere: ClassVar[str]
    bucket: str
    #: The name of a bucket that nobody has.
    missing: str

    @abstractmethod
    def open(self, bucket: str = "", region: str = "") -> ResumableStore:
        """Another store, by default of the same bucket."""

    @abstractmethod
    def url(self, key: str) -> str: ...

    @abstractmethod
    def place(self, body: bytes, key: str = KEY) -> None:
        """Put an object there as others may."""

    @abstractmethod
    def objects(self) -> list[str]: ...

    @abstractmethod
    def kind(self) -> Kind:
        """What the object at KEY is."""

    @abstractmethod
    def publish(self) -> None:
        """Let everyone read what says nothing else of itself."""

    @abstractmethod
    def version(self, status: str) -> None:
        """Set the bucket's versioning."""

    @abstractmethod
    def begin(self, kind: Kind | None = None, key: str = KEY) -> str:
        """Begin an upload as others may; its id."""

    @abstractmethod
    def send(self, upload: str, number: int, body: bytes) -> None: ...

    @abstractmethod
    def uploads(self) -> list[str]: ...

    @abstractmethod
    def abort(self, upload: str) -> None: ...

    @property
    def store(self) -> ResumableStore:
        return self._store

    def __init__(self) -> None:
        self._store = self.open()

    def begin_with(self, data: bytes, count: int, kind: Kind | None = None) -> str:
        """Begin an upload of ``data`` and leave it with its first ``count`` parts."""
        upload = self.begin(kind)
        for part in multipart.plan(len(data))[:count]:
            self.send(upload, part.number, data[part.offset : part.offset + part.size])
        return upload

    def put(self, file: Path, transfer: Transfer | None = None, store: ResumableStore | None = None) -> ObjectHead:
        return (store or self._store).put(KEY, file, checksums_of(file), transfer or Transfer())

    def read(self) -> bytes:
        return b"".join(self._store.read(KEY))


class OssBackend(Backend):
    """OSS, by oss2."""

    cloud = "OSS"
    modules = ("alibaba_session", "oss_store", "OssStore")
    other_region = "cn-beijing"
    elsewhere = "AccessDenied"
    missing = "no-such-bucket"

    def __init__(self, cloud: Connection) -> None:
        self.session = oss_session(cloud)
        self._client = oss_bucket(self.session)
        self.bucket = self._client.bucket_name
        super().__init__()

    def open(self, bucket: str = "", region: str = "") -> ResumableStore:
        return OssStore(replace(self.session, region=region or self.session.region), bucket or self.bucket)

    def url(self, key: str) -> str:
        return f"https://{self.bucket}.oss-{self.session.region}.aliyuncs.com/{key}"

    def place(self, body: bytes, key: str = KEY) -> None:
        self._client.put_object(key, body)

    def objects(self) -> list[str]:
        return [each.key for each in oss2.ObjectIterator(self._client)]

    def kind(self) -> Kind:
        found = self._client.head_object(KEY)
        public = self._client.get_object_acl(KEY).acl != "private"
        return Kind(public, found.headers.get("x-oss-server-side-encryption", ""), found.content_type)

    def publish(self) -> None:
        self._client.put_bucket_acl("public-read")

    def version(self, status: str) -> None:
        self._client.put_bucket_versioning(oss2.models.BucketVersioningConfig(status))

    def begin(self, kind: Kind | None = None, key: str = KEY) -> str:
        kind = kind or Kind()
        headers = {
            "x-oss-object-acl": "public-read" if kind.public else "private",
            "x-oss-server-side-encryption": kind.encryption,
            "Content-Type": kind.content_type,
        }
        wanted = {name: value for name, value in headers.items() if value}
        return str(self._client.init_multipart_upload(key, headers=wanted).upload_id)

    def send(self, upload: str, number: int, body: bytes) -> None:
        self._client.upload_part(KEY, upload, number, body)

    def uploads(self) -> list[str]:
        return [each.upload_id for each in oss2.MultipartUploadIterator(self._client)]

    def abort(self, upload: str) -> None:
        self._client.abort_multipart_upload(KEY, upload)


class CosBackend(Backend):
    """COS, by cos-python-sdk-v5."""

    cloud = "COS"
    modules = ("tencent_session", "cos_store", "CosStore")
    other_region = "ap-beijing"
    elsewhere = "NoSuchBucket"

    def __init__(self, cloud: Connection) -> None:
        self.session = session_of(cloud)
        self.bucket_client = fresh_bucket(self.session)
        self.bucket = self.bucket_client.name
        self.missing = f"no-such-{self.session.appid}"
        super().__init__()

    def open(self, bucket: str = "", region: str = "") -> ResumableStore:
        return CosStore(replace(self.session, region=region or self.session.region), bucket or self.bucket)

    def url(self, key: str) -> str:
        return f"https://{self.bucket_client.client.get_conf().get_host(Bucket=self.bucket)}/{key}"

    def place(self, body: bytes, key: str = KEY) -> None:
        self.bucket_client.put(key, body)

    def objects(self) -> list[str]:
        return self.bucket_client.objects()

    def kind(self) -> Kind:
        found = self.bucket_client.call("head_object", Key=KEY)
        acl = self.bucket_client.call("get_object_acl", Key=KEY)["AccessControlList"]["Grant"]
        public = [grant["Permission"] for grant in acl] != ["FULL_CONTROL"]
        return Kind(public, found.get("x-cos-server-side-encryption", ""), found["Content-Type"])

    def publish(self) -> None:
        self.bucket_client.call("put_bucket_acl", ACL="public-read")

    def version(self, status: str) -> None:
        self.bucket_client.version(status)

    def begin(self, kind: Kind | None = None, key: str = KEY) -> str:
        kind = kind or Kind()
        acl = "public-read" if kind.public else "private"
        made = self.bucket_client.call(
            "create_multipart_upload",
            Key=key,
            ACL=acl,
            ServerSideEncryption=kind.encryption,
            ContentType=kind.content_type,
        )
        return str(made["UploadId"])

    def send(self, upload: str, number: int, body: bytes) -> None:
        self.bucket_client.call("upload_part", Key=KEY, UploadId=upload, PartNumber=number, Body=body)

    def uploads(self) -> list[str]:
        return self.bucket_client.uploads()

    def abort(self, upload: str) -> None:
        self.bucket_client.call("abort_multipart_upload", Key=KEY, UploadId=upload)
