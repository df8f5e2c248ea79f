"""Function Compute as a service of the local cloud: who asks, what for, and the answer."""

from __future__ import annotations

import random
from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from yunfn.localcloud.alibaba.fc import urls
from yunfn.localcloud.alibaba.fc.dataplane import DataPlane
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory
from yunfn.localcloud.alibaba.fc.exceptions import ForeignAccount
from yunfn.localcloud.alibaba.fc.packages import Packages
from yunfn.localcloud.alibaba.fc.request import FcRequest, own_headers, read_body
from yunfn.localcloud.alibaba.fc.rights import NotAuthorized, refusal_text, require_operation
from yunfn.localcloud.alibaba.fc.scope import FcScope
from yunfn.localcloud.alibaba.signatures import verify_roa
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import (
    AccessDeniedError,
    AuthenticationError,
    CloudError,
    Disbelief,
    UnknownOperationError,
)
from yunfn.localcloud.codestore.links import PackageLinks
from yunfn.localcloud.service import HostCertificate, Service

# The older API, which shares the host, has error bodies of its own.
_OLDER_API = "/2016-08-15/"


class FcService(Service):
    """Function Compute 3.0 by its API hosts, the hosts of its HTTP triggers, and custom domains."""

    name = "fc"
    hosts = urls.HOSTS
    operations = urls.OPERATIONS

    def __init__(self, cloud: LocalCloud, rng: random.Random | None = None) -> None:
        super().__init__(cloud)
        self.directory = FunctionDirectory(cloud, rng)
        self.dataplane = DataPlane(cloud, self.directory)
        self._packages = Packages(cloud)
        self._links = PackageLinks(cloud)

    def match(self, host: str) -> Mapping[str, str] | None:
        """The groups of the pattern that ``host`` fits, or of the custom domain that has this name."""
        found = super().match(host)
        if found is not None:
            return found
        domain = self.directory.domain(host)
        if domain is None:
            return None
        return {"account": domain.account, "region": domain.region, "domain": domain.domain}

    def certificate(self, host: str) -> HostCertificate | None:
        """The certificate that a custom domain was given, if it was."""
        domain = self.directory.domain(host)
        config = (domain.document.get("certConfig") or {}) if domain else {}
        if not config.get("certificate"):
            return None
        return HostCertificate(config["certificate"].encode(), config["privateKey"].encode())

    async def answer(self, call: Call) -> Response:
        """Authenticate, authorize and do it; raises CloudError for every refusal."""
        if "trigger" in call.match or "domain" in call.match:
            return await self.dataplane.answer_http(call)
        package = urls.PACKAGE.fullmatch(call.raw_path)
        if package is not None and call.method == "GET":
            call.operation = "DownloadPackage"
            return urls.download_package(self._packages, self._links, package["token"])
        found = urls.find(call.method, call.raw_path)
        if found is None:
            raise UnknownOperationError("fc", f"{call.method} {call.path}")
        route, path = found
        call.operation = route.operation
        call.resource = "/".join(path.values())
        call.principal = await verify_roa(call)
        if "account" not in call.match:
            call.account = call.principal.account
        elif call.principal.account != call.account:
            raise ForeignAccount()
        invocation = route.operation == "InvokeFunction"
        body = {} if invocation else await read_body(call)
        scope = FcScope(self.cloud, call.account, call.region)
        if route.resources:
            query = {name: value for name, value in call.params if name in ("qualifier", "functionName")}
            names = {name: value for name, value in body.items() if isinstance(value, str)} | query | path
            require_operation(call, scope, route.operation, route.resources, names, body)
            call.resource = call.resource or next((names[n] for n in ("functionName", "domainName") if n in names), "")
        request = FcRequest(call, scope, self._packages, self.directory, self._links, self.dataplane, path, body)
        return await route.handler(request)

    def refusal(self, call: Call, error: CloudError) -> Response:
        """``error`` in Function Compute's JSON: Code, Message, RequestId; the older API's own names on its paths."""
        code, message = error.code, error.message
        if isinstance(error, AuthenticationError):
            code, message = _disbelief(error)
        elif isinstance(error, AccessDeniedError) and not isinstance(error, NotAuthorized):
            message = refusal_text(error.action, error.resource, {})
        if call.raw_path.startswith(_OLDER_API):
            body = {"ErrorCode": code, "ErrorMessage": message}
        else:
            body = {"Code": code, "Message": message, "RequestId": call.request_id}
        return JSONResponse(body, status_code=error.status, headers=own_headers(call))

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


def _disbelief(error: AuthenticationError) -> tuple[str, str]:
    """Code and text of FCD's error table for a sender who is not believed."""
    if error.reason is Disbelief.UNKNOWN_KEY:
        return "InvalidAccessKeyID", f"invalid access key ID '{error.access_key_id}'"
    if error.reason is Disbelief.MISMATCH:
        return (
            "SignatureNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your access key and signing method",
        )
    if error.reason is Disbelief.MISSING:
        return "MissingRequiredHeader", "required HTTP header Authorization was not specified"
    if error.reason is Disbelief.SKEWED:
        return "RequestTimeTooSkewed", "the difference between the request time and the server's time is too large"
    return "InvalidSecurityToken", f"the security token is invalid or has expired ({error.reason.value})"
