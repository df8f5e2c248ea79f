"""A request's fields read by type; null is the same as absent (as the alicloud provider sends both)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument


class Fields:
    """Typed access to a JSON object; raises InvalidArgument that names the field by its ``path``."""

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self._values = values
        self._path = path

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def name(self, name: str) -> str:
        """The field's full name, for messages."""
        return f"{self._path}.{name}" if self._path else name

    def text(self, name: str) -> str | None:
        """A string, or None where it is absent."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, str):
            raise InvalidArgument(f"{self.name(name)} must be a string")
        return value

    def required(self, name: str) -> str:
        """A string that must be there and not empty."""
        value = self.text(name)
        if not value:
            raise InvalidArgument(f"{self.name(name)} is required")
        return value

    def flag(self, name: str) -> bool | None:
        """A boolean, or None where it is absent."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            raise InvalidArgument(f"{self.name(name)} must be a boolean")
        return value

    def integer(self, name: str, low: int, high: int) -> int | None:
        """An integer from ``low`` to ``high``, or None where it is absent."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidArgument(f"{self.name(name)} must be an integer")
        if not low <= value <= high:
            raise InvalidArgument(f"{self.name(name)} must be between {low} and {high}, got {value}")
        return value

    def number(self, name: str, low: float, high: float) -> float | None:
        """A number from ``low`` to ``high``, or None where it is absent."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidArgument(f"{self.name(name)} must be a number")
        if not low <= value <= high:
            raise InvalidArgument(f"{self.name(name)} must be between {low} and {high}, got {value}")
        return value

    def choice(self, name: str, choices: tuple[str, ...]) -> str | None:
        """One of ``choices``, or None where it is absent or empty."""
        value = self.text(name)
        if value and value not in choices:
            raise InvalidArgument(f"{self.name(name)} must be one of {', '.join(choices)}, got '{value}'")
        return value or None

    def block(self, name: str) -> dict[str, Any] | None:
        """An object, or None where it is absent."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, dict):
            raise InvalidArgument(f"{self.name(name)} must be an object")
        return value

    def inner(self, name: str) -> Fields:
        """The fields of an object; none where it is absent."""
        return Fields(self.block(name) or {}, self.name(name))

    def texts(self, name: str) -> list[str] | None:
        """A list of strings, or None where it is absent."""
        value = self._values.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            raise InvalidArgument(f"{self.name(name)} must be a list of strings")
        return value

    def blocks(self, name: str) -> list[Fields]:
        """The objects of a list, each as fields; none where it is absent."""
        value = self._values.get(name)
        if value is None:
            return []
        if not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
            raise InvalidArgument(f"{self.name(name)} must be a list of objects")
        return [Fields(item, f"{self.name(name)}[{index}]") for index, item in enumerate(value)]

    def text_map(self, name: str) -> dict[str, str] | None:
        """An object of strings, or None where it is absent."""
        value = self.block(name)
        if value is not None and not all(isinstance(item, str) for item in value.values()):
            raise InvalidArgument(f"{self.name(name)} must map strings to strings")
        return value
