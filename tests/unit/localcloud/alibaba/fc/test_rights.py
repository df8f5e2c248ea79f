"""Who may do what: signatures, accounts, and the right each operation takes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import pytest
from alibabacloud_fc20230330 import models as m

from unit.localcloud.alibaba.fc.roa_client import RoaClient
from unit.localcloud.alibaba.fc.served_fc import REGION, Refused, ServedFc, create_function
from yunfn.localcloud.alibaba.fc import urls
from yunfn.localcloud.keys import AccessKey, Principal
from yunfn.localcloud.policy_decision import Decision, Place


class Grants:
    """Allows what it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.denied: set[str] = set()
        self.only: set[tuple[str, str]] | None = None
        self.asked: list[tuple[str, str, Mapping[str, str]]] = []

    def decide(
        self, principal: Principal, action: str, resources: Sequence[str], context: Mapping[str, str]
    ) -> Decision:
        self.asked += [(action, resource, context) for resource in resources]
        if self.only is not None:
            allowed = any((action, resource) in self.only for resource in resources)
        else:
            allowed = action not in self.denied
        return Decision(True, statement=0) if allowed else Decision(False, lacking=(Place.POLICIES,))


@pytest.fixture
def grants(served: ServedFc) -> Grants:
    grants = Grants()
    served.cloud.authorizer = grants
    return grants


@pytest.fixture
def limited(served: ServedFc, user: AccessKey) -> Iterator[RoaClient]:
    """What the user's policies limit."""
    with contextlib.closing(RoaClient(served, user)) as roa:
        yield roa


@pytest.fixture
def user(served: ServedFc) -> AccessKey:
    return served.key(Principal(served.account, "user", "bob"))


CALLS = [
    ("CreateFunction", "POST", "/functions", "functions/new"),
    ("ListFunctions", "GET", "/functions", "functions/*"),
    ("GetFunction", "GET", "/functions/f", "functions/f"),
    ("GetFunctionCode", "GET", "/functions/f/code", "functions/f"),
    ("PublishFunctionVersion", "POST", "/functions/f/versions", "functions/f/versions"),
    ("ListFunctionVersions", "GET", "/functions/f/versions", "functions/f/versions/*"),
    ("DeleteFunctionVersion", "DELETE", "/functions/f/versions/3", "functions/f/versions/3"),
    ("CreateAlias", "POST", "/functions/f/aliases", "functions/f/aliases/prod"),
    ("UpdateAlias", "PUT", "/functions/f/aliases/a", "functions/f/aliases/a"),
    ("CreateTrigger", "POST", "/functions/f/triggers", "functions/f/triggers/tick"),
    ("ListTriggers", "GET", "/functions/f/triggers", "functions/f/triggers/*"),
    ("PutProvisionConfig", "PUT", "/functions/f/provision-config", "functions/f"),
    ("PutFunctionAsyncInvokeConfig", "PUT", "/functions/f/async-invoke-config", "functions/f"),
    ("ListFunctionAsyncInvokeConfigs", "GET", "/async-invoke-configs", "async-invoke-configs/*"),
    ("ListProvisionConfigs", "GET", "/provision-configs", "provision-configs/*"),
    ("DeleteVpcBinding", "DELETE", "/functions/f/vpc-bindings/v", "functions/f/vpc-bindings/v"),
    ("CreateLayerVersion", "POST", "/layers/l/versions", "layers/l/versions/*"),
    ("GetLayerVersion", "GET", "/layers/l/versions/3", "layers/l/versions/3"),
    ("GetLayerVersionByArn", "GET", "/layerarn/acs:fc:r:1:layers%2Fl", "layerarn/acs:fc:r:1:layers/l"),
    ("PutLayerACL", "PUT", "/layers/l/acl", "layers/l"),
    ("CreateCustomDomain", "POST", "/custom-domains", "custom-domains/a.example.com"),
    ("DeleteCustomDomain", "DELETE", "/custom-domains/a.example.com", "custom-domains/a.example.com"),
]
BODY = {"functionName": "new", "domainName": "a.example.com", "aliasName": "prod", "triggerName": "tick"}


def assert_refused(answer: httpx.Response, action: str, resource: str, condition: str = "") -> None:
    """The very words of FCD "policies and sample policies"."""
    assert (answer.status_code, answer.json()["Code"]) == (403, "AccessDenied"), answer.text
    text = f"the caller is not authorized to perform '{action}' on resource '{resource}'"
    assert answer.json()["Message"] == text + (f" with condition '[{condition}]'" if condition else "")


