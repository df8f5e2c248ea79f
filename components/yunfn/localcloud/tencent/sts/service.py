"""STS as a service of the local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from yunfn.localcloud.keys import AccessKey
from yunfn.localcloud.tencent.api import ApiService, Operation, api_hosts
from yunfn.localcloud.tencent.sts.responses import StsCalls
from yunfn.localcloud.tencent.sts.sessions import Sessions

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class StsService(ApiService):
    """Answers who the caller is; gives callers and services the temporary keys of roles."""

    name = "sts"
    product = "sts"
    versions = ("2018-08-13",)
    regional = False
    hosts = api_hosts("sts")
    operations = ("AssumeRole", "GetCallerIdentity", "GetFederationToken")

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self._sessions = Sessions(cloud)
        self._routes = StsCalls(self._sessions).routes()

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return self._routes

    def assume_for_service(self, role_name: str, service: str, session: str, duration: float = 7200) -> AccessKey:
        """A key of a role for a cloud service such as ``scf.qcloud.com``, for ``duration`` seconds.

        Raises RoleNotFound, and RoleNotTrusting if the role's trust policy does not name the service.
        """
        return self._sessions.open_for_service(role_name, service, session, duration)
