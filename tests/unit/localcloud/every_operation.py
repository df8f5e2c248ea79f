"""Every operation of every service of the local cloud as a request, made of what the services themselves say of it.

Who asks is set here, not proven by a signature: those have tests of their own.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote, urlencode

import httpx

from support.tablestore_messages import request_of
from yunfn.localcloud.alibaba.cms import CmsService
from yunfn.localcloud.alibaba.fc import urls as fc_urls
from yunfn.localcloud.alibaba.kms import KmsService
from yunfn.localcloud.alibaba.log import urls as log_urls
from yunfn.localcloud.alibaba.oss import urls as oss_urls
from yunfn.localcloud.alibaba.pop import RpcService
from yunfn.localcloud.alibaba.tablestore.responses import OPERATIONS as TABLESTORE_OPERATIONS
from yunfn.localcloud.alibaba.tablestore.responses import instances
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.coverage import table
from yunfn.localcloud.home import Home
from yunfn.localcloud.keys import TENCENT, Principal
from yunfn.localcloud.registry import SERVICES
from yunfn.localcloud.service import Service
from yunfn.localcloud.tencent.api import ApiService
from yunfn.localcloud.tencent.cos import urls as cos_urls
from yunfn.localcloud.tencent.scf import ScfService
from yunfn.localcloud.tencent.scf import urls as scf_urls

REGION, TENCENT_REGION = "cn-shanghai", "ap-shanghai"
_TRUST = '{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["x"]}}]}'
_CAM_TRUST = '{"version":"2.0","statement":[{"action":"*","effect":"allow","principal":{"service":"scf.qcloud.com"}}]}'
_POLICY = '{"Version":"1","Statement":[{"Action":"oss:GetObject","Effect":"Allow","Resource":"*"}]}'
_CAM_POLICY = '{"version":"2.0","statement":[{"action":"cos:GetObject","effect":"allow","resource":"*"}]}'
#: Operations that are asked for by no request to an address of the API, with where they are tested instead.
ELSEWHERE = {
    ("alibaba fc", "InvokeHTTPTrigger"): "fc/dataplane/test_http_triggers.py: its host is the trigger's",
    ("alibaba oss", "PostObject"): "oss/test_post_object.py: the form names and proves its sender",
    ("alibaba oss", "OptionObject"): "oss/test_cors.py: a browser's question, which nobody signs",
}
_BODIES = {
    "DeleteMultipleObjects": b"<Delete><Object><Key>k</Key></Object></Delete>",
    "PutObjectTagging": b"<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>",
}
_FIELDS = {"function": "f", "alias": "a", "trigger": "t", "layer": "l", "version": "1", "domain": "d.example.com"}
_FIELDS |= {"arn": "acs:fc:x", "vpc": "v", "task": "k", "logstore": "store", "shard": "0", "mode": "lb"}


@dataclass
class Asked:
    """A request of an operation: ``query`` and ``body`` say what it is about."""

    service: str
    operation: str
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""


class World:
    """A cloud with something of each kind in it, and the requests of all operations."""

    def __init__(self, folder: Path) -> None:
        home = Home(folder)
        home.create()
        self.cloud = LocalCloud(home, SERVICES)
        self.who: Principal | None = None
        self.key: dict[str, str] = {}
        self.tencent_key: dict[str, str] = {}

    def asked(self) -> Iterator[Asked]:
        """A request for every operation there is but those of ``ELSEWHERE``."""
        for service in SERVICES:
            name = next(iter(table((service,))))
            found = {each.operation: each for each in self._of(service, name)}
            missing = {each for each in service.operations if (name, each) not in ELSEWHERE} - set(found)
            assert not missing, f"{name}: no request for {sorted(missing)}"
            yield from (each for each in found.values() if (name, each.operation) not in ELSEWHERE)

    async def furnish(self, client: httpx.AsyncClient) -> None:
        """Make what operations are about where they look for it before they ask for a right."""
        owner = Principal(self.cloud.account, "root")
        uin = self.cloud.tencent.uin
        tencent = Principal(uin, "root", cloud=TENCENT)
        await self._made(client, owner, self._ots_control("CreateInstance"))
        cos = f"https://bucket-{self.cloud.tencent.app_id}.cos.{TENCENT_REGION}.myqcloud.com/"
        await self._made(client, owner, Asked("", "", "PUT", f"https://bucket.oss-{REGION}.aliyuncs.com/"))
        await self._made(client, tencent, Asked("", "", "PUT", cos))
        role = {"RoleName": "r", "PolicyDocument": _CAM_TRUST}
        await self._made(client, tencent, self._api_call("cam", "2019-01-16", "CreateRole", role))
        for asks, who, keep in (
            (partial(self._rpc_call, KmsService.version, f"kms.{REGION}"), owner, self.key),
            (partial(self._api_call, "kms", "2019-01-18"), tencent, self.tencent_key),
        ):
            made = await self._made(client, who, asks("CreateKey", {"Alias": "first"}))
            keep["KeyId"] = str((made.get("KeyMetadata") or made)["KeyId"])
            told = {"KeyId": keep["KeyId"], "Plaintext": "AAAA"}
            keep["CiphertextBlob"] = str((await self._made(client, who, asks("Encrypt", told)))["CiphertextBlob"])

    async def _made(self, client: httpx.AsyncClient, who: Principal, asked: Asked) -> dict[str, Any]:
        answer = await self.send(client, asked, who)
        assert answer.status_code == 200, answer.text
        found = answer.json() if answer.content else {}
        found = found.get("Response", found)
        assert "Error" not in found, found
        return dict(found)

    async def send(self, client: httpx.AsyncClient, asked: Asked, who: Principal) -> httpx.Response:
        """Send a request as ``who``; the journal then tells of this one only."""
        self.cloud.journal.clear()
        self.who = who
        return await client.request(asked.method, asked.url, headers=asked.headers, content=asked.content)

    def last_line(self) -> dict[str, Any]:
        """The journal's last line."""
        *_, line = self.cloud.journal.lines()
        return line

    @contextlib.contextmanager
    def believed(self) -> Iterator[None]:
        """Within the block each request is ``who``'s."""

        async def verify(*_: object) -> Principal | None:
            return self.who

        here = "yunfn.localcloud"
        with contextlib.ExitStack() as patched:
            for place in ("pop.service.verify_rpc", "fc.service.verify_roa", "oss.service.verify_oss"):
                patched.enter_context(mock.patch(f"{here}.alibaba.{place}", verify))
            patched.enter_context(mock.patch(f"{here}.alibaba.log.service.verify_log", verify))
            patched.enter_context(mock.patch(f"{here}.alibaba.tablestore.service.verify_ots", verify))
            patched.enter_context(mock.patch(f"{here}.alibaba.tablestore.service.sign_answer", lambda *_: ""))
            patched.enter_context(mock.patch(f"{here}.alibaba.tablestore.control.verify_roa", verify))
            patched.enter_context(mock.patch(f"{here}.alibaba.oss.service.is_signed", lambda call: True))
            patched.enter_context(mock.patch(f"{here}.tencent.api.service.tc3.verify", verify))
            patched.enter_context(mock.patch(f"{here}.tencent.cos.service._sender", lambda call: self.who))
            yield

    def _of(self, service: type[Service], name: str) -> Iterator[Asked]:
        if issubclass(service, RpcService):
            yield from (self._rpc(service, name, each) for each in service.operations)
        elif issubclass(service, ApiService):
            yield from (self._api(service, name, each) for each in service.operations)
        else:
            ways = {
                "alibaba oss": self._oss,
                "tencent cos": self._cos,
                "alibaba log": self._log,
                "alibaba ots": self._ots,
            }
            yield from ways.get(name, self._fc)()

    def _rpc(self, service: type[RpcService], name: str, operation: str) -> Asked:
        host = {"ram": "ram", "sts": "sts", "bss": "business", "kms": f"kms.{REGION}", "location": "location"}
        host["cms"] = f"metrics.{REGION}"
        about = self._of_kms() if service is KmsService else self._alibaba()
        if service is CmsService:
            about = {"Namespace": "acs_fc", "MetricName": "FunctionTotalInvocations"}
        call = self._rpc_call(service.version, host[service.name], operation, about)
        return Asked(name, operation, "POST", call.url)

    @staticmethod
    def _rpc_call(version: str, host: str, operation: str, about: Mapping[str, str]) -> Asked:
        told = {"Action": operation, "Version": version, "Format": "JSON", **about}
        return Asked("", operation, "POST", f"https://{host}.aliyuncs.com/?{urlencode(told)}")

    @staticmethod
    def _api_call(product: str, version: str, operation: str, about: Mapping[str, Any]) -> Asked:
        headers = {"x-tc-action": operation, "x-tc-version": version, "x-tc-region": TENCENT_REGION}
        url = f"https://{product}.tencentcloudapi.com/"
        return Asked("", operation, "POST", url, headers, json.dumps(about).encode())

    def _of_kms(self) -> dict[str, str]:
        arn = f"acs:kms:{REGION}:{self.cloud.account}:key/{self.key['KeyId']}"
        return {
            **self.key, "Plaintext": "AAAA", "AliasName": "alias/new", "DestinationKeyId": self.key["KeyId"],
            "KeyVersionId": "v", "PendingWindowInDays": "7", "Description": "d", "EnableAutomaticRotation": "false",
            "ProtectedResourceArn": arn, "EnableDeletionProtection": "true", "ResourceType": "key",
            "ResourceId.1": self.key["KeyId"], "Tags": '[{"TagKey":"k","TagValue":"v"}]', "TagKeys": '["k"]',
            "Tag.1.Key": "k", "Tag.1.Value": "v", "TagKey.1": "k",
        }  # fmt: skip

    def _alibaba(self) -> dict[str, str]:
        return {
            "UserName": "u", "RoleName": "r", "PolicyName": "p", "PolicyType": "Custom", "VersionId": "v1",
            "PolicyDocument": _POLICY, "AssumeRolePolicyDocument": _TRUST, "UserAccessKeyId": "LTAI",
            "Status": "Inactive",
            "RoleArn": f"acs:ram::{self.cloud.account}:role/r", "RoleSessionName": "session", "ResourceType": "role",
            "ResourceName.1": "r", "ResourceNames.1": "r", "Tag.1.Key": "k", "Tag.1.Value": "v", "TagKey.1": "k",
            "NewDescription": "new", "NewUserName": "u2",
        }  # fmt: skip

    def _api(self, service: type[ApiService], name: str, operation: str) -> Asked:
        about = dict(self._tencent(name))
        about |= {("tencent cam", "DeletePolicy"): {"PolicyId": [1]}}.get((name, operation), {})
        if service is ScfService:
            known = next(route.parameters for route in scf_urls.ROUTES if route.operation == operation)
            about = {each: value for each, value in about.items() if each in known}
        call = self._api_call(service.product, service.versions[0], operation, about)
        if operation in service.binary:
            call.headers["x-cls-topicid"] = "t"
        return Asked(name, operation, "POST", call.url, call.headers, call.content)

    def _tencent(self, name: str) -> dict[str, Any]:
        uin = self.cloud.tencent.uin
        function = f"qcs::scf:{TENCENT_REGION}:uin/{uin}:namespace/default/function/f"
        about: dict[str, dict[str, Any]] = {
            "tencent cam": {
                "RoleName": "r", "PolicyName": "p2", "PolicyDocument": _CAM_POLICY, "Name": "u2", "AttachRoleName": "r",
                "DetachRoleName": "r", "PolicyId": 1, "Page": 1, "Rp": 10, "AccessKeyId": "AKID", "Status": "Inactive",
                "ConsoleLogin": 0, "SessionDuration": 3600, "Description": "d", "Tags": [{"Key": "k", "Value": "v"}],
                "TagKeys": ["k"], "AttachUin": 100000000009, "DetachUin": 100000000009, "TargetUin": 100000000009,
                "FilterSubAccountUin": [100000000009],
            },
            "tencent sts": {
                "RoleArn": f"qcs::cam::uin/{uin}:roleName/r", "RoleSessionName": "session", "Name": "u",
                "Policy": _CAM_POLICY,
            },
            "tencent scf": {
                "FunctionName": "f", "Namespace": "default", "LayerName": "l", "LayerVersion": 1,
                "Domain": "d.example.com",
            },
            "tencent cls": {"TopicId": "t", "LogsetId": "s", "TopicName": "new", "LogsetName": "new"},
            "tencent kms": {
                **self.tencent_key, "KeyIds": [self.tencent_key["KeyId"]], "Plaintext": "AAAA", "Alias": "new",
                "PendingWindowInDays": 7, "Description": "d", "KeySpec": "AES_256",
                "DestinationKeyId": self.tencent_key["KeyId"],
            },
            "tencent tag": {
                "ServiceType": "scf", "ResourcePrefix": "namespace/default/function", "ResourceRegion": TENCENT_REGION,
                "ResourceIds": ["f"], "Resource": function, "ResourceList": [function], "TagKeys": ["k"],
                "Tags": [{"TagKey": "k", "TagValue": "v"}], "ReplaceTags": [{"TagKey": "k", "TagValue": "v"}],
            },
        }  # fmt: skip
        return about.get(name, {"CertificateId": "c"})

    def _oss(self) -> Iterator[Asked]:
        for (kind, method, selector), route in oss_urls._ROUTES.items():
            host = f"bucket.oss-{REGION}.aliyuncs.com" if kind != "service" else f"oss-{REGION}.aliyuncs.com"
            yield self._stored(
                "alibaba oss", kind, method, selector, route.name, host, "x-oss-copy-source", "/bucket/k"
            )
        extend = self._stored("alibaba oss", "bucket", "POST", "wormId", "ExtendBucketWorm", host, "", "")
        yield Asked(**{**vars(extend), "url": extend.url + "&wormExtend"})

    def _cos(self) -> Iterator[Asked]:
        bucket = f"bucket-{self.cloud.tencent.app_id}.cos.{TENCENT_REGION}.myqcloud.com"
        for (kind, method, selector), route in cos_urls._ROUTES.items():
            host = bucket if kind != "service" else "service.cos.myqcloud.com"
            yield self._stored(
                "tencent cos", kind, method, selector, route.name, host, "x-cos-copy-source", f"{bucket}/k"
            )

    @staticmethod
    def _stored(
        service: str, kind: str, method: str, selector: str, operation: str, host: str, copy: str, source: str
    ) -> Asked:
        selector, copied, _ = selector.partition("+copy")
        query = {"list-type": "list-type=2", "uploadId": "uploadId=1&partNumber=1", "wormId": "wormId=1"}
        asks = query.get(selector, selector)
        headers = {copy: source} if copied else {}
        content = _BODIES.get(operation, b"")
        if content:
            headers["content-md5"] = base64.b64encode(hashlib.md5(content).digest()).decode()
        if operation == "PutObjectAcl":
            headers["x-oss-object-acl"] = "private"
        key = "/k" if kind == "object" else "/"
        return Asked(
            service, operation, method, f"https://{host}{key}" + (f"?{asks}" if asks else ""), headers, content
        )

    def _log(self) -> Iterator[Asked]:
        for route in log_urls.ROUTES:
            path = route.path.pattern.removesuffix("(/shards/(?P<mode>lb|route))?")
            path = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: _FIELDS[found[1]], path)
            project = "" if route.project is False or route.operation == "CreateProject" else "project."
            asks = f"type={route.kind}" if route.kind else ""
            if route.operation == "ListTagResources":
                asks = f"resourceType=project&resourceId={quote(json.dumps(['project']))}"
            url = f"https://{project}{REGION}.log.aliyuncs.com{path}" + (f"?{asks}" if asks else "")
            told = {
                "projectName": "new", "logstoreName": "new", "shardCount": 1, "ttl": 1, "from": 1, "to": 2,
                "query": "*",
                "resourceType": "project", "resourceId": ["project"], "tags": [{"key": "k", "value": "v"}],
            }  # fmt: skip
            if route.operation == "UntagResources":
                told["tags"] = ["k"]
            method = route.method.strip("()").partition("|")[0]
            content = json.dumps(told).encode() if method in ("POST", "PUT") else b""
            yield Asked("alibaba log", route.operation, method, url, {"content-type": "application/json"}, content)

    def _ots(self) -> Iterator[Asked]:
        yield from (self._ots_control(route.name, route.method) for route in instances.ROUTES)
        for operation in TABLESTORE_OPERATIONS:
            headers = {"x-ots-date": "-", "x-ots-apiversion": "2015-12-31", "x-ots-contentmd5": "-"}
            headers["x-ots-instancename"] = "rows"
            url = f"https://rows.{REGION}.ots.aliyuncs.com/{operation}"
            yield Asked("alibaba ots", operation, "POST", url, headers, request_of(operation))

    @staticmethod
    def _ots_control(operation: str, method: str = "POST") -> Asked:
        told = {
            "InstanceName": "rows", "ClusterType": "SSD", "ResourceId": "rows", "NewResourceGroupId": "g",
            "ResourceType": "INSTANCE", "ResourceIds": ["rows"], "Tags": [{"Key": "k", "Value": "v"}],
            "TagKeys": ["k"],
        }  # fmt: skip
        url = f"https://tablestore.{REGION}.aliyuncs.com/v2/openapi/{operation.lower()}"
        if method == "GET":
            return Asked("alibaba ots", operation, method, f"{url}?InstanceName=rows&ResourceType=INSTANCE")
        return Asked("alibaba ots", operation, method, url, {}, json.dumps(told).encode())

    def _fc(self) -> Iterator[Asked]:
        account = self.cloud.account
        arn = f"acs:fc:{REGION}:{account}:functions/f"
        body = {
            "functionName": "new", "aliasName": "new", "triggerName": "new", "domainName": "new.example.com",
            "ResourceType": "function", "ResourceId": [arn], "Tag": [{"Key": "k", "Value": "v"}],
        }  # fmt: skip
        for route in fc_urls.ROUTES:
            path = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: _FIELDS[found[1]], route.path.pattern)
            listed = quote(json.dumps([arn]))
            query = f"?functionName=f&ResourceType=function&ResourceId={listed}&TagKey={quote(json.dumps(['k']))}"
            told = {"ResourceId": "f", "NewResourceGroupId": "g"} if route.operation == "ChangeResourceGroup" else body
            content = json.dumps(told).encode() if route.method in ("POST", "PUT") else b""
            url = f"https://{account}.{REGION}.fc.aliyuncs.com{path}{query}"
            yield Asked("alibaba fc", route.operation, route.method, url, {"content-type": "application/json"}, content)


def nobody(cloud: LocalCloud, tencent: bool) -> Principal:
    """A user without policies."""
    if tencent:
        return Principal(cloud.tencent.uin, "user", "100000000009", cloud=TENCENT)
    return Principal(cloud.account, "user", "nobody")
