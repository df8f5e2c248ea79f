"""One call of API 3.0: the operation's parameters, read by type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from yunfn.localcloud.call import Call
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.tencent.api.parameters import Parameters

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class ApiRequest(Parameters):
    """A call's parameters (``null`` counts as not sent), its region, and who sends it.

    An empty list or object that was sent is there: it differs from one that was not.
    """

    def __init__(self, call: Call, parameters: Mapping[str, Any]) -> None:
        super().__init__(parameters)
        self.call = call

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

    def require(self, action: str, resource: str) -> None:
        """Raise AccessDeniedError unless the sender's policies allow ``action`` (``scf:GetFunction``) on a QCS name."""
        self.call.require(action, resource)
