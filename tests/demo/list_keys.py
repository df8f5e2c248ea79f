"""The keys in the account's KMS of both clouds, by the official clients: prints their ids as JSON."""

from __future__ import annotations

import json
import os
import sys

from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import RpcRequest

from yunfn.storage import tencent_session
from yunfn.storage.tencent_client import TencentClient

region = sys.argv[1]
key = (os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"], os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"])
request = RpcRequest("Kms", "2016-01-20", "ListKeys")
request.set_protocol_type("https")
request.set_endpoint(f"kms.{region}.aliyuncs.com")
client = AcsClient(*key, region, verify=os.environ.get("SSL_CERT_FILE"))
alibaba = json.loads(client.do_action_with_exception(request))["Keys"]["Key"]
tencent = TencentClient(tencent_session.from_environment(), "kms").ask("ListKeys", {})["Keys"] or []
print(json.dumps([each["KeyId"] for each in (*alibaba, *tencent)]))
