"""CAM as a service of the local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import ApiService, Operation, api_hosts
from yunfn.localcloud.tencent.cam.evaluator import Evaluator
from yunfn.localcloud.tencent.cam.models import CamState
from yunfn.localcloud.tencent.cam.models.access_keys import UserKeys
from yunfn.localcloud.tencent.cam.operations import OPERATIONS
from yunfn.localcloud.tencent.cam.responses.attachments import AttachmentCalls
from yunfn.localcloud.tencent.cam.responses.policies import PolicyCalls
from yunfn.localcloud.tencent.cam.responses.roles import RoleCalls
from yunfn.localcloud.tencent.cam.responses.users import UserCalls
from yunfn.localcloud.tencent.cam.trust import trusts
from yunfn.localcloud.tencent.tag import TagService

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class CamService(ApiService):
    """Answers CAM's calls and decides, as the cloud's authorizer for Tencent, what everybody may do."""

    name = "cam"
    product = "cam"
    versions = ("2019-01-16",)
    regional = False
    hosts = api_hosts("cam")
    operations = OPERATIONS

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self.state = CamState(cloud)
        self.evaluator = Evaluator(self.state, cloud.clock, self._tags_of)
        cloud.tencent_authorizer = self.evaluator
        self._routes: dict[str, Operation] = {
            **RoleCalls(self.state).routes(),
            **UserCalls(self.state, UserKeys(cloud)).routes(),
            **PolicyCalls(self.state).routes(),
            **AttachmentCalls(self.state).routes(),
        }

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return self._routes

    def role(self, name: str) -> Document | None:
        """The role of that name as CAM keeps it (RoleId, RoleName, PolicyDocument, …), or None."""
        return self.state.role(name)

    def trusts(self, role: Document, service: str) -> bool:
        """Whether the role's trust policy lets a cloud service such as ``scf.qcloud.com`` take the role."""
        return trusts(role["PolicyDocument"], "service", (service,), {})

    def reset(self) -> None:
        """Forget what was read from policies."""
        self.state.generation += 1

    def _tags_of(self, resource: str) -> Mapping[str, str]:
        segments = resource.split(":", 5)
        if len(segments) != 6:
            return {}
        return self.cloud.find(TagService).of(segments[2], segments[3], segments[5])
