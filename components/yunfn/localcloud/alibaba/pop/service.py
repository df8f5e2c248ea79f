"""What the RPC style services have in common: one address, the operation named by a parameter."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from starlette.responses import Response

from yunfn.localcloud.alibaba.pop.answer import pop_answer, pop_refusal
from yunfn.localcloud.alibaba.pop.parameters import MissingParameter, Parameters
from yunfn.localcloud.alibaba.signatures import verify_rpc
from yunfn.localcloud.alibaba.signatures.rpc import rpc_parameters
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import CloudError, UnknownOperationError
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.service import Service

Operation = Callable[[Call, Parameters], Mapping[str, Any]]


class InvalidVersion(CloudError):
    """The API's version is not the service's."""

    code = "InvalidVersion"

    def __init__(self, version: str) -> None:
        super().__init__(f"Specified parameter Version is not valid: {version}.")


class RpcService(Service):
    """A service whose calls all go to ``/`` and name their operation in ``Action``.

    ``product`` is its code in the gateway, ``version`` the API's version. Parameters that decide what the call
    does are never put into the journal but by the operation itself, as ``call.resource``.
    """

    product: ClassVar[str]
    version: ClassVar[str]

    @abstractmethod
    def routes(self) -> Mapping[str, Operation]:
        """The operations by name; each returns the answer's fields without the request id."""

    async def answer(self, call: Call) -> Response:
        """Authenticate, find the operation, and answer in JSON or XML."""
        sent = await rpc_parameters(call)
        call.operation = sent.get("Action", "")
        call.principal = await verify_rpc(call)
        if not call.operation:
            raise MissingParameter("Action")
        operation = self.routes().get(call.operation)
        if operation is None:
            raise UnknownOperationError(self.name, call.operation)
        if (version := sent.get("Version", "")) != self.version:
            raise InvalidVersion(version)
        return pop_answer(call, operation(call, Parameters(sent)), self.product)

    def refusal(self, call: Call, error: CloudError) -> Response:
        """``error`` in the gateway's shape."""
        return pop_refusal(call, error, self.product)


def sender(call: Call) -> Principal:
    """The call's sender, who is known once it was authenticated."""
    assert call.principal is not None
    return call.principal
