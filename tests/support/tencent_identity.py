"""A local cloud with CAM, STS, Tag, SSL, COS, CLS or KMS, and the official clients of all of them."""

from __future__ import annotations

import itertools
import json
from typing import Any

from qcloud_cos import CosConfig, CosS3Client
from tencentcloud.cam.v20190116 import models as cam_models
from tencentcloud.cam.v20190116.cam_client import CamClient
from tencentcloud.cls.v20201016 import models as cls_models
from tencentcloud.cls.v20201016.cls_client import ClsClient
from tencentcloud.kms.v20190118 import models as kms_models
from tencentcloud.kms.v20190118.kms_client import KmsClient
from tencentcloud.ssl.v20191205 import models as ssl_models
from tencentcloud.ssl.v20191205.ssl_client import SslClient
from tencentcloud.sts.v20180813 import models as sts_models
from tencentcloud.sts.v20180813.sts_client import StsClient
from tencentcloud.tag.v20180813 import models as tag_models
from tencentcloud.tag.v20180813.tag_client import TagClient

from support.tencent_sdk import asked, refused, sdk_client
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from yunfn.localcloud.keys import TENCENT, AccessKey, Principal

REGION = "ap-guangzhou"
_PRODUCTS = {
    "cam": (CamClient, cam_models),
    "sts": (StsClient, sts_models),
    "tag": (TagClient, tag_models),
    "ssl": (SslClient, ssl_models),
    "cls": (ClsClient, cls_models),
    "kms": (KmsClient, kms_models),
}


def policy(*actions: str, resource: str | list[str] = "*", **more: object) -> str:
    """A policy that allows ``actions``, or what ``more`` says (``effect``, ``condition``)."""
    statement = {"effect": "allow", "action": list(actions), "resource": resource, **more}
    return json.dumps({"version": "2.0", "statement": [statement]})


def trust(**principal: str) -> str:
    """A trust policy: ``trust(service="scf.qcloud.com")``, ``trust(qcs="qcs::cam::uin/…:root")``."""
    named = {kind: [name] for kind, name in principal.items()}
    statement = {"effect": "allow", "action": "name/sts:AssumeRole", "principal": named}
    return json.dumps({"version": "2.0", "statement": [statement]})


class Identity:
    """The clients of one cloud: ``ask("cam", "CreateRole", RoleName=…)``, as the owner unless another key is given."""

    def __init__(self, cloud: ServedCloud) -> None:
        self.cloud = cloud
        self.account = cloud.home.tencent
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._names = itertools.count(1)

    @property
    def uin(self) -> str:
        return self.account.uin

    def name(self) -> str:
        """A name that nothing has."""
        return f"thing-{next(self._names):04}"

    def ask(self, product: str, action: str, key: AccessKey | None = None, **parameters: Any) -> Any:
        kind, models = _PRODUCTS[product]
        at = (product, key.id, key.token) if key else (product, "", "")
        if at not in self._clients:
            self._clients[at] = sdk_client(kind, self.cloud.home, self.cloud.port, REGION, key)
        return asked(self._clients[at], models, action, **parameters)

    def refused(self, code: str, product: str, action: str, key: AccessKey | None = None, **parameters: Any) -> str:
        return refused(code, self.ask, product, action, key, **parameters)

    def user(self, *documents: str) -> AccessKey:
        """The key of a new sub-user with these policies."""
        made = self.ask("cam", "AddUser", Name=self.name(), UseApi=1)
        for document in documents:
            self.ask("cam", "AttachUserPolicy", AttachUin=made.Uin, PolicyId=self.policy(document))
        return AccessKey(made.SecretId, made.SecretKey, Principal(self.uin, "user", str(made.Uin), cloud=TENCENT))

    def role(self, document: str, *policies: str, **settings: Any) -> str:
        """The name of a new role that trusts as ``document`` says."""
        name = self.name()
        self.ask("cam", "CreateRole", RoleName=name, PolicyDocument=document, **settings)
        for each in policies:
            self.ask("cam", "AttachRolePolicy", AttachRoleName=name, PolicyId=self.policy(each))
        return name

    def policy(self, document: str) -> int:
        """The number of a new policy."""
        return int(self.ask("cam", "CreatePolicy", PolicyName=self.name(), PolicyDocument=document).PolicyId)

    def assume(self, role: str, key: AccessKey | None = None, **more: Any) -> AccessKey:
        """A session's key of a role."""
        arn = f"qcs::cam::uin/{self.uin}:roleName/{role}"
        answer = self.ask("sts", "AssumeRole", key, RoleArn=arn, RoleSessionName="session", **more)
        return self.temporary(answer)

    def temporary(self, answer: Any) -> AccessKey:
        """The key that an answer of STS holds."""
        given = answer.Credentials
        nobody = Principal(self.uin, "", cloud=TENCENT)
        return AccessKey(given.TmpSecretId, given.TmpSecretKey, nobody, given.Token, answer.ExpiredTime)

    def cos(self, key: AccessKey | None = None) -> CosS3Client:
        key = key or self.account.owner_key
        config = CosConfig(Region=REGION, SecretId=key.id, SecretKey=key.secret, Token=key.token or None)
        return CosS3Client(config, retry=0, session=self.cloud.session())

    def bucket(self, name: str, *keys: str) -> str:
        """The full name of a new bucket of the owner's, with an object of one byte under each of ``keys``."""
        full = f"{name}-{self.account.app_id}"
        owner = self.cos()
        owner.create_bucket(Bucket=full)
        for key in keys:
            owner.put_object(Bucket=full, Key=key, Body=b"x")
        return full
