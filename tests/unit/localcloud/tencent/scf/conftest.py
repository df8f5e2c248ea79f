"""A cloud with SCF, served once for all tests here, and its official client."""

from __future__ import annotations

import base64
import io
import itertools
import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from tencentcloud.cam.v20190116 import models as cam_models
from tencentcloud.cam.v20190116.cam_client import CamClient
from tencentcloud.scf.v20180416 import models
from tencentcloud.scf.v20180416.scf_client import ScfClient
from tencentcloud.sts.v20180813 import models as sts_models
from tencentcloud.sts.v20180813.sts_client import StsClient
from tencentcloud.tag.v20180813 import models as tag_models
from tencentcloud.tag.v20180813.tag_client import TagClient

from support.tencent_sdk import asked, refused, sdk_client
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.keys import AccessKey, Principal
from yunfn.localcloud.tencent.cam import CamService
from yunfn.localcloud.tencent.cls import ClsService
from yunfn.localcloud.tencent.cos import CosService
from yunfn.localcloud.tencent.scf import ScfService
from yunfn.localcloud.tencent.ssl import SslService
from yunfn.localcloud.tencent.sts import StsService
from yunfn.localcloud.tencent.tag import TagService

REGION = "ap-shanghai"
SERVICES = (TagService, CamService, StsService, SslService, CosService, ClsService, ScfService)
TRUST = {
    "version": "2.0",
    "statement": [{"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"service": ["scf.qcloud.com"]}}],
}


def make_zip(**files: str) -> bytes:
    """A zip of text files; ``__`` in a name stands for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in (files or {"index__py": "x = 1"}).items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", ".")), text)
    return buffer.getvalue()


def inline(**files: str) -> dict[str, str]:
    """Code sent inline."""
    return {"ZipFile": base64.b64encode(make_zip(**files)).decode()}


class Scf:
    """The official client in one region; ``call("GetFunction", FunctionName=…)``."""

    def __init__(self, cloud: ServedCloud, region: str = REGION, key: AccessKey | None = None) -> None:
        self.cloud = cloud
        self.region = region
        self._client = sdk_client(ScfClient, cloud.home, cloud.port, region, key)
        self._names = itertools.count()

    def call(self, action: str, **parameters: Any) -> Any:
        return asked(self._client, models, action, **parameters)

    def refused(self, code: str, action: str, **parameters: Any) -> str:
        return refused(code, self.call, action, **parameters)

    def name(self, kind: str = "f") -> str:
        """A name that nobody has."""
        return f"{kind}{next(self._names)}x"

    def function(self, name: str = "", **settings: Any) -> str:
        """A new function; its name."""
        name = name or self.name()
        wanted = {"Runtime": "Python3.6", "Handler": "index.main", "Code": inline(), **settings}
        self.call("CreateFunction", FunctionName=name, **wanted)
        return name

    def get(self, name: str, **parameters: Any) -> dict[str, Any]:
        """What GetFunction answers, in its wire names."""
        return document(self.call("GetFunction", FunctionName=name, **parameters))

    def publish(self, name: str, **parameters: Any) -> str:
        return str(self.call("PublishVersion", FunctionName=name, **parameters).FunctionVersion)

    def raw(self, action: str, **parameters: Any) -> dict[str, Any]:
        """The answer as JSON, which tells null from absent."""
        answer: dict[str, Any] = self._client.call_json(action, parameters)["Response"]
        return answer

    @contextmanager
    def transitions(self, seconds: float) -> Iterator[None]:
        """Let intermediate states that begin inside the block last so long."""
        self.cloud.run(lambda cloud: setattr(cloud, "transition_seconds", seconds))
        try:
            yield
        finally:
            self.cloud.run(lambda cloud: setattr(cloud, "transition_seconds", 0))

    def until(self, status: str, name: str, **parameters: Any) -> dict[str, Any]:
        """The function as soon as it is in a state; fails after some seconds."""
        end = time.monotonic() + 60
        while (found := self.get(name, **parameters))["Status"] != status:
            assert time.monotonic() < end, found["Status"]
            time.sleep(0.01)
        return found

    def bucket(self, name: str, region: str = "") -> None:
        """A COS bucket, named without its APPID."""
        self._put(name, "", b"", region or self.region)

    def put(self, bucket: str, key: str, data: bytes) -> None:
        """A COS object."""
        self._put(bucket, key, data, self.region)

    def role(self, name: str, document: Any = TRUST) -> None:
        cam = sdk_client(CamClient, self.cloud.home, self.cloud.port, "")
        asked(cam, cam_models, "CreateRole", RoleName=name, PolicyDocument=json.dumps(document))

    def tag(self, resource: str, **tags: str) -> None:
        """As the tencentcloud provider writes tags: the account left out of the name."""
        asked(
            sdk_client(TagClient, self.cloud.home, self.cloud.port, self.region), tag_models, "ModifyResourceTags",
            Resource=f"qcs::scf:{self.region}:uin/:{resource}",
            ReplaceTags=[{"TagKey": key, "TagValue": value} for key, value in tags.items()],
        )  # fmt: skip

    def user(self, policy: dict[str, Any]) -> Scf:
        """The client of somebody who may do what ``policy`` says and no more."""
        sts = sdk_client(StsClient, self.cloud.home, self.cloud.port, self.region)
        made = asked(sts, sts_models, "GetFederationToken", Name="u", Policy=quote(json.dumps(policy))).Credentials
        principal = Principal(self.cloud.home.tencent.uin, "assumed-role", cloud="tencent")
        return Scf(self.cloud, self.region, AccessKey(made.TmpSecretId, made.TmpSecretKey, principal, made.Token))

    def blobs(self) -> int:
        """How many blobs there are."""
        return sum(path.is_file() for path in self.cloud.home.blobs.rglob("*"))

    def _put(self, bucket: str, key: str, data: bytes, region: str) -> None:
        from qcloud_cos import CosConfig, CosS3Client

        owner = self.cloud.home.tencent
        config = CosConfig(Region=region, SecretId=owner.owner_key.id, SecretKey=owner.owner_key.secret)
        client = CosS3Client(config, retry=0, session=self.cloud.session())
        name = f"{bucket}-{owner.app_id}"
        if key:
            client.put_object(name, data, key)
        else:
            client.create_bucket(name)


def document(answer: Any) -> dict[str, Any]:
    """An SDK's answer in the API's names."""
    found: dict[str, Any] = json.loads(answer.to_json_string())
    return found


@pytest.fixture(scope="session")
def scf_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCloud]:
    with served(tmp_path_factory.mktemp("scf") / "home", SERVICES) as cloud:
        cloud.run(lambda running: setattr(running, "transition_seconds", 0))
        yield cloud


@pytest.fixture(scope="session")
def scf(scf_cloud: ServedCloud) -> Scf:
    return Scf(scf_cloud)
