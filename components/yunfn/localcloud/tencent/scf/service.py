"""SCF as a service of the local cloud: who asks, what for, and the answer."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import partial

from starlette.responses import JSONResponse, Response

from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.codestore.links import PackageLinks
from yunfn.localcloud.service import HostCertificate
from yunfn.localcloud.tencent.api import ApiRequest, ApiService, Operation, UnknownParameter
from yunfn.localcloud.tencent.scf import urls
from yunfn.localcloud.tencent.scf.dataplane import DataPlane
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory
from yunfn.localcloud.tencent.scf.exceptions import RequestSizeLimitExceeded
from yunfn.localcloud.tencent.scf.packages import Packages
from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest
from yunfn.localcloud.tencent.scf.rights import require_operation
from yunfn.localcloud.tencent.scf.rules.limits import BODY_BYTES

# What the journal tells of a request, beside the function: the first of these that it names.
_NAMES = ("LayerName", "Domain", "Namespace")


class ScfService(ApiService):
    """Serverless Cloud Function by its API hosts, function URLs and custom domains."""

    name = "scf"
    product = "scf"
    versions = ("2018-04-16",)
    hosts = urls.HOSTS
    operations = urls.OPERATIONS

    def __init__(self, cloud: LocalCloud, rng: random.Random | None = None) -> None:
        super().__init__(cloud)
        self.directory = FunctionDirectory(cloud, rng)
        self.dataplane = DataPlane(cloud, self.directory)
        self.metrics = self.dataplane.metrics
        self._packages = Packages(cloud)
        self._links = PackageLinks(cloud)
        self._routes: dict[str, Operation] = {route.operation: partial(self._do, route) for route in urls.ROUTES}

    def match(self, host: str) -> Mapping[str, str] | None:
        """The groups of the pattern that ``host`` fits, or of the custom domain that has this name."""
        found = super().match(host)
        if found is not None:
            return found
        domain = self.directory.domain(host)
        return None if domain is None else {"region": domain.region, "domain": domain.domain}

    def certificate(self, host: str) -> HostCertificate | None:
        """The certificate that a custom domain names, if it does."""
        return self.dataplane.certificate(host)

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return self._routes

    async def answer(self, call: Call) -> Response:
        """Answer a call of the API, of a function's URL or of a package's link; raises CloudError."""
        if "trigger" in call.match or "domain" in call.match:
            return await self.dataplane.answer_http(call)
        package = urls.PACKAGE.fullmatch(call.raw_path)
        if package is not None and call.method == "GET":
            call.operation = "DownloadPackage"
            return self._download(package["token"])
        length = call.headers.get("content-length", "")
        if length.isdigit() and int(length) > BODY_BYTES:
            raise RequestSizeLimitExceeded(BODY_BYTES)
        return await super().answer(call)

    async def start(self) -> None:
        """Begin to run queued calls and fire triggers."""
        await self.dataplane.start()

    async def stop(self) -> None:
        """End background work and running instances."""
        await self.dataplane.stop()

    def reset(self) -> None:
        """Drop what is held in memory, after the store was cleared."""
        self.directory.reset()
        self.dataplane.reset()
        self._links.reset()

    async def _do(self, route: urls.Route, api: ApiRequest) -> Answer:
        request = ScfRequest(api, self._packages, self._links, self.directory, self.dataplane)
        request.call.resource = _resource(request)
        for name in request.parameters:
            if name not in route.parameters:
                raise UnknownParameter(name)
        require_operation(request, route.resource)
        return await route.handler(request)

    def _download(self, token: str) -> Response:
        blob = self._links.follow(token)
        found = self._packages.download(blob) if blob is not None else None
        if found is None:
            return JSONResponse({"Code": "AccessDenied", "Message": "the link is unknown or has expired"}, 403)
        return found


def _resource(request: ScfRequest) -> str:
    """What a request is about, for the journal: ``default/f``, a layer, a domain or a namespace."""
    function = request.parameters.get("FunctionName")
    if isinstance(function, str):
        return f"{request.parameters.get('Namespace') or 'default'}/{function}"
    return next((str(request.parameters[name]) for name in _NAMES if name in request), "")
