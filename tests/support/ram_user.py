"""RAM users of a local cloud's account with the rights that a test gives them."""

from __future__ import annotations

import itertools
import json
import os
from dataclasses import replace

from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from yunfn.storage.alibaba_session import AlibabaSession

_NUMBERS = itertools.count()


def user(session: AlibabaSession, bucket: str, actions: list[str]) -> AlibabaSession:
    """A new RAM user of the account that may do so much in one bucket."""
    owner = AcsClient(session.access_key_id, session.access_key_secret, session.region)
    owner.verify = os.environ["SSL_CERT_FILE"]

    def ask(action: str, **parameters: str) -> dict[str, dict[str, str]]:
        request = CommonRequest(domain="ram.aliyuncs.com", version="2015-05-01", action_name=action)
        request.set_protocol_type("https")
        for name, value in parameters.items():
            request.add_query_param(name, value)
        answer: dict[str, dict[str, str]] = json.loads(owner.do_action_with_exception(request))
        return answer

    name = f"uploader-{next(_NUMBERS)}"
    resources = [f"acs:oss:*:*:{bucket}", f"acs:oss:*:*:{bucket}/*"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    ask("CreateUser", UserName=name)
    ask("CreatePolicy", PolicyName=name, PolicyDocument=json.dumps({"Version": "1", "Statement": [statement]}))
    ask("AttachPolicyToUser", UserName=name, PolicyName=name, PolicyType="Custom")
    key = ask("CreateAccessKey", UserName=name)["AccessKey"]
    return replace(session, access_key_id=key["AccessKeyId"], access_key_secret=key["AccessKeySecret"])
