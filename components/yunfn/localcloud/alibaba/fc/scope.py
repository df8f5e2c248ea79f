"""One account and region of Function Compute, with what every operation on it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yunfn.localcloud.alibaba.fc.events import FunctionChanged
from yunfn.localcloud.alibaba.fc.exceptions import AliasNotFound, FunctionNotFound, VersionNotFound
from yunfn.localcloud.alibaba.fc.state import LATEST, FcState, version_key
from yunfn.localcloud.store import Document

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class FcScope:
    """The state of one account and region; times, names and events by it."""

    def __init__(self, cloud: LocalCloud, account: str, region: str) -> None:
        self.cloud = cloud
        self.account = account
        self.region = region
        self.state = FcState(cloud.store, account, region)

    def now(self) -> str:
        """The cloud's time as Function Compute writes it, to the second."""
        return self.cloud.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def arn(self, resource: str) -> str:
        """The full name of a resource such as ``functions/f`` or ``layers/l``."""
        return f"acs:fc:{self.region}:{self.account}:{resource}"

    def function_arn(self, function: str, qualifier: str = LATEST) -> str:
        """The full name of a function, with the qualifier unless it is LATEST."""
        return self.arn(f"functions/{function}" + ("" if qualifier == LATEST else f"/{qualifier}"))

    def function(self, name: str) -> Document:
        """The record of a function; raises FunctionNotFound."""
        record = self.state.functions.get(name)
        if record is None:
            raise FunctionNotFound(name)
        return record

    def version(self, function: str, version: str) -> Document:
        """The record of a published version; raises VersionNotFound."""
        record = self.state.versions.get(version_key(function, version)) if is_version(version) else None
        if record is None:
            raise VersionNotFound(function, version)
        return record

    def alias(self, function: str, alias: str) -> Document:
        """The document of an alias; raises AliasNotFound."""
        document = self.state.aliases.get(f"{function}/{alias}")
        if document is None:
            raise AliasNotFound(function, alias)
        return document

    def check_qualifier(self, function: str, qualifier: str) -> None:
        """Raise unless the function exists and ``qualifier`` is LATEST, a version or an alias of it."""
        self.function(function)
        if is_version(qualifier):
            self.version(function, qualifier)
        elif qualifier != LATEST:
            self.alias(function, qualifier)

    def changed(self, function: str) -> None:
        """Tell that what calls of ``function`` run may have changed."""
        self.cloud.events.publish(FunctionChanged(self.account, self.region, function))


def is_version(qualifier: str) -> bool:
    """Whether a qualifier is a version's number (positive, no leading zero, at most ten digits)."""
    return qualifier.isascii() and qualifier.isdigit() and not qualifier.startswith("0") and len(qualifier) <= 10
