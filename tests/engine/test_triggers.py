"""Triggers of every kind: made, left alone, changed; http, timer, oss and tablestore really call, by alias unless
written out.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tablestore
from alibabacloud_fc20230330 import models
from alibabacloud_tea_openapi.utils import Utils
from darabonba.core import DaraRequest

import support.cbor_decoder
from support.clients import REGION, FunctionComputeClient, http_client
from support.cloud_calls import log_lines, oss_bucket, ram, wait_for
from support.local_account import LocalAccount
from support.pulumi_cli import Outcome, PulumiCli
from support.tablestore_clients import table_client

pytestmark = pytest.mark.engine
KINDS = {"http", "timer", "oss", "log", "mns_topic", "cdn_events", "tablestore", "eventbridge"}
# A row that ``fails`` so often fails the call so often: the instance, which stays, counts in /tmp.
_CODE = """\
import json, os
from cbor import decode

def handler(event, context):
    told = json.loads(event) if event[:1] == b"{" else decode(event)
    print("called with " + json.dumps(told))
    for record in told.get("Records", ()):
        at = "/tmp/%d" % record["PrimaryKey"][0]["Value"]
        with open(at, "a") as file:
            file.write(".")
        fails = [column["Value"] for column in record["Columns"] if column["ColumnName"] == "fails"]
        if fails and os.path.getsize(at) <= fails[0]:
            raise ValueError("not yet")
    return {"statusCode": 200, "body": "well"}
"""


@pytest.fixture(scope="module")
def first_up() -> list[Outcome]:
    return []


@pytest.fixture(scope="module")
def make(
    own_account: LocalAccount, tmp_path_factory: pytest.TempPathFactory, programs: Path
) -> Callable[[str], PulumiCli]:
    """Makes a stack with every kind, in a cloud of the module's own, whose clock may be moved."""
    folder = tmp_path_factory.mktemp("triggers")
    own_account.bootstrap(folder)
    code = folder / "code"
    code.mkdir()
    (code / "index.py").write_text(_CODE)
    shutil.copy(support.cbor_decoder.__file__, code / "cbor.py")

    def one(name: str) -> PulumiCli:
        made = own_account.stack(folder / name, programs / "all_triggers.py", name)
        made.configure(t__code=str(code), t__bucket=f"{name}-{own_account.id}")
        return made

    return one


@pytest.fixture(scope="module")
def shared(make: Callable[[str], PulumiCli], first_up: list[Outcome]) -> PulumiCli:
    made = make("triggers")
    first_up.append(made.up())
    return made


@pytest.fixture
def stack(shared: PulumiCli) -> PulumiCli:
    """The stack as the program writes it, whatever ran before."""
    if "t:cron" in (shared.folder / f"Pulumi.{shared.stack}.yaml").read_text():
        shared.unconfigure("t__cron", "t__tag", "t__without")
        shared.up()
    return shared


@pytest.fixture
def outputs(stack: PulumiCli) -> dict[str, Any]:
    return stack.outputs()


def _triggers(account: LocalAccount, function: str) -> dict[str, Any]:
    answer = FunctionComputeClient(account.cloud).call("list_triggers", function, models.ListTriggersRequest(limit=50))
    return {each.trigger_name: each for each in answer.triggers}


def _events(account: LocalAccount, outputs: dict[str, Any]) -> list[dict[str, Any]]:
    """What ``echo`` was called with so far, as its log lines tell."""
    lines = log_lines(account, outputs["project"], outputs["logstore"], "called")
    return [json.loads(line.split("called with ", 1)[1]) for line in lines if "called with " in line]


def test_every_kind_stands_bound_to_its_alias_and_stays_as_it_is(
    own_account: LocalAccount, stack: PulumiCli, outputs: dict[str, Any]
) -> None:
    found = _triggers(own_account, outputs["echo"])
    assert {each.trigger_type for each in found.values()} == KINDS
    bound = {name: each.qualifier for name, each in found.items()}
    assert bound.pop("asleep") == "LATEST"
    assert bound.pop("private") == "staff"
    assert set(bound.values()) == {"live"}
    assert _triggers(own_account, outputs["solo"])["found"].qualifier == "live"
    account = own_account.id
    sources = {name: each.source_arn for name, each in found.items() if each.source_arn}
    assert sources == {
        "put": f"acs:oss:{REGION}:{account}:{outputs['bucket']}",
        "lines": f"acs:log:{REGION}:{account}:project/{outputs['project']}",
        "topic": f"acs:mns:{REGION}:{account}:/topics/orders",
        "cdn": f"acs:cdn:*:{account}",
        "table": f"acs:ots:{REGION}:{account}:instance/{outputs['instance']}/table/orders",
    }
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")


