"""A cloud with RAM and KMS, and its KMS by the official client."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.alibaba.kms import KmsService
from yunfn.localcloud.alibaba.location import LocationService
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.keys import AccessKey

REGION = "cn-shanghai"
SDK = "aliyunsdkkms.request.v20160120"


class Kms:
    """aliyun-python-sdk-kms: ``ask("Encrypt", KeyId=…)``, as the account's owner unless another key is given."""

    def __init__(self, cloud: ServedCloud, key: AccessKey | None = None, region: str = REGION) -> None:
        self.cloud = cloud
        key = key or cloud.root
        self._client = AcsClient(key.id, key.secret, region, verify=cloud.bundle, auto_retry=False)

    def ask(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The answer of an operation."""
        request = getattr(importlib.import_module(f"{SDK}.{operation}Request"), f"{operation}Request")()
        request.set_protocol_type("https")
        for name, value in parameters.items():
            getattr(request, f"set_{name}")(value)
        found: dict[str, Any] = json.loads(self._client.do_action_with_exception(request))
        assert found.pop("RequestId")
        return found

    def refused(self, status: int, code: str, operation: str, **parameters: Any) -> str:
        """The message of a refusal that must have this status and code."""
        with pytest.raises(ServerException) as caught:
            self.ask(operation, **parameters)
        assert (caught.value.get_http_status(), caught.value.get_error_code()) == (status, code), caught.value
        return str(caught.value.get_error_msg())

    def key(self, **parameters: Any) -> str:
        """The id of a new key."""
        return str(self.ask("CreateKey", **parameters)["KeyMetadata"]["KeyId"])

    def described(self, key_id: str) -> dict[str, Any]:
        """DescribeKey's KeyMetadata."""
        found: dict[str, Any] = self.ask("DescribeKey", KeyId=key_id)["KeyMetadata"]
        return found

    def later(self, days: float) -> None:
        """Move the cloud's clock."""
        self.cloud.run(lambda one: one.clock.move(days * 86400))


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCloud]:
    folder = tmp_path_factory.mktemp("kms") / "home"
    with served(folder, [LocationService, RamService, KmsService]) as cloud:
        yield cloud


@pytest.fixture
def kms(cloud: ServedCloud, monkeypatch: pytest.MonkeyPatch) -> Kms:
    monkeypatch.setenv("HTTPS_PROXY", cloud.proxy)
    monkeypatch.setenv("HTTP_PROXY", cloud.proxy)
    return Kms(cloud)
