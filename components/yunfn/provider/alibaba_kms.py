"""KMS of Alibaba Cloud (API 2016-01-20) by the official SDK: what the plugin needs of it, blocking."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import RpcRequest

from yunfn.exceptions import CloudAnswerError
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.aliyun_refusals import refusal

# Seconds to connect, and for one answer.
_CONNECT, _READ = 10, 30
# What passes by itself (KMS API documentation, "error codes").
_PASSING = ("Throttling", "Rejected.Throttling", "InternalFailure", "InternalError", "ServiceUnavailable")


class AlibabaKms:
    """See Kms in ``yunfn.provider.kms``."""

    def __init__(self, session: AlibabaSession) -> None:
        self.account = session.account
        self._region = session.region
        pair = (session.access_key_id, session.access_key_secret)
        self._client = AcsClient(
            region_id=session.region,
            credential=StsTokenCredential(*pair, session.token) if session.token else AccessKeyCredential(*pair),
            # Its own retries know no cancelling.
            auto_retry=False,
            # This SDK carries a CA list of its own and reads no CA variable.
            verify=os.environ.get("SSL_CERT_FILE"),
            connect_timeout=_CONNECT,
            timeout=_READ,
        )

    def encrypt(self, parameters: Mapping[str, str]) -> str:
        """See Kms. All parameters go in the body: what stands in a URL is written down on its way."""
        request = RpcRequest("Kms", "2016-01-20", "Encrypt")
        request.set_method("POST")
        request.set_protocol_type("https")
        request.set_endpoint(f"kms.{self._region}.aliyuncs.com")
        for name, value in parameters.items():
            request.add_body_params(name, value)
        try:
            answer: dict[str, Any] = json.loads(self._client.do_action_with_exception(request))
        except (ServerException, ClientException) as error:
            raise refusal("KMS Encrypt", error) from None
        except ValueError:
            raise CloudAnswerError("KMS Encrypt: the answer is not JSON (request -)") from None
        return str(answer["CiphertextBlob"])

    def passes(self, error: CloudAnswerError) -> bool:
        """See Kms."""
        return error.code.startswith(_PASSING) or error.status in (0, 429) or error.status >= 500