def test_callers_may_invoke_this_function_by_this_alias_and_read_what_calls_it(
    own_account: LocalAccount, outputs: dict[str, Any]
) -> None:
    trusted = {
        "put": {"Service": ["oss.aliyuncs.com"]},
        "lines": {"Service": ["log.aliyuncs.com"]},
        "topic": {"Service": ["mns.aliyuncs.com"]},
        "cdn": {"Service": ["cdn.aliyuncs.com"]},
        "table": {"RAM": ["acs:ram::1604337383174619:root"]},
    }
    found = _triggers(own_account, outputs["echo"])
    assert {name for name, each in found.items() if each.invocation_role} == set(trusted)
    for name, principal in trusted.items():
        role = found[name].invocation_role.rpartition("/")[2]
        trust = json.loads(ram(own_account, "GetRole", RoleName=role)["Role"]["AssumeRolePolicyDocument"])
        assert [each["Principal"] for each in trust["Statement"]] == [principal]
        policies = ram(own_account, "ListPoliciesForRole", RoleName=role)["Policies"]["Policy"]
        assert len(policies) == 1
        policy = ram(own_account, "GetPolicy", PolicyName=policies[0]["PolicyName"], PolicyType="Custom")
        document = json.loads(policy["DefaultPolicyVersion"]["PolicyDocument"])
        calls, *more = document["Statement"]
        assert calls == {
            "Effect": "Allow",
            "Action": ["fc:InvokeFunction"],
            "Resource": [f"acs:fc:{REGION}:{own_account.id}:functions/{outputs['echo']}/live"],
        }
        # By the same role a table's changes are read, from an account of the cloud's own, and a logstore's lines.
        table = f"acs:ots:{REGION}:{own_account.id}:instance/{outputs['instance']}/table/orders"
        lines = f"acs:log:{REGION}:{own_account.id}:project/{outputs['project']}/logstore/{outputs['logstore']}"
        read = {
            "table": {table: ["ots:DescribeStream", "ots:GetShardIterator", "ots:GetStreamRecord", "ots:ListStream"]},
            "lines": {
                f"{lines}/consumergroup/*": [
                    "log:ConsumerGroupHeartBeat",
                    "log:ConsumerGroupUpdateCheckPoint",
                    "log:CreateConsumerGroup",
                    "log:GetConsumerGroupCheckPoint",
                    "log:ListConsumerGroup",
                    "log:UpdateConsumerGroup",
                ],
                lines: ["log:GetCursorOrData", "log:ListShards"],
            },
        }
        expected = {
            at: {"Effect": "Allow", "Action": each, "Resource": [at]} for at, each in read.get(name, {}).items()
        }
        assert more == list(expected.values())


def test_latest_is_reported_and_only_where_it_is_written_out(stack: PulumiCli, first_up: list[Outcome]) -> None:
    warnings = re.findall(r"warning: (.*)", first_up[0].output)
    # Said when it happens, and once more at the end.
    assert {text for text in warnings if "LATEST" in text} == {
        "asleep: bound to LATEST: it calls code that was never published and bypasses every alias"
    }


def test_anonymous_calls_and_calls_signed_by_the_account(own_account: LocalAccount, outputs: dict[str, Any]) -> None:
    with http_client(own_account.cloud) as client:
        answer = client.get(outputs["web"])
        assert (answer.status_code, answer.text) == (200, "well")
        assert answer.headers["x-fc-invocation-function-version"] == "1"
        assert client.post(outputs["web"]).status_code in (403, 405)
        assert client.get(outputs["found"]).headers["x-fc-invocation-function-version"] == "1"
        unsigned = client.get(outputs["private"])
        assert unsigned.status_code == 403
        owner = own_account.cloud.home.owner_key
        signed = client.get(outputs["private"], headers=_signature(outputs["private"], owner.id, owner.secret))
        assert (signed.status_code, signed.text) == (200, "well")
        forged = client.get(outputs["private"], headers=_signature(outputs["private"], owner.id, "another secret"))
        assert forged.status_code == 403


def _signature(url: str, key_id: str, secret: str) -> dict[str, str]:
    """Headers of a GET signed by ACS3-HMAC-SHA256, made by the official SDK's own function."""
    algorithm = "ACS3-HMAC-SHA256"
    request = DaraRequest()
    request.method, request.pathname, request.query = "GET", "/", {}
    payload = Utils.hex_encode(Utils.hash(b"", algorithm))
    request.headers = {
        "host": url.removeprefix("https://"),
        "x-acs-date": Utils.get_timestamp(),
        "x-acs-signature-nonce": Utils.get_nonce(),
        "x-acs-content-sha256": payload,
    }
    return request.headers | {"authorization": Utils.get_authorization(request, algorithm, payload, key_id, secret)}


