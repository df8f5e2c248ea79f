"""A client for RPC style services that signs by hand and tells status and body of every answer."""

from __future__ import annotations

from typing import Any

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from unit.localcloud.alibaba.signatures.signing import rpc_parameters
from yunfn.localcloud.keys import AccessKey


class RpcClient:
    """Asks one service of a served cloud with one key."""

    def __init__(self, cloud: ServedCloud, host: str, version: str, key: AccessKey | None = None) -> None:
        self._cloud, self._host, self._version = cloud, host, version
        self._key = key or cloud.root
        self._session = cloud.session()

    def ask(self, action: str, **parameters: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON body of a call; the parameters go into the query."""
        signed = rpc_parameters(self._key, Action=action, Version=self._version, **parameters)
        answer = self._session.post(f"https://{self._host}/", params=signed)
        return answer.status_code, answer.json()

    def do(self, action: str, **parameters: str) -> dict[str, Any]:
        """The body of a call that must succeed."""
        status, body = self.ask(action, **parameters)
        assert status == 200, body
        return body

    def refused(self, status: int, code: str, action: str, **parameters: str) -> str:
        """The message of a call that must be refused with this status and code."""
        answered, body = self.ask(action, **parameters)
        assert (answered, body.get("Code")) == (status, code), body
        return str(body["Message"])

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def ram(cloud: ServedCloud, key: AccessKey | None = None) -> RpcClient:
    """A client of RAM."""
    return RpcClient(cloud, "ram.aliyuncs.com", "2015-05-01", key)


def sts(cloud: ServedCloud, key: AccessKey | None = None) -> RpcClient:
    """A client of STS."""
    return RpcClient(cloud, "sts.aliyuncs.com", "2015-04-01", key)


def user_key(cloud: ServedCloud, name: str, *policies: str) -> AccessKey:
    """A new RAM user's key; ``policies`` are system policies or JSON documents of its own."""
    client = ram(cloud)
    client.do("CreateUser", UserName=name)
    for number, policy in enumerate(policies):
        attached = {"PolicyName": policy, "PolicyType": "System"}
        if policy.startswith("{"):
            attached = {"PolicyName": f"{name}-{number}", "PolicyType": "Custom"}
            client.do("CreatePolicy", PolicyName=attached["PolicyName"], PolicyDocument=policy)
        client.do("AttachPolicyToUser", UserName=name, **attached)
    made = client.do("CreateAccessKey", UserName=name)["AccessKey"]
    client.close()
    return cloud.run(lambda one: one.keys.find(made["AccessKeyId"]))
