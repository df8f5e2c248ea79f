"""``yunfn:scf:CustomDomain``: a domain of one's own that leads to functions by path; upstream has none.

A domain has no description, so that its mark is a tag.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.cloud_function import DEFAULT
from yunfn.provider.declaration import CheckFailure, Declaration, Difference, Property, refreshed, with_defaults
from yunfn.provider.declared_resource import DeclaredResource
from yunfn.provider.function_place import ACCOUNT, REGION
from yunfn.provider.mark import TAG, mark_of, somebody_elses
from yunfn.provider.operations import Operation
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions
from yunfn.provider.tencent_api import TencentApi

# tencentcloud-sdk-python scf errorcodes; the second is the first's family of other operations.
_GONE = frozenset(("FailedOperation.Domain.UnExist", "ResourceNotFound.CustomDomain", "ResourceNotFound.Domain"))
_SECURE = ("HTTPS", "HTTP&HTTPS")
_REWRITE = (
    Property("path", "string", "The path that comes in: /, /*, /x, /x/a or /x/*."),
    Property(
        "type", "string", "How it is compared.", False, default="WildcardRules", allowed=("WildcardRules", "ExactRules")
    ),
    Property("rewrite", "string", "The path that the function gets."),
)
_ENDPOINT = (
    Property("namespace", "string", "Namespace of the function.", required=False, default="default"),
    Property("functionName", "string", "Name of the function."),
    Property("qualifier", "string", "Its alias or version, which has a URL.", required=False, default=DEFAULT),
    Property("pathMatch", "string", "The paths that lead there: /, /*, /x, /x/a or /x/*."),
    Property(
        "pathRewrite",
        "array",
        "Other paths for the function than those that come in.",
        required=False,
        items=Property("rule", "object", "One rule.", fields=_REWRITE, type_name="PathRewriteRule"),
    ),
)
_WAF = (
    Property("wafOpen", "string", "OPEN or CLOSE.", False, default="CLOSE", allowed=("OPEN", "CLOSE")),
    Property("wafInstanceId", "string", "Id of the firewall.", required=False, default=""),
)
_PROPERTIES = (
    ACCOUNT,
    REGION,
    Property("domain", "string", "The domain, without wildcards.", replaces=True),
    Property("protocol", "string", "What it speaks.", allowed=("HTTP", *_SECURE)),
    Property(
        "endpoints",
        "array",
        "Where its paths lead.",
        unordered=True,
        items=Property("endpoint", "object", "One mapping.", fields=_ENDPOINT, type_name="CustomDomainEndpoint"),
    ),
    Property("certificateId", "string", "Id of its certificate, which HTTPS needs.", required=False, default=""),
    Property(
        "wafConfig",
        "object",
        "The web application firewall before it.",
        required=False,
        fields=_WAF,
        type_name="WafConfig",
        default={"wafOpen": "CLOSE", "wafInstanceId": ""},
    ),
    Property(
        "tags",
        "map",
        "Tags of the domain; SCF takes them at its creation only.",
        required=False,
        replaces=True,
        items=Property("tag", "string", "Value.", required=False),
    ),
)


class CustomDomain(DeclaredResource):
    """Makes, changes and removes custom domains."""

    declaration = Declaration(
        token="yunfn:scf:CustomDomain",  # noqa: S106
        description="A domain of one's own that leads to functions by path. Its DNS record is not part of it.",
        inputs=_PROPERTIES,
        outputs=_PROPERTIES,
        identity=("account", "region", "domain"),
    )
    timeouts = Timeouts(create=300, update=300, delete=300, read=180)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        failures = super().check(inputs)
        if inputs.known("protocol") in _SECURE and not inputs.get("certificateId"):
            failures.append(CheckFailure("certificateId", f"is required where protocol is {inputs['protocol']}"))
        tags = inputs.known("tags")
        if isinstance(tags, Mapping) and TAG in tags:
            failures.append(CheckFailure("tags", f"{TAG} is yunfn's own"))
        return failures

    def diff(self, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Difference]:
        """See Resource.

        Where a function has to go before it is made anew, the engine asks with all of its dependents' properties
        unknown that lead to it, and deletes those first that say they are replaced. Its URL cannot be deleted while a
        domain leads there (FailedOperation.DeleteTrigger.UrlUsed).
        """
        found = super().diff(old_inputs, old_outputs, inputs)
        if inputs.get("endpoints") is UNKNOWN:
            return [replace(each, replaces=each.replaces or each.property == "endpoints") for each in found]
        return found

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        whole = with_defaults(self.declaration.inputs, inputs)
        api = await self._api(operation, whole)
        marked = {**(whole.get("tags") or {}), TAG: mark_of(operation.urn)}
        tags = [{"Key": key, "Value": value} for key, value in marked.items()]
        try:
            await api.call(operation, "CreateCustomDomain", {**_parameters(whole), "Tags": tags})
        except CloudAnswerError as error:
            # The API's documentation has no code for a domain that is taken.
            found = await _find(operation, api, whole["domain"])
            if found is None:
                raise
            if _tags(found).get(TAG) != mark_of(operation.urn):
                raise CloudAnswerError(
                    somebody_elses(operation.urn, f"the custom domain {whole['domain']}", whole["domain"])
                    + f" ({error})",
                    code=error.code,
                ) from error
            await api.call(operation, "UpdateCustomDomain", _parameters(whole))
        return State(whole["domain"], self.recorded(whole))

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        where: Mapping[str, Any] = outputs
        if "account" not in outputs:
            session = await self._sessions.tencent(operation, self._sessions.tencent_region(), None)
            where = {"account": session.appid, "region": session.region}
        api = await self._api(operation, where)
        found = await _find(operation, api, id)
        if found is None:
            return None
        told = {
            "account": where["account"],
            "region": where["region"],
            "domain": id,
            "protocol": found["Protocol"],
            "endpoints": [_endpoint(each) for each in found.get("EndpointsConfig") or ()],
            "wafConfig": {
                "wafOpen": (found.get("WafConfig") or {}).get("WafOpen") or "CLOSE",
                "wafInstanceId": (found.get("WafConfig") or {}).get("WafInstanceId") or "",
            },
            "tags": {key: value for key, value in _tags(found).items() if key != TAG},
        }
        # One of an https that was is still there with http, and means nothing.
        if found["Protocol"] in _SECURE:
            told["certificateId"] = (found.get("CertConfig") or {}).get("CertificateId") or ""
        kept = {"certificateId": outputs.get("certificateId") or ""}
        return State(id, self.recorded({**kept, **told}), refreshed(self.declaration.inputs, inputs, told))

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource. UpdateCustomDomain says everything, so that a second time changes nothing."""
        whole = with_defaults(self.declaration.inputs, inputs)
        api = await self._api(operation, whole)
        await api.call(operation, "UpdateCustomDomain", _parameters(whole))
        return self.recorded(whole)

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        api = await self._api(operation, outputs)
        await api.find(operation, "DeleteCustomDomain", {"Domain": id}, _GONE)

    async def _api(self, operation: Operation, where: Mapping[str, Any]) -> TencentApi:
        return await self._sessions.tencent_api(operation, "scf", where["region"], where["account"])


