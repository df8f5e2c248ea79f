"""Tags of functions (FCD "TagResources"): 20 a resource, keys to 64 characters, values to 128."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from yunfn.localcloud.alibaba.fc.exceptions import FunctionNotFound, InvalidArgument
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.localcloud.alibaba.fc.scope import FcScope

_ARN = re.compile(r"acs:fc:(?P<region>[a-z0-9-]+):(?P<account>\d+):functions/(?P<function>[^/]+)")
_KEY_LENGTH, _VALUE_LENGTH, _TAGS = 64, 128, 20
RESOURCE_TYPES = ("function", "ALIYUN::FC::FUNCTION")


def read_tags(values: Iterable[Any]) -> dict[str, str]:
    """Tags sent as a list of {Key, Value} or {key, value}; raises InvalidArgument."""
    tags: dict[str, str] = {}
    for value in values:
        if not isinstance(value, Mapping):
            raise InvalidArgument("a tag must be an object of Key and Value")
        fields = Fields({str(name).lower(): item for name, item in value.items()}, "tag")
        tags[fields.required("key")] = fields.text("value") or ""
    return check_tags(tags)


def check_tags(tags: dict[str, str]) -> dict[str, str]:
    """``tags`` as they are; raises InvalidArgument for one that may not be."""
    if len(tags) > _TAGS:
        raise InvalidArgument(f"a resource takes at most {_TAGS} tags, got {len(tags)}")
    for key, value in tags.items():
        if len(key) > _KEY_LENGTH or len(value) > _VALUE_LENGTH:
            raise InvalidArgument(f"tag '{key}' is too long: {_KEY_LENGTH} and {_VALUE_LENGTH} characters are allowed")
        if key.startswith(("aliyun", "acs:")) or "http://" in key or "https://" in key:
            raise InvalidArgument(f"tag key '{key}' is reserved")
    return tags


class Tags:
    """The tags of one account's and region's functions."""

    def __init__(self, scope: FcScope) -> None:
        self._scope = scope

    def function_of(self, arn: str) -> str:
        """The function that a full name means; raises InvalidArgument, FunctionNotFound."""
        match = _ARN.fullmatch(arn)
        if match is None or match["region"] != self._scope.region or match["account"] != self._scope.account:
            raise InvalidArgument(f"ResourceId '{arn}' is not a function of this account and region")
        if self._scope.state.functions.get(match["function"]) is None:
            raise FunctionNotFound(match["function"])
        return match["function"]

    def tag(self, arns: Sequence[str], tags: dict[str, str]) -> None:
        """Set tags on every resource, or on none if one is not there."""
        changes = {name: check_tags(self._of(name) | tags) for name in map(self.function_of, arns)}
        for name, merged in changes.items():
            self._put(name, merged)

    def untag(self, arns: Sequence[str], keys: Sequence[str], *, everything: bool) -> None:
        """Take tags off every resource."""
        for name in [self.function_of(arn) for arn in arns]:
            kept = {} if everything else {key: value for key, value in self._of(name).items() if key not in keys}
            self._put(name, kept)

    def listed(self, arns: Sequence[str], wanted: Mapping[str, str | None]) -> list[tuple[str, str, str]]:
        """(full name, key, value) of every tag of the resources, or of those that have all ``wanted`` tags."""
        names = [self.function_of(arn) for arn in arns]
        if not names:
            names = [name for name, _ in self._scope.state.functions.scan()]
        found = []
        for name in names:
            tags = self._of(name)
            if all(key in tags and value in (None, "", tags[key]) for key, value in wanted.items()):
                found += [(self._scope.function_arn(name), key, value) for key, value in tags.items()]
        return found

    def _of(self, name: str) -> dict[str, str]:
        tags: dict[str, str] = self._scope.function(name)["tags"]
        return tags

    def _put(self, name: str, tags: dict[str, str]) -> None:
        self._scope.state.functions.put(name, self._scope.function(name) | {"tags": tags})
