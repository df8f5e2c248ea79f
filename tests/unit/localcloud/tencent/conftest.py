"""A local cloud, and Tencent's own clients that reach it through its proxy by the true host names."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import requests
from qcloud_cos import CosConfig, CosS3Client

from support.aws_signature import signed_headers
from support.cos_bucket import CosBucket
from support.tencent_identity import Identity
from unit.localcloud.alibaba.signatures.served_cloud import served
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.keys import AccessKey
from yunfn.localcloud.tencent.cam import CamService
from yunfn.localcloud.tencent.cls import ClsService
from yunfn.localcloud.tencent.cos import CosService
from yunfn.localcloud.tencent.ssl import SslService
from yunfn.localcloud.tencent.sts import StsService
from yunfn.localcloud.tencent.tag import TagService

REGION = "ap-guangzhou"


class TencentClients:
    """Clients of one local cloud, as its owner unless told otherwise."""

    def __init__(self, cloud: Connection) -> None:
        self.cloud = cloud
        self.account = cloud.home.tencent
        self._names = itertools.count()

    @property
    def key(self) -> AccessKey:
        return self.account.owner_key

    def http(self) -> requests.Session:
        """A plain HTTP client that trusts the local CA and knows no other way out than the proxy."""
        session = requests.Session()
        session.trust_env = False
        session.proxies = {"https": f"http://127.0.0.1:{self.cloud.proxy_port}"}
        session.verify = str(self.cloud.home.certificates / "ca.pem")
        return session

    def cos(self, region: str = REGION, **options: Any) -> CosS3Client:
        chosen = {"SecretId": self.key.id, "SecretKey": self.key.secret, **options}
        return CosS3Client(CosConfig(Region=region, **chosen), retry=0, session=self.http())

    def name(self) -> str:
        """A bucket's name that nobody has."""
        return f"bucket{next(self._names)}-{self.account.app_id}"

    def bucket(self, **options: Any) -> CosBucket:
        """A new, empty bucket."""
        bucket = CosBucket(self.cos(**options), self.name())
        bucket.call("create_bucket")
        return bucket

    def s3(
        self,
        method: str,
        bucket: str,
        key: str = "",
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        data: bytes = b"",
        secret: AccessKey | None = None,
    ) -> requests.Response:
        """A request as aws-sdk-go makes it for the tencentcloud provider: signed by AWS's recipe."""
        host, path = f"{bucket}.cos.{REGION}.myqcloud.com", "/" + quote(key, safe="/-_.~")
        sent = signed_headers(secret or self.key, method, host, path, query, headers or {}, data)
        return self.http().request(method, f"https://{host}{path}?{query}", headers=sent, data=data)

    def journal(self, bucket: str) -> list[dict[str, Any]]:
        """What the cloud's journal says of requests to one bucket, oldest first."""
        lines = map(json.loads, self.cloud.ask("GET", "/journal").iter_lines())
        return [line for line in lines if line.get("resource", "").split("/")[0].split(" ")[0] == bucket]


def refusal(answer: requests.Response) -> dict[str, str]:
    """The elements of an error's XML."""
    root = ElementTree.fromstring(answer.content)
    assert root.tag == "Error"
    return {element.tag: element.text or "" for element in root}


@pytest.fixture(scope="session")
def tencent() -> Iterator[TencentClients]:
    with connection.temporary() as cloud:
        yield TencentClients(cloud)


@pytest.fixture
def bucket(tencent: TencentClients) -> CosBucket:
    return tencent.bucket()


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identity]:
    services = [TagService, CamService, StsService, SslService, CosService, ClsService]
    with served(tmp_path_factory.mktemp("identity") / "home", services) as cloud:
        yield Identity(cloud)