def test_a_timer_fires_when_its_time_comes_by_the_clouds_clock(
    own_account: LocalAccount, outputs: dict[str, Any]
) -> None:
    def ticks() -> list[dict[str, Any]]:
        return [event for event in _events(own_account, outputs) if "triggerName" in event]

    before = len(ticks())
    own_account.move_clock(3600)
    assert wait_for(lambda: len(ticks()) > before)
    tick = ticks()[-1]
    assert (tick["triggerName"], tick["payload"]) == ("hourly", "tick")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00:00Z", tick["triggerTime"])
    calls = [line for line in own_account.journal() if line.get("principal") == "timer trigger hourly"]
    assert {line["resource"] for line in calls} == {f"functions/{outputs['echo']}/1"}
    # The one that is switched off would have been due twelve times.
    assert not [line for line in own_account.journal() if line.get("principal") == "timer trigger asleep"]


def test_an_object_put_under_prefix_and_suffix_calls_and_others_do_not(
    own_account: LocalAccount, outputs: dict[str, Any]
) -> None:
    put = ("in/a.jpg", "out/a.png", "a.png", "in/yes.png")

    def keys() -> list[str]:
        told = [event["events"][0]["oss"] for event in _events(own_account, outputs) if "events" in event]
        return [each["object"]["key"] for each in told if each["object"]["key"] in put]

    before = {line.get("request_id") for line in own_account.journal()}

    def calls() -> list[int]:
        lines = [line for line in own_account.journal() if line.get("request_id") not in before]
        own = re.compile(":assumed-role/.*-put-")
        return [line["status"] for line in lines if own.search(line.get("principal", ""))]

    bucket = oss_bucket(own_account, outputs["bucket"])
    for key in put:
        bucket.put_object(key, b"bytes")
    bucket.delete_object("in/yes.png")
    assert wait_for(keys) == ["in/yes.png"]
    # Taken in by that right, and then run.
    assert wait_for(lambda: 200 in calls()) and calls() == [202, 200]


def test_a_caller_without_its_right_calls_nothing_and_up_gives_it_back(
    own_account: LocalAccount, stack: PulumiCli, outputs: dict[str, Any]
) -> None:
    role = _triggers(own_account, outputs["echo"])["put"].invocation_role.rpartition("/")[2]
    policy = ram(own_account, "ListPoliciesForRole", RoleName=role)["Policies"]["Policy"][0]["PolicyName"]
    ram(own_account, "DetachPolicyFromRole", PolicyType="Custom", PolicyName=policy, RoleName=role)
    before = len(own_account.journal())
    oss_bucket(own_account, outputs["bucket"]).put_object("in/denied.png", b"bytes")

    def denials() -> list[dict[str, Any]]:
        lines = own_account.journal()[before:]
        return [each for each in lines if each["operation"] == "InvokeFunction" and each["status"] == 403]

    assert "fc:InvokeFunction" in wait_for(denials)[-1]["denied"]
    stack.refresh()
    assert stack.up().changes["created"] == 1
    stack.up("--expect-no-changes")
    oss_bucket(own_account, outputs["bucket"]).put_object("in/allowed.png", b"bytes")
    assert wait_for(lambda: [e for e in _events(own_account, outputs) if "in/allowed.png" in json.dumps(e)])
    assert not [e for e in _events(own_account, outputs) if "in/denied.png" in json.dumps(e)]


def _orders(account: LocalAccount, outputs: dict[str, Any]) -> tablestore.OTSClient:
    return table_client(account.variables["OTS_ENDPOINT"], account.cloud.home.owner_key, outputs["instance"])


def _put(client: tablestore.OTSClient, number: int, **columns: Any) -> None:
    client.put_row("orders", tablestore.Row([("id", number)], list(columns.items())))


def _changes(account: LocalAccount, outputs: dict[str, Any], *of: int) -> list[list[dict[str, Any]]]:
    """The changes of these rows of the table, without those of other tests, that each call so far was about."""
    calls = [event["Records"] for event in _events(account, outputs) if "Records" in event]
    own = [[record for record in call if record["PrimaryKey"][0]["Value"] in of] for call in calls]
    return [records for records in own if records]


