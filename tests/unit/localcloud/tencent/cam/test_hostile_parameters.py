"""Whatever a parameter holds, the identity services answer or refuse: nothing of it is a defect."""

from __future__ import annotations

import contextlib
import importlib
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from unit.localcloud.tencent.cam.test_rights import FREE, PARAMETERS
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.home import Home
from yunfn.localcloud.tencent.api import ApiRequest
from yunfn.localcloud.tencent.cam import CamService
from yunfn.localcloud.tencent.ssl import SslService
from yunfn.localcloud.tencent.sts import StsService
from yunfn.localcloud.tencent.tag import TagService

MODELS = {
    CamService: "tencentcloud.cam.v20190116.models",
    StsService: "tencentcloud.sts.v20180813.models",
    TagService: "tencentcloud.tag.v20180813.models",
    SslService: "tencentcloud.ssl.v20191205.models",
}
VALUES: list[Any] = [
    None, "", 0, -1, 2**70, 1.5, True, [], {}, ["x"], [1], [None], [[]], [{}], {"a": 1}, "x" * 10_000, "*", "qcs::::::",
    [{"Key": 1}], [{"TagKey": None}], [{"TagKey": "a", "TagValue": []}], '{"version": "2.0", "statement": {}}',
]  # fmt: skip


@pytest.mark.parametrize("service", MODELS)
async def test_any_value_is_answered_or_refused(tmp_path: Path, service: type[Any]) -> None:
    home = Home(tmp_path / "home")
    home.create()
    cloud = LocalCloud(home, [TagService, CamService, StsService, SslService])
    routes, refused, asked = cloud.find(service).routes(), 0, 0
    models = importlib.import_module(MODELS[service])
    given = {**{action: {} for action in FREE.get(service.name, ())}, **PARAMETERS[service.name]}
    for action, parameters in given.items():
        fields = [name[1:] for name in vars(getattr(models, f"{action}Request")()) if name != "_headers"]
        for field in fields:
            for value in VALUES:
                scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": []}
                call = Call(cloud, Request(scope), f"{service.name}.tencentcloudapi.com", {})
                call.principal = home.tencent.owner_key.principal
                asked += 1
                with contextlib.suppress(CloudError):
                    await routes[action](ApiRequest(call, {**parameters, field: value}))
                    continue
                refused += 1
    await cloud.stop()
    if fields:
        assert refused > asked / 4
