"""Filters and pages of lists; the key is ``Key`` here, other products' is ``Name``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue
from yunfn.localcloud.tencent.cls.exceptions import InvalidFilter

_MOST_FILTERS, _MOST_VALUES, _LARGEST_PAGE = 10, 5, 100
_TAG = "tag:"

Fits = Callable[[Document, str], bool]


def exactly(name: str) -> Fits:
    """A filter for one of the field's values."""
    return lambda document, value: bool(document[name] == value)


def partly(name: str) -> Fits:
    """A filter for a part of the field's text."""
    return lambda document, value: value in document[name]


class Filters:
    """The call's Filters: a document fits if for each one of its values does. Raises InvalidFilter."""

    def __init__(
        self, request: ApiRequest, known: Mapping[str, Fits], tags: Callable[[Document], Mapping[str, str]]
    ) -> None:
        sent = request.objects("Filters", [])
        if len(sent) > _MOST_FILTERS:
            raise InvalidFilter(f"At most {_MOST_FILTERS} filters.")
        self._wanted = [_read(one, known, tags) for one in sent]

    def fits(self, document: Document) -> bool:
        """Whether the document is wanted."""
        return all(any(fits(document, value) for value in values) for fits, values in self._wanted)


def _read(
    sent: Mapping[str, Any], known: Mapping[str, Fits], tags: Callable[[Document], Mapping[str, str]]
) -> tuple[Fits, list[str]]:
    key, values = sent.get("Key"), sent.get("Values")
    if not isinstance(key, str) or not isinstance(values, list) or not 1 <= len(values) <= _MOST_VALUES:
        raise InvalidFilter(f"A filter is a Key and 1 to {_MOST_VALUES} Values.")
    if key in known:
        return known[key], values
    if key == "tagKey":
        return lambda document, value: value in tags(document), values
    if key.startswith(_TAG):
        return lambda document, value: tags(document).get(key.removeprefix(_TAG)) == value, values
    raise InvalidFilter(f"The filter {key!r} is not one of {', '.join([*known, 'tagKey', 'tag:<key>'])}.")


def page(request: ApiRequest, found: Sequence[Document]) -> Sequence[Document]:
    """The part of ``found`` that is asked for; raises InvalidParameterValue."""
    offset, limit = request.integer("Offset", 0), request.integer("Limit", 20)
    if offset < 0:
        raise InvalidParameterValue("Offset", "must not be negative")
    if not 1 <= limit <= _LARGEST_PAGE:
        raise InvalidParameterValue("Limit", f"must be between 1 and {_LARGEST_PAGE}")
    return found[offset : offset + limit]
