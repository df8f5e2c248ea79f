"""The parameters of one RPC style call."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from yunfn.localcloud.cloud_error import CloudError


class MissingParameter(CloudError):
    """A required parameter is missing."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is mandatory for this action.", code=f"Missing{name}")


class InvalidParameter(CloudError):
    """A parameter cannot be read."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"The parameter {name} is wrongly formed: {rule}", code=f"InvalidParameter.{name}")


class Parameters(Mapping[str, str]):
    """Names and values as sent; lists come as JSON (``Tag=[…]``) or flat (``Tag.1.Key=…``)."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self._sent = dict(sent)

    def __getitem__(self, name: str) -> str:
        return self._sent[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sent)

    def __len__(self) -> int:
        return len(self._sent)

    def required(self, name: str) -> str:
        """The parameter's value; raises MissingParameter where it is absent or empty."""
        value = self._sent.get(name, "")
        if not value:
            raise MissingParameter(name)
        return value

    def number(self, name: str, default: int) -> int:
        """The parameter as an integer, or ``default`` where it is absent; raises InvalidParameter."""
        value = self._sent.get(name, "")
        try:
            return int(value) if value else default
        except ValueError:
            raise InvalidParameter(name, "not an integer") from None

    def texts(self, name: str) -> list[str]:
        """A list of strings, in either form; raises InvalidParameter."""
        items = self._items(name)
        if not all(isinstance(item, str) for item in items):
            raise InvalidParameter(name, "not a list of strings")
        return items

    def objects(self, name: str) -> list[dict[str, str]]:
        """A list of objects with string values, in either form; raises InvalidParameter."""
        items = self._items(name)
        if not all(isinstance(item, dict) for item in items):
            raise InvalidParameter(name, "not a list of objects")
        return items

    def _items(self, name: str) -> list[Any]:
        text = self._sent.get(name, "")
        if text:
            try:
                found = json.loads(text)
            except ValueError:
                raise InvalidParameter(name, "not JSON") from None
            if not isinstance(found, list):
                raise InvalidParameter(name, "not a list")
            return found
        return self._flat(name)

    def _flat(self, name: str) -> list[Any]:
        """``name.1``, ``name.2`` …, or objects of ``name.1.Field``; in the order of their numbers."""
        found: dict[int, Any] = {}
        for key, value in self._sent.items():
            number, _, field = key.removeprefix(f"{name}.").partition(".")
            if key.startswith(f"{name}.") and number.isdecimal():
                if field:
                    found.setdefault(int(number), {})[field] = value
                else:
                    found[int(number)] = value
        return [found[number] for number in sorted(found)]
