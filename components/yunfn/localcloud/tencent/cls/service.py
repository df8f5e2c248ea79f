"""CLS as a service of the local cloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from yunfn.localcloud.tencent.api import ApiService, Operation, api_hosts
from yunfn.localcloud.tencent.cls.exceptions import TopicNotExist
from yunfn.localcloud.tencent.cls.models import ClsEntry, ClsState
from yunfn.localcloud.tencent.cls.responses.indexes import IndexCalls
from yunfn.localcloud.tencent.cls.responses.logs import LogCalls
from yunfn.localcloud.tencent.cls.responses.logsets import LogsetCalls
from yunfn.localcloud.tencent.cls.responses.topics import TopicCalls

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class ClsService(ApiService):
    """Answers CLS's calls and takes the output of functions."""

    name = "cls"
    product = "cls"
    versions = ("2020-10-16",)
    hosts = api_hosts("cls")
    operations = (
        "CreateIndex",
        "CreateLogset",
        "CreateTopic",
        "DeleteIndex",
        "DeleteLogset",
        "DeleteTopic",
        "DescribeIndex",
        "DescribeLogsets",
        "DescribeTopics",
        "ModifyIndex",
        "ModifyLogset",
        "ModifyTopic",
        "SearchLog",
        "UploadLog",
    )
    binary = frozenset({"UploadLog"})

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self._state = ClsState(cloud.store, cloud.clock, cloud.tencent.uin)
        self._routes: dict[str, Operation] = {
            **LogsetCalls(self._state).routes(),
            **TopicCalls(self._state).routes(),
            **IndexCalls(self._state).routes(),
            **LogCalls(self._state).routes(),
        }

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return self._routes

    def append(self, region: str, topic_id: str, entries: Sequence[ClsEntry]) -> bool:
        """Store logs that come from inside the cloud; False if there is no such topic in the region."""
        try:
            self._state.append(region, topic_id, entries)
        except TopicNotExist:
            return False
        return True
