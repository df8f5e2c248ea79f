"""An object of parameters, read by type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.tencent.api.exceptions import InvalidParameter, MissingParameter


class Parameters:
    """Typed access to a JSON object; ``null`` counts as not sent, an empty list or object that was sent does not."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self.parameters = {name: value for name, value in parameters.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self.parameters

    def text(self, name: str, default: str | None = None) -> str:
        """A text; raises MissingParameter where it is absent and there is no default, InvalidParameter."""
        return str(self._typed(name, str, "must be a string", default))

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number; raises as ``text`` does."""
        return int(self._typed(name, int, "must be an integer", default))

    def number(self, name: str, default: float | None = None) -> float:
        """A number; raises as ``text`` does."""
        value = self._typed(name, int | float, "must be a number", default)
        if isinstance(value, bool):
            raise InvalidParameter(name, "must be a number")
        return float(value)

    def flag(self, name: str, default: bool | None = None) -> bool:
        """A boolean; raises as ``text`` does."""
        return bool(self._typed(name, bool, "must be a boolean", default))

    def texts(self, name: str, default: list[str] | None = None) -> list[str]:
        """A list of texts; raises as ``text`` does."""
        found: list[str] = self._typed(name, list, "must be a list", default)
        if not all(isinstance(each, str) for each in found):
            raise InvalidParameter(name, "must be a list of strings")
        return found

    def objects(self, name: str, default: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
        """A list of objects; raises as ``text`` does."""
        found: list[dict[str, Any]] = self._typed(name, list, "must be a list", default)
        if not all(isinstance(each, dict) for each in found):
            raise InvalidParameter(name, "must be a list of objects")
        return found

    def mapping(self, name: str, default: dict[str, Any] | None = None) -> dict[str, Any]:
        """An object; raises as ``text`` does."""
        found: dict[str, Any] = self._typed(name, dict, "must be an object", default)
        return found

    def inner(self, name: str) -> Parameters:
        """The parameters of an object; none where it is absent."""
        return Parameters(self.mapping(name, {}))

    def inners(self, name: str) -> list[Parameters]:
        """The parameters of each object of a list; none where it is absent."""
        return [Parameters(each) for each in self.objects(name, [])]

    def _typed(self, name: str, kind: Any, rule: str, default: Any) -> Any:
        value = self.parameters.get(name, default)
        if value is None:
            raise MissingParameter(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise InvalidParameter(name, rule)
        return value
