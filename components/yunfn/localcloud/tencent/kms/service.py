"""KMS as a service of the local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from yunfn.localcloud.tencent.api import ApiService, Operation, api_hosts
from yunfn.localcloud.tencent.kms.keyring import KmsKeys
from yunfn.localcloud.tencent.kms.responses.encryption import EncryptionCalls
from yunfn.localcloud.tencent.kms.responses.keys import KeyCalls
from yunfn.localcloud.tencent.kms.responses.service_status import ServiceCalls
from yunfn.localcloud.tencent.kms.responses.states import StateCalls

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class KmsService(ApiService):
    """Answers KMS's calls; neither plaintext nor key material is in what it raises or notes."""

    name = "kms"
    product = "kms"
    versions = ("2019-01-18",)
    hosts = api_hosts("kms")
    operations = (
        "ArchiveKey",
        "CancelKeyArchive",
        "CancelKeyDeletion",
        "CreateKey",
        "Decrypt",
        "DescribeKey",
        "DescribeKeys",
        "DisableKey",
        "DisableKeyRotation",
        "DisableKeys",
        "EnableKey",
        "EnableKeyRotation",
        "EnableKeys",
        "Encrypt",
        "GenerateDataKey",
        "GetKeyRotationStatus",
        "GetRegions",
        "GetServiceStatus",
        "ListKeyDetail",
        "ListKeys",
        "ReEncrypt",
        "ScheduleKeyDeletion",
        "UpdateAlias",
        "UpdateKeyDescription",
    )

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self.keys = KmsKeys(cloud)
        calls = (KeyCalls, StateCalls, EncryptionCalls, ServiceCalls)
        self._routes = {name: operation for each in calls for name, operation in each(self.keys).routes().items()}

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return self._routes