@pytest.mark.parametrize(("action", "method", "path", "resource"), CALLS)
def test_each_operation_takes_the_right_that_is_documented(
    served: ServedFc, grants: Grants, limited: RoaClient, action: str, method: str, path: str, resource: str
) -> None:
    grants.denied = {f"fc:{action}"}
    answer = limited(method, path, BODY if method in ("POST", "PUT") else None)
    full = f"acs:fc:{REGION}:{served.account}:{resource}"
    assert f"'fc:{action}' on resource '{full}'" in answer.json()["Message"]
    assert (answer.status_code, answer.json()["Code"]) == (403, "AccessDenied")
    assert [asked[:2] for asked in grants.asked] == [(f"fc:{action}", full)]
    assert list(served.cloud.journal.lines())[-1]["denied"] == f"fc:{action} {full}"


def test_a_right_on_the_qualifier_or_on_the_function_will_do(
    served: ServedFc, grants: Grants, limited: RoaClient
) -> None:
    create_function(served.client())
    function = f"acs:fc:{REGION}:{served.account}:functions/f"
    for path, action in (("provision-config", "GetProvisionConfig"), ("code", "GetFunctionCode")):
        for allowed in (f"{function}/LATEST", function):
            grants.only = {(f"fc:{action}", allowed)}
            assert limited("GET", f"/functions/f/{path}", query={"qualifier": "LATEST"}).status_code == 200
        grants.only = {(f"fc:{action}", f"{function}/prod")}
        answer = limited("GET", f"/functions/f/{path}", query={"qualifier": "LATEST"})
        assert_refused(answer, f"fc:{action}", f"{function}/LATEST")
        assert_refused(limited("GET", f"/functions/f/{path}"), f"fc:{action}", function)
    grants.only = {("fc:ListProvisionConfigs", function)}
    assert limited("GET", "/provision-configs", query={"functionName": "f"}).status_code == 200
    assert limited("GET", "/provision-configs").status_code == 403


HTTP = {"authType": "anonymous", "methods": ["GET"], "disableURLInternet": False}
SAFE = {"authType": "function", "methods": ["GET"], "disableURLInternet": True}


@pytest.mark.parametrize(
    ("method", "path", "body", "conditions"),
    [
        ("POST", "/functions", {}, "fc:EnableServiceInternetAccess=true fc:EnableServiceSLSLogging=false"),
        (
            "POST",
            "/functions",
            {"internetAccess": False, "logConfig": {"project": "p", "logstore": "l"}},
            "fc:EnableServiceInternetAccess=false fc:EnableServiceSLSLogging=true",
        ),
        ("PUT", "/functions/f", {"timeout": 3}, ""),
        ("PUT", "/functions/f", {"internetAccess": True}, "fc:EnableServiceInternetAccess=true"),
        ("PUT", "/functions/f", {"logConfig": {}}, "fc:EnableServiceSLSLogging=false"),
        (
            "POST",
            "/functions/f/triggers",
            {"triggerType": "http", "triggerConfig": json.dumps(HTTP)},
            "fc:EnableHTTPTriggerInternet=true fc:EnableHTTPTriggerAnonymous=true",
        ),
        (
            "PUT",
            "/functions/f/triggers/h",
            {"triggerConfig": json.dumps(SAFE)},
            "fc:EnableHTTPTriggerInternet=false fc:EnableHTTPTriggerAnonymous=false",
        ),
        ("PUT", "/functions/f/triggers/h", {"description": "d"}, ""),
        ("POST", "/functions/f/triggers", {"triggerType": "timer", "triggerConfig": "{}"}, ""),
        ("POST", "/functions/f/triggers", {"triggerType": "http", "triggerConfig": "{"}, ""),
        ("POST", "/custom-domains", {"protocol": "HTTP,HTTPS"}, "fc:EnableCustomDomainHTTP=true"),
        ("POST", "/custom-domains", {"protocol": "HTTPS"}, "fc:EnableCustomDomainHTTP=false"),
        ("PUT", "/custom-domains/d", {"wafConfig": {}}, ""),
    ],
)
def test_guardrails_see_what_a_request_would_open(
    served: ServedFc,
    grants: Grants,
    limited: RoaClient,
    method: str,
    path: str,
    body: dict[str, Any],
    conditions: str,
) -> None:
    owner = served.client()
    create_function(owner)
    trigger = m.CreateTriggerInput(trigger_name="h", trigger_type="http", trigger_config=json.dumps(SAFE))
    owner.create_trigger("f", m.CreateTriggerRequest(body=trigger))
    grants.only = set()
    message = limited(method, path, body).json()["Message"]
    assert message.partition(" with condition ")[2] == (f"'[{conditions}]'" if conditions else "")
    context = dict(item.split("=") for item in conditions.split())
    assert context.items() <= grants.asked[-1][2].items()


