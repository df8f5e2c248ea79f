"""Tag as a service of the local cloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from yunfn.localcloud.tencent.api import ApiService, Operation, api_hosts
from yunfn.localcloud.tencent.tag.resource import TaggedResource
from yunfn.localcloud.tencent.tag.responses import TagCalls
from yunfn.localcloud.tencent.tag.store import TagStore

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class TagService(ApiService):
    """Answers Tag's calls, and keeps the tags that other services show of their resources."""

    name = "tag"
    product = "tag"
    versions = ("2018-08-13",)
    regional = False
    hosts = api_hosts("tag")
    operations = (
        "DescribeResourceTags",
        "DescribeResourceTagsByResourceIds",
        "GetResources",
        "ModifyResourceTags",
        "TagResources",
        "UnTagResources",
    )

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self._store = TagStore(cloud)
        self._routes = TagCalls(self._store).routes()

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return self._routes

    def of(self, service: str, region: str, resource: str) -> dict[str, str]:
        """The tags of a resource, for example ``of("scf", "ap-shanghai", "namespace/default/function/f")``.

        ``region`` is "" for resources that have none (``of("cam", "", "role/<id>")``).
        """
        return self._store.of(TaggedResource(service, region, resource))

    def replace(
        self, service: str, region: str, resource: str, put: Mapping[str, str], remove: Iterable[str] = ()
    ) -> None:
        """Put and remove tags of a resource; raises IllegalTag or TooMany, and changes nothing then."""
        self._store.replace(TaggedResource(service, region, resource), put, remove)

    def forget(self, service: str, region: str, resource: str) -> None:
        """Drop all tags of a resource that is gone."""
        self._store.forget(TaggedResource(service, region, resource))
