"""The exact shapes the alicloud provider depends on (terraform-provider-alicloud 1.285.0)."""

from __future__ import annotations

import base64
import json

import pytest

from unit.localcloud.alibaba.fc.roa_client import RoaClient
from unit.localcloud.alibaba.fc.served_fc import REGION, ServedFc, make_zip

CODE = {"zipFile": base64.b64encode(make_zip(index__py="x = 1")).decode()}
# Sent by the provider for a plain function, as seen on the wire.
FUNCTION = {
    "Tags": [{"Key": "team", "Value": "a"}],
    "code": CODE,
    "environmentVariables": {"K": "v"},
    "functionName": "f",
    "handler": "index.handler",
    "memorySize": 512,
    "runtime": "python3.10",
    "timeout": 10,
}


@pytest.fixture
def made(roa: RoaClient) -> RoaClient:
    answer = roa("POST", "/functions", FUNCTION)
    assert answer.status_code == 200, answer.text
    return roa


def test_create_reads_back_without_a_difference(made: RoaClient) -> None:
    document = made("GET", "/functions/f").json()
    for name in ("functionName", "handler", "runtime", "timeout", "memorySize", "environmentVariables"):
        assert document[name] == FUNCTION[name]
    absent = (
        "idleTimeout",
        "customContainerConfig",
        "customDNS",
        "customRuntimeConfig",
        "gpuConfig",
        "invocationRestriction",
        "instanceLifecycleConfig",
        "logConfig",
        "code",
    )
    assert not set(absent) & set(document)
    assert document["role"] == document["description"] == ""
    assert document["tags"] == [{"Key": "team", "Value": "a"}]
    assert document["nasConfig"] == {"userId": -1, "groupId": -1, "mountPoints": []}


def test_an_update_changes_what_it_sends_and_an_empty_block_removes(made: RoaClient) -> None:
    same = {"functionName": "f", "handler": "index.handler", "runtime": "python3.10"}
    hooks = {"initializer": {"handler": "index.initialize", "timeout": 5}}
    assert made("PUT", "/functions/f", same | {"instanceLifecycleConfig": hooks, "timeout": 11}).status_code == 200
    document = made("GET", "/functions/f").json()
    assert document["instanceLifecycleConfig"] == hooks
    assert (document["timeout"], document["memorySize"]) == (11, 512)
    assert document["environmentVariables"] == {"K": "v"}
    made("PUT", "/functions/f", same | {"instanceLifecycleConfig": {}, "environmentVariables": {}})
    document = made("GET", "/functions/f").json()
    assert "instanceLifecycleConfig" not in document
    assert "environmentVariables" not in document


def test_a_version_is_read_as_the_function_with_its_own_description(made: RoaClient) -> None:
    published = made("POST", "/functions/f/versions", {"description": "first"}).json()
    assert published["versionId"] == "1"
    document = made("GET", "/functions/f", query={"qualifier": "1"}).json()
    assert (document["functionName"], document["description"]) == ("f", "first")
    assert document["createdTime"] == published["createdTime"]
    assert made("GET", "/functions/f").json()["description"] == ""
    assert made("GET", "/functions/f", query={"qualifier": "2"}).status_code == 404


def test_trigger_config_is_answered_as_the_very_string(made: RoaClient) -> None:
    text = '{"payload":"x",  "cronExpression":"@every 1m","enable":true}'
    body = {"triggerName": "t", "triggerType": "timer", "qualifier": "LATEST", "triggerConfig": text}
    assert made("POST", "/functions/f/triggers", body).status_code == 200
    document = made("GET", "/functions/f/triggers/t").json()
    assert document["triggerConfig"] == text
    assert document["triggerId"]
    assert document["invocationRole"] == ""
    assert "httpTrigger" not in document


def test_an_alias_always_tells_its_weights(made: RoaClient) -> None:
    made("POST", "/functions/f/versions", {})
    made("PUT", "/functions/f", {"timeout": 12})
    made("POST", "/functions/f/versions", {})
    made("POST", "/functions/f/aliases", {"aliasName": "prod", "versionId": "1"})
    assert made("GET", "/functions/f/aliases/prod").json()["additionalVersionWeight"] == {}
    made("PUT", "/functions/f/aliases/prod", {"additionalVersionWeight": {"1": 0.1}, "versionId": "2"})
    document = made("GET", "/functions/f/aliases/prod").json()
    assert (document["versionId"], document["additionalVersionWeight"]) == ("2", {"1": 0.1})
    made("PUT", "/functions/f/aliases/prod", {"additionalVersionWeight": {}})
    assert made("GET", "/functions/f/aliases/prod").json()["additionalVersionWeight"] == {}