def test_every_operation_asks_before_it_does_anything(served: ServedFc, grants: Grants, limited: RoaClient) -> None:
    """No route is open: a user without any right is refused everywhere, and nothing changes."""
    create_function(served.client())
    grants.only = set()
    function = f"acs:fc:{REGION}:{served.account}:functions/f"
    layer = f"acs:fc:{REGION}:{served.account}:layers/l/versions/1"
    code = {"zipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}
    served_layer = served.client().create_layer_version(
        "l",
        m.CreateLayerVersionRequest(
            body=m.CreateLayerVersionInput(
                code=m.InputCodeLocation(zip_file=code["zipFile"]), compatible_runtime=["python3.10"]
            )
        ),
    )
    assert served_layer.body.version == 1
    names = {"function": "f", "layer": "l", "version": "1", "arn": layer.replace("/", "%2F")}
    before = served.do(lambda: served.cloud.store.kinds("fc/"))
    for route in urls.ROUTES:
        path = route.path.pattern.removeprefix("/2023-03-30")
        for name in ("function", "layer", "version", "arn", "alias", "trigger", "domain", "task", "vpc"):
            path = path.replace(f"(?P<{name}>[^/]+)", names.get(name, "x"))
        body = {
            "functionName": "f",
            "ResourceId": [function],
            "ResourceType": "function",
            "Tag": [{"Key": "k"}],
            "resourceId": "f",
            "newResourceGroupId": "rg",
        }
        query = {"ResourceId": json.dumps([function]), "TagKey": '["k"]', "ResourceType": "function"}
        answer = limited(route.method, path, body if route.method in ("POST", "PUT") else None, query)
        assert (answer.status_code, answer.json()["Code"]) == (403, "AccessDenied"), (route.operation, answer.text)
    assert served.do(lambda: served.cloud.store.kinds("fc/")) == before


def test_a_role_is_handed_over_only_by_who_may_pass_it(served: ServedFc, grants: Grants, user: AccessKey) -> None:
    role = f"acs:ram::{served.account}:role/r"
    client = served.client(user)
    grants.denied = {"ram:PassRole"}
    with Refused("AccessDenied", 403, "ram:PassRole", role):
        create_function(client, role=role)
    create_function(client)
    body = m.UpdateFunctionInput(role=role)
    with Refused("AccessDenied", 403, "ram:PassRole"):
        client.update_function("f", m.UpdateFunctionRequest(body=body))
    grants.denied = set()
    client.update_function("f", m.UpdateFunctionRequest(body=body))
    asked = [context for action, resource, context in grants.asked if (action, resource) == ("ram:PassRole", role)]
    assert asked and all(context["acs:Service"] == "fc.aliyuncs.com" for context in asked)


def test_unknown_keys_and_wrong_secrets_are_refused_in_the_clouds_words(served: ServedFc) -> None:
    owner = served.key()
    unknown = AccessKey("LTAI5tUnknown", "secret", owner.principal)
    with Refused("InvalidAccessKeyID", 403, "LTAI5tUnknown"):
        served.client(unknown).get_function("f", m.GetFunctionRequest())
    wrong = AccessKey(owner.id, "wrong", owner.principal)
    with Refused("SignatureNotMatch", 403, "does not match the signature you provided"):
        served.client(wrong).get_function("f", m.GetFunctionRequest())
    with contextlib.closing(RoaClient(served, wrong)) as roa:
        assert roa("GET", "/functions/f").json()["Code"] == "SignatureNotMatch"


def test_an_unsigned_request_is_refused(served: ServedFc, roa: RoaClient) -> None:
    host = f"{served.account}.{REGION}.fc.aliyuncs.com"
    answer = roa._http.get(f"http://{host}/2023-03-30/functions")
    assert (answer.status_code, answer.json()["Code"]) == (403, "MissingRequiredHeader")


def test_another_accounts_host_is_not_this_keys(served: ServedFc) -> None:
    client = served.client(endpoint=f"1999999999999999.{REGION}.fc.aliyuncs.com")
    with Refused("AccessDenied", 403, "doesn't belong to you"):
        client.list_functions(m.ListFunctionsRequest())


def test_temporary_keys_work_by_both_signatures(served: ServedFc, grants: Grants) -> None:
    principal = Principal(served.account, "assumed-role", "r", "s")
    key = served.do(lambda: served.cloud.keys.create_temporary(principal, 900))
    assert served.client(key).list_functions(m.ListFunctionsRequest()).body.functions == []
    with contextlib.closing(RoaClient(served, key)) as roa:
        assert roa("GET", "/functions").json() == {"functions": [], "nextToken": ""}
        served.do(lambda: served.cloud.clock.move(901))
        assert roa("GET", "/functions").status_code == 403
