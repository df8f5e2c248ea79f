"""One call of API 3.0: the operation's parameters, read by type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from yunfn.localcloud.call import Call
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.tencent.api.exceptions import InvalidParameter, MissingParameter

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class ApiRequest:
    """A call's parameters (``null`` counts as not sent), its region, and who sends it.

    An empty list or object that was sent is there: it differs from one that was not.
    """

    def __init__(self, call: Call, parameters: Mapping[str, Any]) -> None:
        self.call = call
        self.parameters = {name: value for name, value in parameters.items() if value is not None}

    @property
    def cloud(self) -> LocalCloud:
        """The cloud that was called."""
        return self.call.cloud

    @property
    def region(self) -> str:
        """The region of X-TC-Region, such as ``ap-shanghai``; "" where none was sent."""
        return self.call.region

    @property
    def principal(self) -> Principal:
        """The sender."""
        assert self.call.principal is not None
        return self.call.principal

    @property
    def uin(self) -> str:
        """The account's number in CAM."""
        return self.call.cloud.tencent.uin

    def __contains__(self, name: str) -> bool:
        return name in self.parameters

    def text(self, name: str, default: str | None = None) -> str:
        """A text; raises MissingParameter where it is absent and there is no default, InvalidParameter."""
        return str(self._typed(name, str, "must be a string", default))

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number; raises as ``text`` does."""
        return int(self._typed(name, int, "must be an integer", default))

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

    def require(self, action: str, resource: str) -> None:
        """Raise AccessDeniedError unless the sender's policies allow ``action`` (``scf:GetFunction``) on a QCS name."""
        self.call.require(action, resource)

    def _typed(self, name: str, kind: type, rule: str, default: Any) -> Any:
        value = self.parameters.get(name, default)
        if value is None:
            raise MissingParameter(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise InvalidParameter(name, rule)
        return value
