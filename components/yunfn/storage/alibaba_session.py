"""Who speaks to Alibaba Cloud, and for which region: from the environment, as the official clients read it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest

from yunfn.exceptions import CloudAnswerError
from yunfn.storage.aliyun_refusals import refusal
from yunfn.storage.environment import first_set, left_over

# The names that alicloud's provider and the official SDKs read, newest first.
_KEY = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY")
_SECRET = ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALICLOUD_ACCESS_KEY_SECRET", "ALICLOUD_SECRET_KEY")
_TOKEN = ("ALIBABA_CLOUD_SECURITY_TOKEN", "ALICLOUD_SECURITY_TOKEN")
_REGION = ("ALIBABA_CLOUD_REGION", "ALICLOUD_REGION")
# What every API answers to a token that is not the key's, no token at all, or past its end (POP, common error codes).
_TOKEN_REFUSED = "InvalidSecurityToken"  # noqa: S105


@dataclass(frozen=True, slots=True)
class AlibabaSession:
    """A key pair (temporary with ``token``), the region to work in and the account the key belongs to."""

    access_key_id: str
    access_key_secret: str
    token: str
    region: str
    account: str

    def __repr__(self) -> str:
        return f"AlibabaSession(account={self.account!r}, region={self.region!r})"


def from_environment(region: str | None = None, environment: Mapping[str, str] | None = None) -> AlibabaSession:
    """The session of the environment's key; asks STS which account it belongs to.

    Raises:
        CloudAnswerError: the environment has no key or region, or STS does not accept the key.
    """
    variables = os.environ if environment is None else environment
    key, secret, token = (first_set(variables, names) for names in (_KEY, _SECRET, _TOKEN))
    place = region or first_set(variables, _REGION)
    if not key or not secret:
        raise CloudAnswerError(f"no access key in the environment: set {_KEY[0]} and {_SECRET[0]}")
    if not place:
        raise CloudAnswerError(f"no region: pass --region or set {_REGION[0]}")
    try:
        return AlibabaSession(key, secret, token, place, _account(key, secret, token, place))
    except CloudAnswerError as error:
        if not error.code.startswith(_TOKEN_REFUSED):
            raise
        came = next((name for name in _TOKEN if variables.get(name)), _TOKEN[0])
        raise CloudAnswerError(f"{error}{left_over(came)}", code=error.code, status=error.status) from None


def _account(key: str, secret: str, token: str, region: str) -> str:
    credential = StsTokenCredential(key, secret, token) if token else AccessKeyCredential(key, secret)
    request = GetCallerIdentityRequest()
    request.set_protocol_type("https")
    request.set_endpoint(f"sts.{region}.aliyuncs.com")
    try:
        # This SDK carries a CA list of its own and reads no CA variable.
        client = AcsClient(region_id=region, credential=credential, verify=os.environ.get("SSL_CERT_FILE"))
        # It holds itself, so its connection would stay until garbage is collected.
        with closing(client.session):
            answer = client.do_action_with_exception(request)
    except (ServerException, ClientException) as error:
        raise refusal("STS GetCallerIdentity", error) from None
    return str(json.loads(answer)["AccountId"])
