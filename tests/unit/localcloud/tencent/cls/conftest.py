"""A cloud with CLS, served once for all tests here, and its official client."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from tencentcloud.cls.v20201016 import models
from tencentcloud.cls.v20201016.cls_client import ClsClient
from tencentcloud.tag.v20180813 import models as tag_models
from tencentcloud.tag.v20180813.tag_client import TagClient

from support.tencent_sdk import asked, refused, sdk_client
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.keys import AccessKey
from yunfn.localcloud.tencent.cls import ClsEntry, ClsService
from yunfn.localcloud.tencent.tag import TagService

REGION = "ap-shanghai"
TOKENIZER = "@&?|#()='\",;:<>[]{}/ \\n\\t\\r\\\\"
RULE = {
    "FullText": {"CaseSensitive": False, "Tokenizer": TOKENIZER, "ContainZH": False},
    "KeyValue": {
        "CaseSensitive": False,
        "KeyValues": [
            {"Key": "level", "Value": {"Type": "text", "Tokenizer": TOKENIZER, "SqlFlag": True, "ContainZH": False}},
            {"Key": "status", "Value": {"Type": "long", "Tokenizer": "", "SqlFlag": True, "ContainZH": False}},
        ],
    },
}


class Cls:
    """The official client in one region; ``call("CreateTopic", LogsetId=…)``."""

    def __init__(self, cloud: ServedCloud, region: str = REGION, key: AccessKey | None = None) -> None:
        self.cloud = cloud
        self.region = region
        self._client = sdk_client(ClsClient, cloud.home, cloud.port, region, key)
        self._tags = sdk_client(TagClient, cloud.home, cloud.port, region, key)
        self._names = itertools.count()

    def call(self, action: str, **parameters: Any) -> Any:
        return asked(self._client, models, action, **parameters)

    def refused(self, code: str, action: str, **parameters: Any) -> str:
        return refused(code, self.call, action, **parameters)

    def modify_tags(self, resource: str, **tags: str) -> None:
        """As the tencentcloud provider writes tags: the account left out of the name."""
        asked(
            self._tags, tag_models, "ModifyResourceTags",
            Resource=f"qcs::cls:{self.region}:uin/:{resource}",
            ReplaceTags=[{"TagKey": key, "TagValue": value} for key, value in tags.items()],
        )  # fmt: skip

    def tags(self, prefix: str, identifier: str) -> dict[str, str]:
        """As the tencentcloud provider reads them."""
        answer = asked(
            self._tags, tag_models, "DescribeResourceTagsByResourceIds",
            ServiceType="cls", ResourcePrefix=prefix, ResourceRegion=self.region, ResourceIds=[identifier],
            Offset=0, Limit=20,
        )  # fmt: skip
        return {one.TagKey: one.TagValue for one in answer.Tags}

    def logset(self, **settings: Any) -> str:
        return str(self.call("CreateLogset", LogsetName=f"logset-{next(self._names)}", **settings).LogsetId)

    def topic(self, logset: str | None = None, rule: dict[str, Any] | None = None, **settings: Any) -> str:
        """A new topic, with an index of ``rule`` if one is given."""
        name = {"TopicName": f"topic-{next(self._names)}", **settings}
        topic = str(self.call("CreateTopic", LogsetId=logset or self.logset(), **name).TopicId)
        if rule is not None:
            self.call("CreateIndex", TopicId=topic, Rule=rule)
        return topic

    def append(self, topic: str, *entries: ClsEntry, region: str | None = None) -> bool:
        return self.cloud.run(lambda cloud: cloud.find(ClsService).append(region or self.region, topic, entries))

    def search(self, topic: str, query: str = "", since: int = 0, until: int = 10**13, **more: Any) -> Any:
        return self.call("SearchLog", TopicId=topic, From=since, To=until, QueryString=query, **more)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCloud]:
    with served(tmp_path_factory.mktemp("cls") / "home", [TagService, ClsService]) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def cls(cloud: ServedCloud) -> Cls:
    return Cls(cloud)
