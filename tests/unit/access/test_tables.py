"""The tables of the clouds' actions: well-formed, fast to read, and right about what meets what."""

from __future__ import annotations

import json
import random
import re
import time
from importlib import metadata
from importlib import resources as files
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from yunfn import access
from yunfn.access import tables
from yunfn.access.grammar import CAM, RAM, Grammar
from yunfn.access.tables import service_table as reading

TABLES = [(grammar, service) for grammar in (RAM, CAM) for service in tables.services(grammar)]
LEVELS = {"list", "read", "write", "permissions", "tagging"}


def held(grammar: Grammar, service: str) -> dict[str, Any]:
    """The data file as it stands."""
    text = files.files(tables).joinpath(grammar.cloud, f"{service}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def table(grammar: Grammar, service: str) -> tables.ServiceTable:
    found = tables.table(grammar, service)
    assert found is not None
    return found


def test_the_services_that_functions_use_have_tables() -> None:
    assert set(tables.services(RAM)) == {"ecs", "fc", "kms", "log", "mns", "oss", "ots", "ram", "sts", "vpc"}
    assert set(tables.services(CAM)) == {"cam", "ckafka", "cls", "cos", "kms", "scf", "sts", "tag", "vpc"}
    assert tables.table(RAM, "cos") is None
    assert tables.table(CAM, "../alibaba/oss") is None
    assert tables.table(RAM, "_managed") is None


@pytest.mark.parametrize(("grammar", "service"), TABLES)
def test_a_table_is_well_formed_and_says_where_it_was_read(grammar: Grammar, service: str) -> None:
    data, found = held(grammar, service), table(grammar, service)
    assert data["service"] == service
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", data["read"])
    assert found.source
    assert all(len(each) > 20 for each in found.source)
    assert set(data["actions"]) <= LEVELS
    named = [name for by_kind in data["actions"].values() for names in by_kind.values() for name in names]
    folded = [name.lower() if grammar is RAM else name for name in named]
    assert len(set(folded)) == len(folded) == len(found.actions)
    assert set(data.get("inferred", ())) <= set(named)
    used = {word for by_kind in data["actions"].values() for words in by_kind for word in words.split()}
    assert used <= set(found.resources)
    for form in found.resources.values():
        assert form == "*" or re.fullmatch(r"acs:\w+:[^:]*:[^:]*:.+|qcs::[\w*]+:[^:]*:[^:]+:.+", form), form
    for row in found.actions.values():
        assert row.resources
        # What a table says an action takes, it takes.
        assert all(
            row.meets(form.replace("**", "a/b").replace("*", "x") if form != "*" else "*") for form in row.resources
        )
    # Where something is inferred, the file says so in words.
    assert found.believed or not data.get("inferred")


def test_a_table_is_read_when_it_is_asked_for_once_and_fast() -> None:
    reading._read.cache_clear()
    assert tables.table(RAM, "oss") is tables.table(RAM, "OSS")
    assert reading._read.cache_info().currsize == 1
    for grammar, service in TABLES:
        took = []
        for _ in range(5):
            reading._read.cache_clear()
            began = time.perf_counter()
            tables.table(grammar, service)
            took.append(time.perf_counter() - began)
        assert min(took) < 0.02, service


def test_actions_are_found_as_each_cloud_compares_them() -> None:
    oss, cos = table(RAM, "oss"), table(CAM, "cos")
    row = oss.find("oss:GetObject")
    assert row is not None
    assert (row.name, row.access, row.resources[0]) == ("oss:GetObject", "read", "acs:oss:*:*:*/**")
    assert oss.find("OSS:getobject") is row
    assert cos.find("name/cos:GetObject") is cos.find("cos:GetObject") is not None
    assert cos.find("cos:getobject") is None
    assert oss.find("oss:GetObjects") is None
    assert oss.find("cos:GetObject") is None


def test_patterns_of_actions_are_expanded() -> None:
    oss, cos = table(RAM, "oss"), table(CAM, "cos")
    assert set(oss.expand("oss:*")) == set(oss.actions.values())
    assert [row.name for row in oss.expand("oss:Get?bject")] == ["oss:GetObject"]
    assert {row.name for row in oss.expand("oss:getobject*acl")} == {"oss:GetObjectAcl", "oss:GetObjectVersionAcl"}
    assert [row.name for row in oss.expand("oss:PutObject")] == ["oss:PutObject"]
    assert {row.name for row in cos.expand("name/cos:*Parts")} == {"cos:ListParts"}
    assert oss.expand("oss:Gat*") == () == oss.expand("oss:")
    assert [row.name for row in table(RAM, "ots").expand("ots:Consume*")] == ["ots:ConsumeTunnel"]


OBJECT = "oss:GetObject"


@pytest.mark.parametrize(
    ("grammar", "action", "resource", "met"),
    [
        (RAM, OBJECT, "acs:oss:*:*:pictures/*", True),
        (RAM, OBJECT, "acs:oss:cn-shanghai:17:pictures/a/b:c.png", True),
        (RAM, OBJECT, "acs:oss:*:*:pictures*", True),
        (RAM, OBJECT, "acs:oss:*", True),
        (RAM, OBJECT, "*", True),
        # A bucket holds no object's bytes by itself, however its account's "*" is read.
        (RAM, OBJECT, "acs:oss:*:*:pictures", False),
        (RAM, OBJECT, "acs:log:*:*:pictures/*", False),
        (RAM, OBJECT, "acs:oss:pictures/*", False),
        (RAM, "oss:ListObjects", "acs:oss:*:*:pictures", True),
        (RAM, "oss:ListObjects", "acs:oss:*:*:pictures/*", False),
        (RAM, "oss:ListBuckets", "acs:oss:*:*:*", True),
        (RAM, "ots:GetRow", "acs:ots:*:*:instance/shop/table/orders", True),
        (RAM, "ots:GetRow", "acs:ots:*:*:instance/shop*", True),
        (RAM, "ots:GetRow", "acs:ots:*:*:instance/shop", False),
        (RAM, "ots:ConsumeTunnel", "acs:ots:*:*:instance/shop", True),
        (RAM, "kms:Decrypt", "acs:kms:*:*:key/*", True),
        (RAM, "kms:Decrypt", "acs:kms:*:*:alias/mine", False),
        (RAM, "log:PostLogStoreLogs", "acs:log:*:*:project/logs", False),
        (RAM, "log:PostLogStoreLogs", "acs:log:*:*:project/logs/logstore/x", True),
        (RAM, "mns:SendMessage", "acs:mns:*:*:/queues/jobs/messages", True),
        (RAM, "mns:SendMessage", "acs:mns:*:*:/topics/jobs/messages", False),
        (RAM, "fc:InvokeFunction", "acs:fc:*:*:functions/f/live", True),
        (RAM, "fc:InvokeFunction", "acs:fc:*:*:layers/f", False),
        (RAM, "ecs:CreateNetworkInterface", "*", True),
        (RAM, "ecs:CreateNetworkInterface", "acs:ecs:*:17:*", True),
        (RAM, "ecs:CreateNetworkInterface", "acs:ecs:*:*:instance/i", False),
        (RAM, "ram:PassRole", "acs:ram::17:role/deploy", True),
        (RAM, "ram:PassRole", "acs:ram::17:user/me", False),
        (CAM, "cos:GetBucket", "qcs::cos:*:uid/1:b-1/*", True),
        (CAM, "cos:GetBucket", "qcs::cos:*:uid/1:b-1/doc/*", False),
        (CAM, "cos:GetObject", "qcs::cos:*:uid/1:b-1/doc/*", True),
        (CAM, "cos:GetObject", "qcs::cos:*:uid/1:b-1", False),
        (CAM, "kms:Decrypt", "qcs::kms:*:uin/1:key/creatorUin/1/k", True),
        (CAM, "scf:InvokeFunction", "qcs::scf:*:uin/1:namespace/default/function/f", True),
        (CAM, "scf:InvokeFunction", "qcs::scf:*:uin/1:namespace/default", False),
        (CAM, "cls:pushLog", "qcs::cls:*:uin/1:topic/t", True),
        (CAM, "cls:pushLog", "qcs::cls:*:uin/1:logset/t", False),
        (CAM, "cam:PassRole", "qcs::cam::uin/1:roleName/r", True),
    ],
)
def test_what_can_meet(grammar: Grammar, action: str, resource: str, met: bool) -> None:
    row = table(grammar, action.partition(":")[0]).find(action)
    assert row is not None
    assert row.meets(resource) is met


def test_meeting_is_there_being_a_text_of_both_forms() -> None:
    rng = random.Random(6)
    texts = ["".join(each) for size in range(7) for each in product("ab/", repeat=size)]

    def as_regex(form: str, star: str) -> re.Pattern[str]:
        parts = {"**": ".*", "*": star, "?": "."}
        return re.compile("".join(parts.get(each) or re.escape(each) for each in re.findall(r"\*\*|.", form)))

    met = 0
    for _ in range(1_000):
        pattern = "".join(rng.choices(["a", "b", "/", "*", "**"], k=rng.randint(1, 3))).replace("***", "**")
        resource = re.sub(r"\*+", "*", "".join(rng.choices("ab/*?", k=rng.randint(1, 3))))
        if "*" in (pattern, resource) or pattern.count("*") > 3:
            continue
        wanted, given = as_regex(pattern, "[^/]*"), as_regex(resource, ".*")
        # Texts long enough: the two forms have three places each that must be filled.
        expected = any(wanted.fullmatch(text) and given.fullmatch(text) for text in texts)
        assert tables.meets(pattern, resource) is expected, (pattern, resource)
        met += expected
    assert 100 < met < 900


@pytest.mark.parametrize("grammar", [RAM, CAM])
def test_system_policies_say_what_grants_do_instead(grammar: Grammar) -> None:
    policies = tables.managed(grammar)
    for policy in policies.values():
        assert policy.statements, policy.name
        for service, right in re.findall(r"\b(\w+)\.(\w+)\(", policy.narrower):
            assert callable(getattr(getattr(access, service), right)), policy.narrower
        for action in (action for statement in policy.statements for action in statement.actions):
            known = tables.table(grammar, action.partition(":")[0])
            # Old names live on in system policies; those that end in a star have to fit something.
            assert known is None or not action.endswith("*") or known.expand(action), (policy.name, action)
    whole = {name for name, policy in policies.items() if policy.full}
    assert {"AdministratorAccess"} < whole
    assert {
        "AliyunFCInvocationAccess",
        "AliyunOTSReadOnlyAccess",
        "ReadOnlyAccess",
        "QcloudSCFReadOnlyAccess",
    } & whole == set()
    expected = {
        "ram": {"AliyunOSSFullAccess", "AliyunLogFullAccess", "AliyunOTSFullAccess", "AliyunFCFullAccess"},
        "cam": {"QcloudCOSFullAccess", "QcloudSCFFullAccess", "QcloudCLSFullAccess", "QcloudCamFullAccess"},
    }
    assert expected[grammar.name] < whole


@pytest.mark.parametrize(
    ("grammar", "service", "package", "client"),
    [
        (RAM, "fc", "alibabacloud-fc20230330", "alibabacloud_fc20230330/client.py"),
        (CAM, "scf", "tencentcloud-sdk-python-scf", "tencentcloud/scf/v20180416/scf_client.py"),
        (CAM, "cam", "tencentcloud-sdk-python-cam", "tencentcloud/cam/v20190116/cam_client.py"),
        (CAM, "sts", "tencentcloud-sdk-python-sts", "tencentcloud/sts/v20180813/sts_client.py"),
        (CAM, "tag", "tencentcloud-sdk-python-tag", "tencentcloud/tag/v20180813/tag_client.py"),
    ],
)
def test_a_table_knows_every_operation_of_the_official_client(
    grammar: Grammar, service: str, package: str, client: str
) -> None:
    source = Path(str(metadata.distribution(package).locate_file(client))).read_text(encoding="utf-8")
    operations = set(re.findall(r"\n {4}def ([A-Z]\w+)\(", source)) or set(re.findall(r"action *= *'(\w+)'", source))
    assert len(operations) > 5
    known = table(grammar, service)
    assert {each for each in operations if known.find(f"{service}:{each}") is None} == set()
