"""A local cloud in the test's own loop, with functions that really run behind the data plane."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx

from unit.localcloud.data_plane_workshop import DataPlaneWorkshop, zipped
from yunfn.localcloud.alibaba.fc import FcService
from yunfn.localcloud.alibaba.fc.events import DomainChanged, FunctionChanged, ProvisionChanged, TriggerChanged
from yunfn.localcloud.alibaba.fc.state import FcState, Package, version_key
from yunfn.localcloud.alibaba.log import LogService
from yunfn.localcloud.alibaba.oss import OssService
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.sts import StsService
from yunfn.localcloud.keys import AccessKey

REGION = "cn-shanghai"


class Workshop(DataPlaneWorkshop):
    """The cloud, its runner, and ways to put functions and roles into it and to call them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, [RamService, StsService, OssService, LogService, FcService], FcService)
        self.account = self.cloud.account
        self.state = FcState(self.cloud.store, self.account, REGION)

    # What is in the cloud

    def deploy(self, name: str, source: str | dict[str, str], **configuration: Any) -> None:
        """Put a function into the directory: ``source`` is index.py, or files by name."""
        blob = self.cloud.blobs.put(zipped(source))
        document = {
            "functionName": name,
            "runtime": "python3.10",
            "handler": "index.handler",
            "timeout": 10,
            "memorySize": 512,
            "codeChecksum": "17380263816131011825",
            **configuration,
        }
        package = Package(blob.name, blob.size, "0", blob.sha256).document()
        self.state.functions.put(name, {"configuration": document, "code": package, "layers": []})
        self.changed(name)

    def publish(self, name: str, version: int) -> None:
        """Freeze the function as a version."""
        record = self.state.functions.get(name)
        assert record is not None
        self.state.versions.put(version_key(name, str(version)), record)
        self.changed(name)

    def alias(self, name: str, alias: str, version: int, **weights: float) -> None:
        """Point an alias; weights by version as ``v2=0.5``."""
        additional = {key.removeprefix("v"): weight for key, weight in weights.items()}
        document = {"aliasName": alias, "versionId": str(version), "additionalVersionWeight": additional}
        self.state.aliases.put(f"{name}/{alias}", document)
        self.changed(name)

    def trigger(self, function: str, name: str, kind: str, configuration: dict[str, Any], **fields: Any) -> str:
        """Put a trigger; the host of its URL, for an HTTP trigger."""
        host = f"{function.replace('_', '-')}-{uuid.uuid4().hex[:10]}.{REGION}.fcapp.run"
        document = {
            "triggerName": name,
            "triggerType": kind,
            "triggerConfig": json.dumps(configuration),
            "qualifier": fields.pop("qualifier", "LATEST"),
            "httpTrigger": {
                "urlInternet": f"https://{host}",
                "urlIntranet": f"https://{host.replace('.fcapp', '-vpc.fcapp')}",
            },
            **fields,
        }
        self.state.triggers.put(f"{function}/{name}", document)
        self.cloud.events.publish(TriggerChanged(self.account, REGION, function, name, kind))
        return host

    def domain(self, document: dict[str, Any]) -> None:
        """Put a custom domain."""
        self.state.domains.put(document["domainName"], document)
        self.cloud.events.publish(DomainChanged(self.account, REGION, document["domainName"]))

    def changed(self, name: str) -> None:
        self.cloud.events.publish(FunctionChanged(self.account, REGION, name))

    def provision(self, name: str, qualifier: str, target: int) -> None:
        if target:
            self.state.provision.put(f"{name}/{qualifier}", {"target": target})
        else:
            self.state.provision.delete(f"{name}/{qualifier}")
        self.cloud.events.publish(ProvisionChanged(self.account, REGION, name, qualifier))

    def role(self, name: str, trusted: str, *statements: tuple[str, str]) -> str:
        """A role that a service or account (``acs:…:root``) may assume, allowed (action, resource) each; its ARN."""
        state = self.cloud.find(RamService).state
        kind = "RAM" if trusted.startswith("acs:") else "Service"
        trust = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {kind: [trusted]}}
        state.put(self.account, "role", name, {"RoleName": name, "AssumeRolePolicyDocument": policy(trust)})
        self.allow("role", name, *statements)
        return f"acs:ram::{self.account}:role/{name}"

    def user(self, name: str, *statements: tuple[str, str]) -> AccessKey:
        """A user's key, allowed (action, resource) each."""
        from yunfn.localcloud.keys import Principal

        self.cloud.find(RamService).state.put(self.account, "user", name, {"UserName": name})
        self.allow("user", name, *statements)
        return self.cloud.keys.create(Principal(self.account, "user", name))

    def allow(self, kind: str, name: str, *statements: tuple[str, str]) -> None:
        state = self.cloud.find(RamService).state
        allowed = [{"Action": action, "Effect": "Allow", "Resource": resource} for action, resource in statements]
        if allowed:
            version = {"VersionId": "v1", "PolicyDocument": policy(*allowed)}
            document = {"PolicyName": name, "DefaultVersion": "v1", "versions": [version]}
            state.put(self.account, "policy", name, document)
            state.attach(self.account, kind, name, "Custom", name)

    # Calls

    async def api(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        key: AccessKey | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """A call of Function Compute's API, signed in ROA style by ``key`` (the owner's by default)."""
        host = f"{self.account}.{REGION}.fc.aliyuncs.com"
        path = f"/2023-03-30{path}"
        signed = sign(key or self.cloud.home.owner_key, method, path) | (headers or {})
        return await self.client.request(method, f"https://{host}{path}", content=body, headers=signed)

    async def invoke(
        self, name: str, body: bytes = b"", qualifier: str = "", key: AccessKey | None = None, **headers: str
    ) -> httpx.Response:
        """InvokeFunction; keyword arguments are headers, ``_`` for ``-``."""
        query = f"?qualifier={qualifier}" if qualifier else ""
        named = {header.replace("_", "-"): value for header, value in headers.items()}
        return await self.api("POST", f"/functions/{name}/invocations{query}", body, key, named)

    async def task(self, name: str, task_id: str) -> dict[str, Any]:
        """GetAsyncTask's document."""
        response = await self.api("GET", f"/functions/{name}/async-tasks/{task_id}")
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def finished(self, name: str, task_id: str) -> dict[str, Any]:
        """GetAsyncTask's document once the task is over."""
        over = {"Succeeded", "Failed", "Stopped", "Expired", "Invalid"}
        return await self.until(lambda: self.task(name, task_id), lambda task: task["status"] in over)


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "1", "Statement": list(statements)})


def sign(key: AccessKey, method: str, path: str) -> dict[str, str]:
    """Headers of a ROA 1.0 signature for a request whose query needs no escaping."""
    date = formatdate(usegmt=True)
    acs = {"x-acs-signature-nonce": uuid.uuid4().hex, "x-acs-version": "2023-03-30"}
    if key.token:
        acs["x-acs-security-token"] = key.token
    canonical = "".join(f"{name}:{acs[name]}\n" for name in sorted(acs))
    bare, _, query = path.partition("?")
    resource = f"{bare}?{'&'.join(sorted(query.split('&')))}" if query else bare
    to_sign = f"{method}\napplication/json\n\napplication/octet-stream\n{date}\n{canonical}{resource}"
    digest = hmac.new(key.secret.encode(), to_sign.encode(), hashlib.sha1).digest()
    return {
        "accept": "application/json",
        "content-type": "application/octet-stream",
        "date": date,
        "authorization": f"acs {key.id}:{base64.b64encode(digest).decode()}",
        **acs,
    }
