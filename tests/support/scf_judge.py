"""What is there in SCF, by the official SDK past the plugin; and changes by another hand."""

from __future__ import annotations

import hashlib
import os
import time
from typing import Any
from unittest import mock

from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.scf.v20180416 import models
from tencentcloud.scf.v20180416.scf_client import ScfClient

from support.cos_bucket import CosBucket, session_of
from support.local_account import LocalAccount
from support.scf_plugin import zipped
from support.tencent_sdk import asked, sdk_client
from yunfn.localcloud.environment import DEFAULT_TENCENT_REGION as REGION
from yunfn.storage.cos_client import open_client

#: Seconds that anything under way may last.
_PATIENCE = 60.0


class ScfJudge:
    """One account's SCF, and a bucket of packages in its COS."""

    def __init__(self, account: LocalAccount, bucket: str) -> None:
        self.account = account
        home = account.cloud.home
        self.app_id = home.tencent.app_id
        self._client = sdk_client(ScfClient, home, account.cloud.proxy_port, REGION)
        with mock.patch.dict(os.environ, account.variables):
            self.bucket = CosBucket(open_client(session_of(account.cloud)), f"{bucket}-{self.app_id}")
            self.bucket.call("create_bucket", ACL="private")

    def ask(self, action: str, **parameters: Any) -> Any:
        """What an operation answers; raises TencentCloudSDKException."""
        return asked(self._client, models, action, **parameters)

    def found(self, action: str, **parameters: Any) -> Any:
        """As ``ask``; None if it is said not to be there."""
        try:
            return self.ask(action, **parameters)
        except TencentCloudSDKException as error:
            if str(error.get_code()).startswith(("ResourceNotFound", "FailedOperation.Domain.UnExist")):
                return None
            raise

    def store(self, key: str, text: str) -> str:
        """Put a package at ``key`` whose module says ``text``; its SHA-256."""
        content = zipped({"index.py": f"def main_handler(event, context):\n    return {text!r}\n"})
        with mock.patch.dict(os.environ, self.account.variables):
            self.bucket.put(key, content)
        return hashlib.sha256(content).hexdigest()

    def store_again(self, key: str, other: str) -> None:
        """Put the package at ``key`` at another key too."""
        with mock.patch.dict(os.environ, self.account.variables):
            self.bucket.put(other, self.bucket.get(key))

    def transitions(self, seconds: float) -> None:
        """Let states such as Creating last so many seconds."""
        self.account.cloud.ask("PUT", "/transition", json={"seconds": seconds})

    def settle(self, function: str) -> None:
        """Wait until nothing of a function is under way."""
        until = time.monotonic() + _PATIENCE
        while self.ask("GetFunction", FunctionName=function).Status != "Active":
            assert time.monotonic() < until
            time.sleep(0.02)

    def delete(self, function: str) -> None:
        """Delete a function and wait until it is gone."""
        self.ask("DeleteFunction", FunctionName=function)
        until = time.monotonic() + _PATIENCE
        while function in self.functions():
            assert time.monotonic() < until
            time.sleep(0.02)

    def change(self, action: str, function: str, **parameters: Any) -> None:
        """A change of a function by another hand, seen through."""
        self.ask(action, FunctionName=function, **parameters)
        self.settle(function)

    def versions(self, function: str) -> list[str]:
        """The numbers of its published versions."""
        listed = self.ask("ListVersionByFunction", FunctionName=function).FunctionVersion
        return [each for each in listed if each != "$LATEST"]

    def layer(self, name: str) -> dict[int, str]:
        """The status of each version of a layer."""
        return {each.LayerVersion: each.Status for each in self.ask("ListLayerVersions", LayerName=name).LayerVersions}

    def aliases(self, function: str) -> dict[str, tuple[str, dict[str, float]]]:
        """The main version of each alias, and the weights of others."""
        return {
            each.Name: (
                each.FunctionVersion,
                {other.Version: other.Weight for other in each.RoutingConfig.AdditionalVersionWeights or ()}
                if each.RoutingConfig
                else {},
            )
            for each in self.ask("ListAliases", FunctionName=function).Aliases
        }

    def triggers(self, function: str) -> dict[str, Any]:
        """The triggers by ``type:name:qualifier``; none is there twice."""
        listed = self.ask("ListTriggers", FunctionName=function).Triggers
        found = {f"{each.Type}:{each.TriggerName}:{each.Qualifier}": each for each in listed}
        assert len(found) == len(listed)
        return found

    def domains(self) -> dict[str, list[tuple[str, str, str]]]:
        """Where each custom domain leads: function, qualifier and path."""
        listed = self.ask("ListCustomDomains", Limit=20, Offset=0).Domains
        return {
            each.Domain: [(to.FunctionName, to.Qualifier, to.PathMatch) for to in each.EndpointsConfig]
            for each in listed
        }

    def functions(self) -> list[str]:
        """The names of all functions, one as often as it is there."""
        return sorted(each.FunctionName for each in self.ask("ListFunctions", Limit=100).Functions)
