"""RAM as a service of the local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from yunfn.localcloud.alibaba.pop import Operation, RpcService
from yunfn.localcloud.alibaba.ram.evaluator import Evaluator
from yunfn.localcloud.alibaba.ram.models import RamState
from yunfn.localcloud.alibaba.ram.models.access_keys import UserKeys
from yunfn.localcloud.alibaba.ram.responses import OPERATIONS
from yunfn.localcloud.alibaba.ram.responses.attachments import AttachmentCalls
from yunfn.localcloud.alibaba.ram.responses.policies import PolicyCalls
from yunfn.localcloud.alibaba.ram.responses.roles import RoleCalls
from yunfn.localcloud.alibaba.ram.responses.tags import TagCalls
from yunfn.localcloud.alibaba.ram.responses.users import UserCalls
from yunfn.localcloud.alibaba.ram.urls import HOSTS

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class RamService(RpcService):
    """Answers RAM's calls and decides, as the cloud's authorizer, what everybody may do."""

    name = "ram"
    product = "Ram"
    version = "2015-05-01"
    hosts = HOSTS
    operations = OPERATIONS

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self.state = RamState(cloud.store, cloud.clock)
        self.evaluator = Evaluator(self.state, cloud.clock)
        cloud.authorizer = self.evaluator
        keys = UserKeys(cloud.store, cloud.keys, cloud.clock)
        self._routes: dict[str, Operation] = {
            **RoleCalls(self.state).routes(),
            **UserCalls(self.state, keys).routes(),
            **PolicyCalls(self.state).routes(),
            **AttachmentCalls(self.state).routes(),
            **TagCalls(self.state).routes(),
        }

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return self._routes

    def reset(self) -> None:
        """Forget what was read from policies."""
        self.state.generation += 1
