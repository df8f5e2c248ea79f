"""A local cloud in the test's own loop, with functions of SCF that really run behind the data plane."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from pathlib import Path
from typing import Any

from unit.localcloud.data_plane_workshop import DataPlaneWorkshop, zipped
from yunfn.localcloud.keys import AccessKey
from yunfn.localcloud.tencent.cam import CamService
from yunfn.localcloud.tencent.cls import ClsService
from yunfn.localcloud.tencent.cos import CosService
from yunfn.localcloud.tencent.monitor import MonitorService
from yunfn.localcloud.tencent.scf import ScfService
from yunfn.localcloud.tencent.signatures import tc3
from yunfn.localcloud.tencent.ssl import SslService
from yunfn.localcloud.tencent.sts import StsService
from yunfn.localcloud.tencent.tag import TagService

REGION = "ap-guangzhou"
_VERSIONS = {
    "scf": "2018-04-16",
    "cam": "2019-01-16",
    "cls": "2020-10-16",
    "monitor": "2018-07-24",
    "ssl": "2019-12-05",
}
_SERVICES = [TagService, CamService, StsService, SslService, CosService, ClsService, ScfService, MonitorService]


class Refused(Exception):
    """An answer of API 3.0 with an Error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Workshop(DataPlaneWorkshop):
    """The cloud, its runner, and ways to put functions into it and to call them; all is Active at once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, _SERVICES, ScfService)
        self.cloud.transition_seconds = 0
        self.account = self.cloud.tencent

    # What is in the cloud

    async def deploy(self, name: str, source: str | dict[str, str], **settings: Any) -> None:
        """Create a function: ``source`` is index.py, or files by name; Python 3.6 unless told otherwise."""
        code = {"ZipFile": packed(source)}
        given = {"Handler": "index.main_handler", "Runtime": "Python3.6", "Timeout": 10, "MemorySize": 256}
        await self.api("CreateFunction", FunctionName=name, Code=code, **given | settings)

    async def publish(self, name: str) -> str:
        """Freeze the function as a version; its number."""
        return str((await self.api("PublishVersion", FunctionName=name))["FunctionVersion"])

    async def url(self, name: str, qualifier: str = "$LATEST", auth: str = "NONE", **description: Any) -> str:
        """Make a function URL; its host."""
        net = {"EnableIntranet": False, "EnableExtranet": True}
        desc = {"AuthType": auth, "NetConfig": net} | description
        text = json.dumps(desc, separators=(",", ":"))
        made = await self.api(
            "CreateTrigger", FunctionName=name, TriggerName="url", Type="http", TriggerDesc=text, Qualifier=qualifier
        )
        told: str = json.loads(made["TriggerInfo"]["TriggerDesc"])["NetConfig"]["ExtranetUrl"]
        return told.removeprefix("https://").rstrip("/")

    async def role(self, name: str, service: str = "scf.qcloud.com") -> None:
        """A role that ``service`` may assume."""
        statement = {"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"service": [service]}}
        document = json.dumps({"version": "2.0", "statement": [statement]})
        await self.api("CreateRole", service="cam", RoleName=name, PolicyDocument=document)

    async def topic(self) -> dict[str, str]:
        """A log topic with an index, as the settings of a function."""
        logset = (await self.api("CreateLogset", service="cls", LogsetName="logs"))["LogsetId"]
        topic = (await self.api("CreateTopic", service="cls", LogsetId=logset, TopicName="logs"))["TopicId"]
        return {"ClsLogsetId": logset, "ClsTopicId": topic}

    # Calls

    async def api(self, action: str, service: str = "scf", key: AccessKey | None = None, **parameters: Any) -> Any:
        """A call of API 3.0, signed by ``key`` (the owner's by default); raises Refused."""
        body = json.dumps(parameters).encode()
        host = f"{service}.tencentcloudapi.com"
        headers = {"x-tc-action": action, "x-tc-version": _VERSIONS[service], "x-tc-region": REGION}
        headers |= signed(key or self.account.owner_key, "POST", host, "/", "", body)
        answer = await self.client.post(f"https://{host}/", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        told = answer.json()["Response"]
        if "Error" in told:
            raise Refused(told["Error"]["Code"], told["Error"]["Message"])
        return told

    async def invoke(self, name: str, event: Any = None, action: str = "Invoke", **parameters: Any) -> dict[str, Any]:
        """A Result of Invoke (or of InvokeFunction)."""
        field = "ClientContext" if action == "Invoke" else "Event"
        given = {field: json.dumps(event)} if event is not None else {}
        told = await self.api(action, FunctionName=name, **given | parameters)
        return dict(told["Result"])

    async def later(self, name: str, event: Any = None, **parameters: Any) -> str:
        """Invoke a function asynchronously; the call's request id."""
        result = await self.invoke(name, event, InvocationType="Event", **parameters)
        return str(result["FunctionRequestId"])

    async def status(self, name: str, request_id: str, **parameters: Any) -> dict[str, Any]:
        """GetRequestStatus's only entry."""
        told = await self.api("GetRequestStatus", FunctionName=name, FunctionRequestId=request_id, **parameters)
        (found,) = told["Data"]
        return dict(found)

    async def finished(self, name: str, request_id: str) -> dict[str, Any]:
        """GetRequestStatus's entry once the call is over."""
        return await self.until(lambda: self.status(name, request_id), lambda told: told["RetCode"] != 1)


def packed(source: str | dict[str, str]) -> str:
    """A zip of files, all executable, in Base64."""
    return base64.b64encode(zipped(source)).decode()


def signed(key: AccessKey, method: str, host: str, path: str, query: str, body: bytes) -> dict[str, str]:
    """Headers of a TC3 signature for SCF, or for the service whose host it is."""
    service = host.split(".", 1)[0] if host.endswith("tencentcloudapi.com") else "scf"
    now = int(time.time())
    date = time.strftime("%Y-%m-%d", time.gmtime(now))
    digest = hashlib.sha256(body).hexdigest()
    canonical = f"{method}\n{path}\n{query}\ncontent-type:application/json\nhost:{host}\n\ncontent-type;host\n{digest}"
    scope = f"{date}/{service}/tc3_request"
    text = f"{tc3.ALGORITHM}\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    proof = tc3.signature(key.secret, date, service, text)
    credential = f"Credential={key.id}/{scope}, SignedHeaders=content-type;host, Signature={proof}"
    token = {"x-tc-token": key.token} if key.token else {}
    return {
        "content-type": "application/json",
        "host": host,
        "x-tc-timestamp": str(now),
        "authorization": f"{tc3.ALGORITHM} {credential}",
        **token,
    }
