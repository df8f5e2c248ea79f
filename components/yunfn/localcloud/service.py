"""What every service of the local cloud is."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from starlette.responses import Response

from yunfn.localcloud.cloud_error import CloudError

if TYPE_CHECKING:
    from yunfn.localcloud.call import Call
    from yunfn.localcloud.cloud import LocalCloud


@dataclass(frozen=True, slots=True)
class HostCertificate:
    """A certificate chain and key, both PEM, for a host that brings its own (custom domains)."""

    chain: bytes
    key: bytes


class Service(ABC):
    """One service by its true host names; state lives in its models, wire format in its responses.

    ``operations`` names what it answers; the coverage table is generated from it.
    """

    name: ClassVar[str]
    hosts: ClassVar[tuple[re.Pattern[str], ...]]
    operations: ClassVar[tuple[str, ...]]

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud

    def match(self, host: str) -> Mapping[str, str] | None:
        """The groups of the pattern that ``host`` fits, or None where the host is not this service's."""
        for pattern in self.hosts:
            if found := pattern.fullmatch(host):
                return {name: value for name, value in found.groupdict().items() if value is not None}
        return None

    def direct(self, headers: Mapping[str, str]) -> Mapping[str, str] | None:
        """What a request to the local cloud's own address tells of itself where it is this service's, else None.

        For clients that heed no proxy and are given an endpoint instead: a header takes the place of the host name.
        """
        return None

    def certificate(self, host: str) -> HostCertificate | None:
        """The certificate to serve ``host`` with, or None for one of the local CA's."""
        return None

    @abstractmethod
    async def answer(self, call: Call) -> Response:
        """Authenticate, authorize and answer; raises CloudError for every refusal."""

    @abstractmethod
    def refusal(self, call: Call, error: CloudError) -> Response:
        """``error`` in this service's own wire shape."""

    def fault(self, *, throttled: bool) -> CloudError:
        """The service's own refusal of one call too many, or of a call that failed by the service's own fault."""
        if throttled:
            return CloudError("Request was denied due to request throttling.", code="Throttling", status=429)
        return CloudError("The request processing has failed due to some unknown error.", status=500)

    async def start(self) -> None:
        """Begin background work (schedules); called once the cloud serves."""
        return

    async def stop(self) -> None:
        """End background work; called before the cloud stops."""
        return

    def reset(self) -> None:
        """Drop what is held in memory, after the store was cleared."""
        return