def test_provision_and_async_configs_of_an_alias_are_found_without_a_qualifier(made: RoaClient) -> None:
    made("POST", "/functions/f/versions", {})
    made("POST", "/functions/f/aliases", {"aliasName": "prod", "versionId": "1"})
    settings = {
        "asyncTask": False,
        "destinationConfig": {"onFailure": {"destination": f"acs:fc:{REGION}:1:functions/g"}, "onSuccess": {}},
        "maxAsyncEventAgeInSeconds": 60,
        "maxAsyncRetryAttempts": 1,
    }
    assert made("GET", "/functions/f/async-invoke-config").json()["Code"] == "AsyncConfigNotExists"
    made("PUT", "/functions/f/async-invoke-config", settings, {"qualifier": "prod"})
    assert settings.items() <= made("GET", "/functions/f/async-invoke-config").json().items()
    made("PUT", "/functions/f/provision-config", {"target": 2}, {"qualifier": "prod"})
    assert made("GET", "/functions/f/provision-config").json()["target"] == 2
    assert made("DELETE", "/functions/f/provision-config", query={"qualifier": "prod"}).status_code == 204
    assert made("GET", "/functions/f/provision-config").json()["target"] == 0


def test_a_layer_tells_its_acl_only_once_it_was_put(roa: RoaClient) -> None:
    body = {"code": CODE, "compatibleRuntime": ["python3.12", "python3.10"], "description": "d"}
    made = roa("POST", "/layers/l/versions", body).json()
    assert (made["layerName"], made["version"]) == ("l", 1)
    assert made["compatibleRuntime"] == ["python3.12", "python3.10"]
    assert made["createTime"] and "createdTime" not in made
    assert "acl" not in roa("GET", "/layers/l/versions/1").json()
    assert roa("PUT", "/layers/l/acl", {}, {"acl": "0", "public": ""}).status_code == 200
    assert roa("GET", "/layers/l/versions/1").json()["acl"] == "0"


def test_tags_go_by_lists_in_the_query(made: RoaClient, served: ServedFc) -> None:
    arn = f"acs:fc:{REGION}:{served.account}:functions/f"
    body = {"ResourceId": [arn], "ResourceType": "function", "Tag": [{"Key": "env", "Value": "dev"}]}
    assert made("POST", "/tags-v2", body).status_code == 200
    query = {"ResourceId": json.dumps([arn]), "TagKey": '["team"]', "ResourceType": "function"}
    assert made("DELETE", "/tags-v2", query=query).status_code == 200
    assert made("GET", "/functions/f").json()["tags"] == [{"Key": "env", "Value": "dev"}]


def test_deletions_answer_204_and_nothing(made: RoaClient) -> None:
    answer = made("DELETE", "/functions/f")
    assert (answer.status_code, answer.content) == (204, b"")
    gone = made("GET", "/functions/f")
    assert (gone.status_code, gone.json()["Code"]) == (404, "FunctionNotFound")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/2023-03-30/functions/f/sessions"),
        ("PUT", "/2023-03-30/functions/f/scaling-config"),
        ("PATCH", "/2023-03-30/functions/f"),
        ("GET", "/2021-04-06/services"),
        ("GET", "/2023-03-30/"),
    ],
)
def test_an_unknown_operation_is_a_loud_400(roa: RoaClient, served: ServedFc, method: str, path: str) -> None:
    answer = roa(method, path)
    assert answer.status_code == 400
    document = answer.json()
    assert document["Code"] == "YunfnLocalUnknownOperation"
    assert f"{method} {path}" in document["Message"]
    assert document["RequestId"]
    assert next(served.cloud.journal.lines(unknown_only=True))["operation"] == f"{method} {path}"


def test_the_older_api_is_refused_in_its_own_words(roa: RoaClient) -> None:
    answer = roa("GET", "/2016-08-15/services")
    assert answer.status_code == 400
    assert set(answer.json()) == {"ErrorCode", "ErrorMessage"}


def test_a_body_that_is_no_object_is_refused(roa: RoaClient) -> None:
    for body in (b"{", b"[]", b"\xff"):
        answer = roa("POST", "/functions", body)
        assert (answer.status_code, answer.json()["Code"]) == (400, "InvalidArgument")


def test_no_error_holds_digits_that_the_provider_retries_on(roa: RoaClient) -> None:
    answer = roa("GET", "/functions/none")
    assert answer.json()["RequestId"] == answer.headers["x-fc-request-id"] == answer.headers["x-acs-request-id"]
    assert "429" not in answer.text and "500" not in answer.text
