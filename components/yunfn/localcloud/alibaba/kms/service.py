"""KMS as a service of the local cloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from yunfn.localcloud.alibaba.kms.exceptions import NoPermission
from yunfn.localcloud.alibaba.kms.request import KmsRequest
from yunfn.localcloud.alibaba.kms.responses import ROUTES
from yunfn.localcloud.alibaba.kms.state import KmsState
from yunfn.localcloud.alibaba.kms.urls import HOSTS
from yunfn.localcloud.alibaba.pop import Operation, RpcService
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AccessDeniedError, CloudError

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class KmsService(RpcService):
    """Answers KMS's calls; neither plaintext nor key material is in what it raises or notes."""

    name = "kms"
    product = "Kms"
    version = "2016-01-20"
    hosts = HOSTS
    operations = tuple(ROUTES)

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self.state = KmsState(cloud)
        self._routes = {name: self._asked(operation) for name, operation in ROUTES.items()}

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return self._routes

    def refusal(self, call: Call, error: CloudError) -> Response:
        """``error`` in the gateway's shape; a missing right has a code of KMS's own."""
        if isinstance(error, AccessDeniedError):
            error = NoPermission(error.action, error.resource)
        return super().refusal(call, error)

    def _asked(self, operation: Callable[[KmsRequest], Mapping[str, Any]]) -> Operation:
        return lambda call, parameters: operation(KmsRequest(call, parameters, self.state))
