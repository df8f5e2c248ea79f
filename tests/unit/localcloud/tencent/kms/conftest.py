"""A cloud with CAM, STS, Tag and KMS, and their official clients; its clock is moved by the tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.tencent_identity import Identity
from unit.localcloud.alibaba.signatures.served_cloud import served
from yunfn.localcloud.tencent.cam import CamService
from yunfn.localcloud.tencent.kms import KmsService
from yunfn.localcloud.tencent.sts import StsService
from yunfn.localcloud.tencent.tag import TagService


class Kms:
    """tencentcloud-sdk-python-kms: ``ask("Encrypt", KeyId=…)``, as the account's owner unless a key is given."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity

    def ask(self, action: str, *key: Any, **parameters: Any) -> Any:
        return self.identity.ask("kms", action, *key, **parameters)

    def refused(self, code: str, action: str, *key: Any, **parameters: Any) -> str:
        return self.identity.refused(code, "kms", action, *key, **parameters)

    def key(self, **parameters: Any) -> str:
        """The id of a new key."""
        return str(self.ask("CreateKey", **{"Alias": self.identity.name(), **parameters}).KeyId)

    def described(self, key_id: str) -> Any:
        return self.ask("DescribeKey", KeyId=key_id).KeyMetadata

    def later(self, days: float) -> None:
        """Move the cloud's clock."""
        self.identity.cloud.run(lambda one: one.clock.move(days * 86400))


@pytest.fixture(scope="session")
def kms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kms]:
    folder = tmp_path_factory.mktemp("tencent-kms") / "home"
    with served(folder, [TagService, CamService, StsService, KmsService]) as cloud:
        yield Kms(Identity(cloud))