async def _find(operation: Operation, api: TencentApi, domain: str) -> dict[str, Any] | None:
    return await api.find(operation, "GetCustomDomain", {"Domain": domain}, _GONE)


def _parameters(whole: Mapping[str, Any]) -> dict[str, Any]:
    firewall = {"WafOpen": whole["wafConfig"]["wafOpen"]}
    if instance := whole["wafConfig"]["wafInstanceId"]:
        firewall["WafInstanceId"] = instance
    secure = whole["protocol"] in _SECURE
    return {
        "Domain": whole["domain"],
        "Protocol": whole["protocol"],
        "EndpointsConfig": [
            {
                "Namespace": each["namespace"],
                "FunctionName": each["functionName"],
                "Qualifier": each["qualifier"],
                "PathMatch": each["pathMatch"],
                "PathRewrite": [
                    {"Path": rule["path"], "Type": rule["type"], "Rewrite": rule["rewrite"]}
                    for rule in each.get("pathRewrite") or ()
                ],
            }
            for each in whole["endpoints"]
        ],
        **({"CertConfig": {"CertificateId": whole["certificateId"]}} if secure else {}),
        "WafConfig": firewall,
    }


def _endpoint(found: Mapping[str, Any]) -> dict[str, Any]:
    rules = [
        {"path": rule["Path"], "type": rule["Type"], "rewrite": rule["Rewrite"]}
        for rule in found.get("PathRewrite") or ()
    ]
    return {
        "namespace": found["Namespace"],
        "functionName": found["FunctionName"],
        "qualifier": found["Qualifier"],
        "pathMatch": found["PathMatch"],
        **({"pathRewrite": rules} if rules else {}),
    }


def _tags(found: Mapping[str, Any]) -> dict[str, str]:
    return {each["Key"]: each.get("Value") or "" for each in found.get("Tags") or ()}
