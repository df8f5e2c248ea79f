"""Who may do what: signatures, accounts, and the right each operation takes."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from alibabacloud_fc20230330 import models as m

from unit.localcloud.alibaba.fc.roa_client import RoaClient
from unit.localcloud.alibaba.fc.served_fc import REGION, Refused, ServedFc, create_function
from yunfn.localcloud.alibaba.fc import urls
from yunfn.localcloud.keys import AccessKey, Principal


class Grants:
    """Allows what it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.denied: set[str] = set()
        self.asked: list[tuple[str, str, Mapping[str, str]]] = []

    def allows(self, principal: Principal, action: str, resource: str, context: Mapping[str, str]) -> bool:
        self.asked.append((action, resource, context))
        return action not in self.denied


@pytest.fixture
def grants(served: ServedFc) -> Grants:
    grants = Grants()
    served.cloud.authorizer = grants
    return grants


@pytest.fixture
def user(served: ServedFc) -> AccessKey:
    return served.key(Principal(served.account, "user", "bob"))


CALLS = [
    ("CreateFunction", "POST", "/functions", "functions/new"),
    ("ListFunctions", "GET", "/functions", "functions/*"),
    ("GetFunction", "GET", "/functions/f", "functions/f"),
    ("PublishFunctionVersion", "POST", "/functions/f/versions", "functions/f"),
    ("UpdateAlias", "PUT", "/functions/f/aliases/a", "functions/f"),
    ("CreateTrigger", "POST", "/functions/f/triggers", "functions/f"),
    ("PutProvisionConfig", "PUT", "/functions/f/provision-config", "functions/f"),
    ("CreateLayerVersion", "POST", "/layers/l/versions", "layers/l"),
    ("GetLayerVersion", "GET", "/layers/l/versions/3", "layers/l/versions/3"),
    ("CreateCustomDomain", "POST", "/custom-domains", "custom-domains/a.example.com"),
    ("DeleteCustomDomain", "DELETE", "/custom-domains/a.example.com", "custom-domains/a.example.com"),
    ("ListProvisionConfigs", "GET", "/provision-configs", "functions/*"),
]


@pytest.mark.parametrize(("operation", "method", "path", "resource"), CALLS)
def test_each_operation_takes_a_right_of_its_own_name(
    served: ServedFc, grants: Grants, user: AccessKey, operation: str, method: str, path: str, resource: str
) -> None:
    grants.denied = {f"fc:{operation}"}
    roa = RoaClient(served, user)
    body = {"functionName": "new", "domainName": "a.example.com"} if method != "GET" else None
    answer = roa(method, path, body)
    roa.close()
    full = f"acs:fc:{REGION}:{served.account}:{resource}"
    assert (answer.status_code, answer.json()["Code"]) == (403, "AccessDenied")
    assert f"fc:{operation}" in answer.json()["Message"] and full in answer.json()["Message"]
    assert [asked[:2] for asked in grants.asked] == [(f"fc:{operation}", full)]


def test_every_operation_asks_before_it_does_anything(served: ServedFc, grants: Grants, user: AccessKey) -> None:
    """No route is open: a user without any right is refused everywhere, and nothing changes."""
    create_function(served.client())
    grants.denied = {f"fc:{operation}" for operation in urls.OPERATIONS}
    roa = RoaClient(served, user)
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
        answer = roa(route.method, path, body if route.method in ("POST", "PUT") else None, query)
        assert (answer.status_code, answer.json()["Code"]) == (403, "AccessDenied"), (route.operation, answer.text)
    roa.close()
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
    roa = RoaClient(served, wrong)
    assert roa("GET", "/functions/f").json()["Code"] == "SignatureNotMatch"
    roa.close()


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
    roa = RoaClient(served, key)
    assert roa("GET", "/functions").json() == {"functions": [], "nextToken": ""}
    served.do(lambda: served.cloud.clock.move(901))
    assert roa("GET", "/functions").status_code == 403
    roa.close()
