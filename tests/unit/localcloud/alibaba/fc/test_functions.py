"""Functions by the official client."""

from __future__ import annotations

import base64

import httpx
import pytest
from alibabacloud_fc20230330 import models as m
from alibabacloud_fc20230330.client import Client

from unit.localcloud.alibaba.fc.served_fc import REGION, Refused, ServedFc, create_function, inline, make_zip


def get(client: Client, name: str = "f", qualifier: str | None = None) -> m.Function:
    return client.get_function(name, m.GetFunctionRequest(qualifier=qualifier)).body


def update(client: Client, name: str = "f", **changes: object) -> m.Function:
    return client.update_function(name, m.UpdateFunctionRequest(body=m.UpdateFunctionInput(**changes))).body


def test_a_function_has_the_clouds_defaults(client: Client, served: ServedFc) -> None:
    made = create_function(client)
    assert made.function_name == "f"
    read = get(client)
    assert (read.memory_size, read.cpu, read.disk_size, read.timeout) == (512, 0.35, 512, 3)
    assert (read.instance_concurrency, read.internet_access, read.session_affinity) == (1, True, "NONE")
    assert (read.state, read.last_update_status) == ("Active", "Successful")
    assert read.function_arn == f"acs:fc:{REGION}:{served.account}:functions/f"
    assert read.function_id and read.created_time == read.last_modified_time
    assert read.idle_timeout is None


def test_the_whole_way_goes_through_tls(served: ServedFc) -> None:
    client = served.client(tls=True)
    create_function(client)
    assert get(client).function_name == "f"


def test_a_name_is_taken_once_in_a_region(client: Client, served: ServedFc) -> None:
    create_function(client)
    before = served.blobs()
    with Refused("FunctionAlreadyExists", 409, "'f'"):
        create_function(client)
    assert served.blobs() == before
    other = served.client(endpoint=f"{served.account}.cn-shanghai.fc.aliyuncs.com")
    assert create_function(other).function_arn == f"acs:fc:cn-shanghai:{served.account}:functions/f"


def test_cpu_follows_memory_until_somebody_sets_it(client: Client) -> None:
    create_function(client, memory_size=1024)
    assert get(client).cpu == 0.7
    assert update(client, memory_size=3072).cpu == 2.0
    assert update(client, cpu=1.0).cpu == 1.0
    assert update(client, memory_size=2048).cpu == 1.0
    with Refused("InvalidArgument", 400, "ratio", "cpu 1"):
        update(client, memory_size=8192)


def test_every_setting_comes_back(client: Client, served: ServedFc) -> None:
    role = f"acs:ram::{served.account}:role/r"
    settings = m.CreateFunctionInput().from_map(
        {
            "description": "d",
            "role": role,
            "environmentVariables": {"A": "1"},
            "instanceLifecycleConfig": {"initializer": {"handler": "i.f", "timeout": 9}, "preStop": {"handler": "i.p"}},
            "vpcConfig": {"vpcId": "vpc-1", "vSwitchIds": ["vsw-1"], "securityGroupId": "sg-1"},
            "nasConfig": {"userId": 0, "groupId": 0, "mountPoints": [{"mountDir": "/mnt/a", "serverAddr": "n:/"}]},
            "ossMountConfig": {"mountPoints": [{"bucketName": "b", "mountDir": "/mnt/b", "readOnly": True}]},
            "internetAccess": False,
            "diskSize": 10240,
            "timeout": 86400,
            "instanceConcurrency": 20,
            "customDNS": {"nameServers": ["1.1.1.1"]},
            "disableOndemand": True,
            "sessionAffinity": "GENERATED_COOKIE",
            "sessionAffinityConfig": '{"sessionTTLInSeconds":1}',
            "idleTimeout": 60,
        }
    )
    values = {name: value for name, value in vars(settings).items() if value is not None}
    create_function(client, **values)
    read = get(client).to_map()
    sent = settings.to_map()
    for name, value in sent.items():
        found = read[name]
        assert found == value or value.items() <= found.items(), name


def test_code_is_what_get_function_code_leads_to(client: Client, served: ServedFc) -> None:
    create_function(client)
    first = client.get_function_code("f", m.GetFunctionCodeRequest()).body
    assert first.checksum == get(client).code_checksum
    with httpx.Client(proxy=f"http://127.0.0.1:{served.port}", verify=served.trust, trust_env=False) as http:
        assert http.get(first.url).content == make_zip(index__py="x = 1")
        update(client, code=inline(index__py="x = 2"))
        assert http.get(first.url).json()["Code"] == "InvalidArgument"
        second = client.get_function_code("f", m.GetFunctionCodeRequest()).body
        assert http.get(second.url).content == make_zip(index__py="x = 2")
        served.do(lambda: served.cloud.clock.move(3600))
        assert http.get(second.url).status_code == 400
        assert http.get(second.url.replace("code-packages/", "code-packages/a")).status_code == 400


