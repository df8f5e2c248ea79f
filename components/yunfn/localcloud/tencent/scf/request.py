"""One operation's request as its handler sees it, and pages of what it lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from yunfn.localcloud.codestore.links import PackageLinks
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory
from yunfn.localcloud.tencent.scf.packages import Packages
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.state import DEFAULT_NAMESPACE, LATEST

if TYPE_CHECKING:
    from yunfn.localcloud.tencent.scf.dataplane import DataPlane

T = TypeVar("T")
Answer = Mapping[str, Any]
# API reference: what lists answer where nothing was asked for.
_LIMIT = 20


class ScfRequest(ApiRequest):
    """A request after authentication, with what answers it."""

    def __init__(
        self,
        api: ApiRequest,
        packages: Packages,
        links: PackageLinks,
        directory: FunctionDirectory,
        dataplane: DataPlane,
    ) -> None:
        super().__init__(api.call, api.parameters)
        self.scope = ScfScope(api.cloud, api.region)
        self.packages = packages
        self.links = links
        self.directory = directory
        self.dataplane = dataplane

    @property
    def namespace(self) -> str:
        """The namespace, ``default`` where none is named."""
        return self.text("Namespace", "") or DEFAULT_NAMESPACE

    @property
    def function(self) -> str:
        """The function's name; raises MissingParameter."""
        return self.text("FunctionName")

    @property
    def qualifier(self) -> str:
        """The qualifier, ``$LATEST`` where none is named."""
        return self.text("Qualifier", "") or LATEST

    def page(self, items: Sequence[T]) -> list[T]:
        """The items that Offset and Limit ask for; both may be numbers or, as of ListAliases, texts."""
        offset, limit = self._count("Offset", 0), self._count("Limit", _LIMIT)
        return list(items[offset : offset + limit])

    def ordered(
        self, items: Sequence[Mapping[str, Any]], fields: Mapping[str, str], by: str, *, descending: bool
    ) -> list[Mapping[str, Any]]:
        """The items in the order of the field that the parameter ``by`` names; ``fields`` are those there are.

        The first of ``fields`` is the default; the parameter Order turns the direction.
        """
        chosen = self.text(by, "") or next(iter(fields))
        order = (self.text("Order", "") or ("DESC" if descending else "ASC")).upper()
        if chosen not in fields:
            raise InvalidParameterValue(by, f"must be one of {', '.join(fields)}")
        if order not in ("ASC", "DESC"):
            raise InvalidParameterValue("Order", "must be ASC or DESC")
        return sorted(items, key=_by(fields[chosen]), reverse=order == "DESC")

    def filters(self) -> dict[str, list[str]]:
        """The values wanted by the names of ``Filters``."""
        return {each.text("Name"): each.texts("Values", []) for each in self.inners("Filters")}

    def _count(self, name: str, default: int) -> int:
        value = self.parameters.get(name, default)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise InvalidParameterValue(name, "must be a number, 0 or more")
        return value


def _by(field: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda item: str(item[field])
