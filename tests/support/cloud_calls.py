"""Calls of other services by their official clients, as the account's owner, through the local cloud's proxy."""

from __future__ import annotations

import json
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any
from unittest import mock

import oss2
from aliyun.log import LogClient
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import AcsRequest, CommonRequest

from support.clients import REGION
from support.local_account import LocalAccount


@contextmanager
def inside(account: LocalAccount) -> Iterator[None]:
    """Within the block this process has the environment of a command in the cloud, for clients that read it."""
    with mock.patch.dict(os.environ, account.variables):
        yield


def oss_bucket(account: LocalAccount, name: str) -> oss2.Bucket:
    """The bucket, by oss2."""
    key = account.cloud.home.owner_key
    session = oss2.Session()
    session.session.verify = str(account.cloud.home.certificates / "ca.pem")
    session.session.trust_env = False
    proxy = f"http://127.0.0.1:{account.cloud.proxy_port}"
    return oss2.Bucket(
        oss2.AuthV4(key.id, key.secret),
        f"https://oss-{REGION}.aliyuncs.com",
        name,
        region=REGION,
        session=session,
        proxies={"http": proxy, "https": proxy},
    )


def ram(account: LocalAccount, action: str, **parameters: str) -> dict[str, Any]:
    """One call of RAM, such as ``ram(account, "GetRole", RoleName="r")``; its answer."""
    request = CommonRequest(domain="ram.aliyuncs.com", version="2015-05-01", action_name=action)
    request.set_method("POST")
    return asked(account, request, parameters)


def asked(account: LocalAccount, request: AcsRequest, parameters: Mapping[str, str]) -> dict[str, Any]:
    """What the answer to a request of the Alibaba SDK is; raises the SDK's exception on a refusal."""
    key = account.cloud.home.owner_key
    request.set_protocol_type("https")
    for name, value in parameters.items():
        request.add_query_param(name, value)
    with inside(account), warnings.catch_warnings():
        # The urllib3 that this SDK carries asks for ssl.PROTOCOL_TLS.
        warnings.simplefilter("ignore", DeprecationWarning)
        client = AcsClient(key.id, key.secret, REGION, verify=os.environ["SSL_CERT_FILE"])
        # It holds itself, so its connection would stay until garbage is collected.
        with closing(client.session):
            answer: dict[str, Any] = json.loads(client.do_action_with_exception(request))
    return answer


def log_lines(account: LocalAccount, project: str, logstore: str, query: str = "*") -> list[str]:
    """The messages in a logstore, oldest first, by the log service's own client."""
    key = account.cloud.home.owner_key
    with inside(account):
        client = LogClient(f"{REGION}.log.aliyuncs.com", key.id, key.secret)
        # The cloud's clock may have been moved far.
        now = int(time.time())
        answer = client.get_log(project, logstore, now - 86400, now + 30 * 86400, query=query, size=100)
        return [log.get_contents().get("message", "").rstrip("\n") for log in answer.get_logs()]


def wait_for(what: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Ask until the answer is truthy and hand it back; the last answer fails the test after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s; the last answer was {found!r}"
        time.sleep(0.1)
    return found
