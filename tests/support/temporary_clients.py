"""The clouds' official clients with temporary credentials, in an environment that leads to a local cloud."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import oss2
from alibabacloud_fc20230330.client import Client as FunctionsClient
from alibabacloud_fc20230330.models import ListFunctionsRequest
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions
from aliyun.log import LogClient
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from qcloud_cos import CosConfig, CosS3Client
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

REGION = "cn-shanghai"
TENCENT_REGION = "ap-shanghai"


class AlibabaClients:
    """Clients with the key in ``variables``, as ``yunfn sts assume`` exports it."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._bundle = variables["SSL_CERT_FILE"]
        self._account = variables["ALIBABA_CLOUD_ACCOUNT_ID"]
        self.id = variables["ALIBABA_CLOUD_ACCESS_KEY_ID"]
        self.secret = variables["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
        self.token = variables.get("ALIBABA_CLOUD_SECURITY_TOKEN", "")

    def bucket(self, name: str) -> oss2.Bucket:
        """oss2."""
        auth = oss2.StsAuth(self.id, self.secret, self.token) if self.token else oss2.Auth(self.id, self.secret)
        return oss2.Bucket(auth, f"https://oss-{REGION}.aliyuncs.com", name)

    def log(self) -> LogClient:
        """aliyun-log-python-sdk."""
        return LogClient(f"https://{REGION}.log.aliyuncs.com", self.id, self.secret, securityToken=self.token)

    def functions(self) -> list[str]:
        """Names of functions, by alibabacloud-fc20230330."""
        client = FunctionsClient(
            Config(
                access_key_id=self.id,
                access_key_secret=self.secret,
                security_token=self.token or None,
                region_id=REGION,
                endpoint=f"{self._account}.{REGION}.fc.aliyuncs.com",
                protocol="https",
            )
        )
        # This SDK takes certifi's list unless told otherwise.
        answer = client.list_functions_with_options(ListFunctionsRequest(), {}, RuntimeOptions(ca=self._bundle))
        return [each.function_name for each in answer.body.functions]

    def ask(self, host: str, version: str, action: str, **parameters: str) -> dict[str, Any]:
        """Any RPC service, by aliyun-python-sdk-core."""
        request = CommonRequest(domain=host, version=version, action_name=action)
        request.set_protocol_type("https")
        request.set_method("POST")
        for name, value in parameters.items():
            request.add_query_param(name, value)
        token = StsTokenCredential(self.id, self.secret, self.token)
        credential = token if self.token else AccessKeyCredential(self.id, self.secret)
        client = AcsClient(region_id=REGION, credential=credential, verify=self._bundle, auto_retry=False)
        answer: dict[str, Any] = json.loads(client.do_action_with_exception(request))
        return answer

    def ram(self, action: str, **parameters: str) -> dict[str, Any]:
        """RAM."""
        return self.ask("ram.aliyuncs.com", "2015-05-01", action, **parameters)

    def user(self, name: str, *policies: str) -> dict[str, str]:
        """A new user with system policies; its key as variables."""
        self.ram("CreateUser", UserName=name)
        for policy in policies:
            self.ram("AttachPolicyToUser", UserName=name, PolicyType="System", PolicyName=policy)
        made = self.ram("CreateAccessKey", UserName=name)["AccessKey"]
        return {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": made["AccessKeyId"],
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": made["AccessKeySecret"],
        }

    def role(self, name: str, account: str, *policies: str) -> str:
        """The ARN of a new role that the account's users may take, with system policies."""
        named = {"RAM": [f"acs:ram::{account}:root"]}
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": named}
        trust = json.dumps({"Version": "1", "Statement": [statement]})
        arn: str = self.ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        for policy in policies:
            self.ram("AttachPolicyToRole", RoleName=name, PolicyType="System", PolicyName=policy)
        return arn


class TencentClients:
    """Clients with the key in ``variables``, as ``yunfn sts assume`` exports it."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._bundle = variables["SSL_CERT_FILE"]
        self.id, self.secret = variables["TENCENTCLOUD_SECRET_ID"], variables["TENCENTCLOUD_SECRET_KEY"]
        self.token = variables.get("TENCENTCLOUD_SECURITY_TOKEN") or None

    def cos(self) -> CosS3Client:
        """cos-python-sdk-v5."""
        config = CosConfig(Region=TENCENT_REGION, SecretId=self.id, SecretKey=self.secret, Token=self.token)
        return CosS3Client(config, retry=0)

    def ask(self, product: str, version: str, action: str, **parameters: Any) -> dict[str, Any]:
        """API 3.0, by tencentcloud-sdk-python."""
        http = HttpProfile(certification=self._bundle, reqTimeout=30)
        credential = Credential(self.id, self.secret, self.token)
        client = CommonClient(product, version, credential, TENCENT_REGION, ClientProfile(httpProfile=http))
        answer: dict[str, Any] = client.call_json(action, parameters)["Response"]
        return answer

    def cam(self, action: str, **parameters: Any) -> dict[str, Any]:
        """CAM."""
        return self.ask("cam", "2019-01-16", action, **parameters)

    def role(self, name: str, uin: str, *policies: str, **settings: Any) -> str:
        """The ARN of a new role that the account's users may take, with preset policies."""
        named = {"qcs": [f"qcs::cam::uin/{uin}:root"]}
        statement = {"effect": "allow", "action": "name/sts:AssumeRole", "principal": named}
        trust = json.dumps({"version": "2.0", "statement": [statement]})
        self.cam("CreateRole", RoleName=name, PolicyDocument=trust, **settings)
        for policy in policies:
            self.cam("AttachRolePolicy", AttachRoleName=name, PolicyName=policy)
        return f"qcs::cam::uin/{uin}:roleName/{name}"
