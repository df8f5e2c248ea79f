"""What the typed grants yield has no findings at all: nothing in it is wider than need be."""

from __future__ import annotations

import pytest

from yunfn import access
from yunfn.access import documents
from yunfn.access.findings import lint, lint_role
from yunfn.access.grammar import CAM, RAM, Grammar
from yunfn.access.statement import Grant

ACCOUNT, UIN = "123456789012", "100000000001"
RAM_GRANTS = (
    access.oss.read("shop-orders", "incoming/"),
    access.oss.write("shop-orders", "done/"),
    access.oss.list("shop-orders", "incoming/"),
    access.ots.read("shop", "orders"),
    access.ots.search("shop", "orders"),
    access.ots.write("shop", "orders"),
    access.ots.consume("shop", "orders"),
    access.log.consume("shop-logs", "orders"),
    access.ots.read_only("shop", "orders"),
    access.log.read("shop-logs", "orders"),
    access.log.write("shop-logs", "orders"),
    access.kms.decrypt("0f8e1a2b-3c4d-5e6f-7a8b-9c0d1e2f3a4b"),
    access.mns.send("orders"),
    access.mns.consume("orders"),
    access.mns.publish("orders"),
    access.fc.invoke("orders", "live", region="cn-hangzhou", account=ACCOUNT),
    access.vpc.attach(),
)
CAM_GRANTS = (
    access.cos.read("shop-1250000000", "incoming/", region="ap-guangzhou"),
    access.cos.write("shop-1250000000", "done/", region="ap-guangzhou"),
    access.cos.list("shop-1250000000", "incoming/", region="ap-guangzhou"),
    access.cls.read("7103f705-6c38-4b64-ac9d-428af0f2e732", region="ap-guangzhou", account=UIN),
    access.cls.write("7103f705-6c38-4b64-ac9d-428af0f2e732", region="ap-guangzhou", account=UIN),
    access.scf.invoke("orders", region="ap-guangzhou", account=UIN),
)
EACH = [(RAM, grant) for grant in RAM_GRANTS] + [(CAM, grant) for grant in CAM_GRANTS]


@pytest.mark.parametrize(
    ("grammar", "grant"), EACH, ids=lambda each: each.kind if isinstance(each, Grant) else each.name
)
def test_a_grant_alone(grammar: Grammar, grant: Grant) -> None:
    assert not lint(documents.parse(documents.render(grant.statements(), grammar)))


@pytest.mark.parametrize(
    ("grants", "document", "trust"),
    [
        (RAM_GRANTS, access.ram_document, access.trust_document(service="fc.aliyuncs.com")),
        (CAM_GRANTS, access.cam_document, access.cam_trust_document(service="scf.qcloud.com")),
    ],
)
def test_a_role_with_all_of_them_and_its_trust(grants: tuple[Grant, ...], document: object, trust: str) -> None:
    assert callable(document)
    policies = [documents.parse(document(grant.statements(), "orders")) for grant in grants]
    found = lint_role(policies, trust=documents.parse(trust))
    assert not found
