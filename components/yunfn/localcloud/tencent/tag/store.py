"""The tags of resources: what every service shows of its own and what the Tag API shows are the same documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from yunfn.localcloud.tencent.tag.exceptions import IllegalTag, TooMany
from yunfn.localcloud.tencent.tag.resource import TaggedResource

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

# Tag documentation, "Use limits" (651/13354), and CreateTag's error codes (651/33015).
_PER_RESOURCE = 50
_LONGEST_KEY, _LONGEST_VALUE = 127, 255
_TEXT = re.compile(r"[\w +=.:/@-]*")
_RESERVED = ("qcloud", "tencent", "project")


class TagStore:
    """Tags by resource. A resource need not exist: the tencentcloud provider tags functions before it makes them."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._resources = cloud.store.collection(cloud.tencent.uin, "", "tag/resource")

    def of(self, resource: TaggedResource) -> dict[str, str]:
        """The tags of a resource by key; empty if it has none."""
        document = self._resources.get(resource.key)
        return dict(sorted(document["tags"].items())) if document else {}

    def replace(self, resource: TaggedResource, put: Mapping[str, str], remove: Iterable[str] = ()) -> None:
        """Put and remove tags; raises IllegalTag, and TooMany past 50 tags."""
        for key, value in put.items():
            check(key, value)
        tags = {**self.of(resource), **put}
        for key in remove:
            tags.pop(key, None)
        if len(tags) > _PER_RESOURCE:
            raise TooMany("ResourceAttachedTags", "tags on one resource", _PER_RESOURCE)
        if tags:
            self._resources.put(resource.key, {"tags": tags})
        else:
            self._resources.delete(resource.key)

    def forget(self, resource: TaggedResource) -> None:
        """Drop all tags of a resource, for one that is gone."""
        self._resources.delete(resource.key)

    def all(self) -> Iterator[tuple[TaggedResource, dict[str, str]]]:
        """Every resource that has tags, in the order of service, region and name."""
        for key, document in self._resources.scan():
            yield TaggedResource.of_key(key), dict(sorted(document["tags"].items()))


def check(key: str, value: str) -> None:
    """Raise IllegalTag unless key and value can be a tag's."""
    if not key:
        raise IllegalTag("TagKeyEmpty", "A tag key must not be empty.")
    if len(key) > _LONGEST_KEY:
        raise IllegalTag("TagKeyLengthExceeded", f"The tag key {key!r} has more than {_LONGEST_KEY} characters.")
    if len(value) > _LONGEST_VALUE:
        raise IllegalTag("TagValueLengthExceeded", f"The value of the tag {key!r} is longer than {_LONGEST_VALUE}.")
    if not _TEXT.fullmatch(key):
        raise IllegalTag("TagKeyCharacterIllegal", f"The tag key {key!r} has a character that tags cannot have.")
    if not _TEXT.fullmatch(value):
        raise IllegalTag("TagValueCharacterIllegal", f"The value of the tag {key!r} has a character it cannot have.")
    if key.startswith(_RESERVED):
        raise IllegalTag("ReservedTagKey", f"The tag key {key!r} is reserved: keys of {', '.join(_RESERVED)}.")
