"""The name of a resource in six segments: ``qcs:<project>:<service>:<region>:<account>:<resource>``."""

from __future__ import annotations

from dataclasses import dataclass

from yunfn.localcloud.tencent.account import TencentAccount
from yunfn.localcloud.tencent.tag.exceptions import ForeignResource, ResourceDescriptionError


@dataclass(frozen=True, slots=True)
class TaggedResource:
    """A resource of the local account; ``name`` is the last segment, ``<prefix>/<id>``; ``region`` may be ""."""

    service: str
    region: str
    name: str

    @property
    def key(self) -> str:
        """Where the store keeps it."""
        return f"{self.service}:{self.region}:{self.name}"

    @classmethod
    def of_key(cls, key: str) -> TaggedResource:
        """The resource that the store keeps at ``key``."""
        service, region, name = key.split(":", 2)
        return cls(service, region, name)

    def qcs(self, account: TencentAccount) -> str:
        """The six segments; COS names accounts by their APPID, everybody else by their uin (CAM "Resource")."""
        owner = f"uid/{account.app_id}" if self.service == "cos" else f"uin/{account.uin}"
        return f"qcs::{self.service}:{self.region}:{owner}:{self.name}"


def parse(text: str, account: TencentAccount) -> TaggedResource:
    """The resource that six segments name; an account left out (``uin/``, nothing) is the caller's.

    The tencentcloud provider 1.81.90 leaves it out. Raises ResourceDescriptionError and ForeignResource.
    """
    segments = text.split(":", 5)
    if len(segments) != 6 or segments[0] != "qcs" or not segments[2] or not segments[5]:
        raise ResourceDescriptionError(text)
    kind, _, number = segments[4].partition("/")
    if kind not in ("", "uin", "uid"):
        raise ResourceDescriptionError(text)
    if number not in ("", account.app_id if kind == "uid" else account.uin):
        raise ForeignResource(text)
    return TaggedResource(segments[2], segments[3], segments[5])