def test_a_tables_changes_call_in_order_and_a_failing_call_is_made_again(
    own_account: LocalAccount, outputs: dict[str, Any]
) -> None:
    client = _orders(own_account, outputs)
    began = time.time()
    _put(client, 1, fails=1)
    _put(client, 2, item="größe", count=-3, weight=0.5, sold=True, raw=bytearray(b"\x00\xff"))
    client.update_row("orders", tablestore.Row([("id", 2)], {"delete_all": ["item"], "put": [("count", 2**40)]}), None)
    client.delete_row("orders", tablestore.Row([("id", 1)]), None)

    def told_again() -> list[dict[str, Any]]:
        # The call that fails may be about all of them.
        return [record for call in _changes(own_account, outputs, 1, 2)[1:] for record in call]

    assert wait_for(lambda: [record for record in told_again() if record["Type"] == "DeleteRow"])
    first, again, *rest = _changes(own_account, outputs, 1, 2)
    # The call that failed was made again with the same, and only then it went on.
    assert first == again
    records = [*again, *(record for call in rest for record in call)]
    kinds = [(record["Type"], record["PrimaryKey"]) for record in records]
    assert kinds == [
        (kind, [{"ColumnName": "id", "Value": number}])
        for kind, number in (("PutRow", 1), ("PutRow", 2), ("UpdateRow", 2), ("DeleteRow", 1))
    ]
    put = {column["ColumnName"]: column for column in records[1]["Columns"]}
    values = {name: column["Value"] for name, column in put.items()}
    assert values == {"item": "größe", "count": -3, "weight": 0.5, "sold": True, "raw": "00ff"}
    ahead = own_account.cloud.ask("GET", "/clock").json()["offset_seconds"]
    times = [record["Info"]["Timestamp"] / 1e6 - ahead - began for record in records]
    assert times == sorted(times)
    assert all(-1 < seconds < 60 for seconds in times)
    assert all(
        {"Type": "Put"}.items() <= column.items() and column["Timestamp"] > began * 1000 for column in put.values()
    )
    changed = {(each["Type"], each["ColumnName"], each["Value"]) for each in records[2]["Columns"]}
    assert changed == {("DeleteAllVersions", "item", None), ("Put", "count", 2**40)}
    assert records[3]["Columns"] == []


def test_a_tables_caller_uses_each_right_that_it_has(own_account: LocalAccount, outputs: dict[str, Any]) -> None:
    role = _triggers(own_account, outputs["echo"])["table"].invocation_role.rpartition("/")[2]

    def used() -> set[tuple[str, str]]:
        return {
            (right["action"], right["resource"])
            for line in own_account.journal()
            if f":assumed-role/{role.lower()}/" in line.get("principal", "")
            for right in line.get("rights", ())
        }

    policy = ram(own_account, "ListPoliciesForRole", RoleName=role)["Policies"]["Policy"][0]["PolicyName"]
    text = ram(own_account, "GetPolicy", PolicyName=policy, PolicyType="Custom")["DefaultPolicyVersion"]
    statements = json.loads(text["PolicyDocument"])["Statement"]
    granted = {(action, at) for each in statements for action in each["Action"] for at in each["Resource"]}
    _put(_orders(own_account, outputs), 3)
    assert wait_for(lambda: used() >= granted)
    assert used() == granted


def test_settings_change_in_place_where_the_cloud_takes_it_and_else_by_replacement(
    own_account: LocalAccount, stack: PulumiCli, outputs: dict[str, Any]
) -> None:
    before = _triggers(own_account, outputs["echo"])
    stack.configure(t__cron="0 30 * * * *", t__tag="calm", t__without='["table"]')
    changed = stack.up()
    after = _triggers(own_account, outputs["echo"])
    _put(_orders(own_account, outputs), 9)
    assert json.loads(after["hourly"].trigger_config)["cronExpression"] == "0 30 * * * *"
    assert after["hourly"].trigger_id == before["hourly"].trigger_id
    assert json.loads(after["topic"].trigger_config)["filterTag"] == "calm"
    assert after["topic"].trigger_id != before["topic"].trigger_id
    assert (changed.changes["updated"], changed.changes["replaced"]) == (1, 1)
    # The trigger, its caller's role, and what that may do.
    assert (changed.changes["deleted"], "table" in after) == (5, False)
    stack.up("--expect-no-changes")
    assert not _changes(own_account, outputs, 9)


def test_destroy_leaves_no_trigger_no_role_and_no_function(
    own_account: LocalAccount, make: Callable[[str], PulumiCli]
) -> None:
    """A stack of its own, since the others share theirs."""
    made = make("destroyed")
    made.up()
    made.destroy()
    assert {each["type"] for each in made.resources()} <= {"pulumi:pulumi:Stack"}
    roles = ram(own_account, "ListRoles")["Roles"]["Role"]
    assert not [each["RoleName"] for each in roles if each["RoleName"].startswith("destroyed-")]
    functions = FunctionComputeClient(own_account.cloud).call("list_functions", models.ListFunctionsRequest(limit=100))
    assert not [each for each in functions.functions or () if each.function_name.startswith("destroyed-")]