def test_functions_are_listed_page_by_page(client: Client) -> None:
    for name in ("a1", "a2", "a3", "b1"):
        create_function(client, name, tags=[m.Tag(key="k", value=name)])
    names = []
    token = None
    for _ in range(3):
        page = client.list_functions(m.ListFunctionsRequest(prefix="a", limit=2, next_token=token)).body
        names.append([function.function_name for function in page.functions])
        token = page.next_token
        if not token:
            break
    assert names == [["a1", "a2"], ["a3"]]
    full = client.list_functions(m.ListFunctionsRequest(prefix="a", limit=3)).body
    assert (len(full.functions), full.next_token) == (3, "")
    by_tag = client.list_functions(m.ListFunctionsRequest(tags=[m.Tag(key="k", value="b1")])).body
    assert [function.function_name for function in by_tag.functions] == ["b1"]
    assert client.list_functions(m.ListFunctionsRequest(runtime="python3.9")).body.functions == []
    assert client.list_functions(m.ListFunctionsRequest(fc_version="v2")).body.functions == []
    for limit in (0, 101):
        with Refused("InvalidArgument", 400, "limit"):
            client.list_functions(m.ListFunctionsRequest(limit=limit))


def test_invocation_can_be_switched_off_and_on(client: Client) -> None:
    create_function(client)
    assert get(client).invocation_restriction is None
    client.disable_function_invocation("f", m.DisableFunctionInvocationRequest(reason="incident"))
    restriction = get(client).invocation_restriction
    assert (restriction.disable, restriction.reason) == (True, "incident")
    client.enable_function_invocation("f")
    assert get(client).invocation_restriction.disable is False


def test_deletion_takes_versions_aliases_and_settings_along(client: Client, served: ServedFc) -> None:
    create_function(client)
    client.publish_function_version("f", m.PublishFunctionVersionRequest(body=m.PublishVersionInput()))
    client.create_alias("f", m.CreateAliasRequest(body=m.CreateAliasInput(alias_name="prod", version_id="1")))
    concurrency = m.PutConcurrencyInput(reserved_concurrency=3)
    client.put_concurrency_config("f", m.PutConcurrencyConfigRequest(body=concurrency))
    client.delete_function("f")
    assert served.do(lambda: served.cloud.store.kinds("fc/")) == []
    assert served.blobs() == 0
    with Refused("FunctionNotFound", 404, "'f'"):
        client.delete_function("f")


def test_a_function_with_triggers_is_not_deleted(client: Client) -> None:
    create_function(client)
    body = m.CreateTriggerInput(
        trigger_name="t", trigger_type="timer", trigger_config='{"cronExpression":"@every 5m","enable":false}'
    )
    client.create_trigger("f", m.CreateTriggerRequest(body=body))
    with Refused("FunctionNotEmpty", 409, "function 'f' has active triggers"):
        client.delete_function("f")
    client.delete_trigger("f", "t")
    client.delete_function("f")


def test_a_function_with_provisioned_instances_is_not_deleted(client: Client) -> None:
    create_function(client)
    body = m.PutProvisionConfigInput(target=1)
    client.put_provision_config("f", m.PutProvisionConfigRequest(qualifier="LATEST", body=body))
    with Refused("ProvisionConfigExist", 409):
        client.delete_function("f")
    client.delete_provision_config("f", m.DeleteProvisionConfigRequest(qualifier="LATEST"))
    client.delete_function("f")


def test_what_is_not_there_is_not_found(client: Client) -> None:
    with Refused("FunctionNotFound", 404, "function 'none' does not exist"):
        get(client, "none")
    with Refused("FunctionNotFound", 404):
        update(client, "none", code=inline())
    create_function(client)
    with Refused("VersionNotFound", 404, "'7'"):
        get(client, "f", "7")
    with Refused("AliasNotFound", 404, "'prod'"):
        get(client, "f", "prod")


def test_log_config_must_exist(client: Client, served: ServedFc) -> None:
    log = m.LogConfig(project="p1", logstore="s1")
    with Refused("InvalidArgument", 400, "project 'p1' does not exist"):
        create_function(client, log_config=log)
    served.make_project("p1")
    with Refused("InvalidArgument", 400, "logstore 's1' does not exist"):
        create_function(client, log_config=log)
    served.make_logstore("p1", "s1")
    create_function(client, log_config=log)
    assert get(client).log_config.logstore == "s1"
    update(client, log_config=m.LogConfig(project="", logstore=""))
    assert get(client).log_config is None


def test_a_failed_update_leaves_all_as_it_was(client: Client, served: ServedFc) -> None:
    create_function(client)
    before, blobs = get(client).to_map(), served.blobs()
    for changes in ({"timeout": 0}, {"layers": ["x"]}, {"memory_size": 100}):
        with Refused("InvalidArgument", 400):
            update(client, code=inline(index__py="x = 2"), **changes)
    assert get(client).to_map() == before
    assert served.blobs() == blobs


@pytest.mark.parametrize(
    "endpoint",
    ["{account}.{region}-internal.fc.aliyuncs.com", "fcv3.{region}.aliyuncs.com", "{region}.fc.aliyuncs.com"],
)
def test_other_true_host_names_answer(served: ServedFc, endpoint: str) -> None:
    client = served.client(endpoint=endpoint.format(account=served.account, region=REGION))
    assert create_function(client).function_arn == f"acs:fc:{REGION}:{served.account}:functions/f"


def test_all_is_there_after_a_restart(client: Client, served: ServedFc) -> None:
    create_function(client)
    before = get(client).to_map()
    served.restart()
    again = served.client()
    assert get(again).to_map() == before
    code = base64.b64encode(make_zip(index__py="x = 1")).decode()
    assert update(again, code=m.InputCodeLocation(zip_file=code)).code_checksum == before["codeChecksum"]
