"""Actions of services whose table has gaps: what is nearly a known one is told, and no action that there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import tencentcloud
from yunfn.access import documents, tables
from yunfn.access.findings import lint
from yunfn.access.findings.misspelling import misspelt, nearest
from yunfn.access.grammar import CAM, RAM

SDK = Path(tencentcloud.__file__).parent


@pytest.mark.parametrize(
    ("action", "meant", "severity"),
    [
        ("name/cos:PutObjects", "cos:PutObject", "warning"),
        ("cos:getObject", "cos:GetObject", "warning"),
        ("cos:GetObjcet", "cos:GetObject", "warning"),
        ("cos:HeadObjec", "cos:HeadObject", "warning"),
        ("cos:UploadPrt", "cos:UploadPart", "warning"),
        ("scf:InvokeFuncton", "scf:InvokeFunction", "warning"),
        ("scf:invokeFunction", "scf:InvokeFunction", "info"),
        ("cls:createAlarm", "", ""),
        ("cos:DeleteObjects", "", ""),
        ("cos:SetObject", "", ""),
        ("vpc:CreateIpv8Gateway", "", ""),
        ("scf:ListFunction", "", ""),
        ("cos:WhateverComes", "", ""),
        ("cos:GetObjcet*", "", ""),
    ],
)
def test_what_is_nearly_a_known_name_is_told(action: str, meant: str, severity: str) -> None:
    statement = {"effect": "deny", "action": action, "resource": "*"}
    found = lint(documents.parse(json.dumps({"version": "2.0", "statement": [statement]})))
    told = [(each.severity, each.remedy) for each in found if each.id == "YF-CAM-001"]
    assert told == ([(severity, f"Write {meant}, if that is what is meant.")] if meant else [])


def test_case_does_not_count_in_ram() -> None:
    for written in ("fc:InvokeFuncton", "fc:invokefuncton"):
        assert misspelt("ram", written) == ("fc:InvokeFunction", "warning")


def test_no_name_that_there_is_would_be_told_if_the_table_lacked_it() -> None:
    """As if each name of the tables and of the SDK were the one that is missing."""
    known: dict[tuple[str, str, bool], set[str]] = {}
    for grammar in (RAM, CAM):
        for service in tables.services(grammar):
            found = tables.table(grammar, service)
            assert found is not None
            names = {each.partition(":")[2] for each in found.actions}
            known[grammar.name, service, not found.ignore_case] = names
    for file in SDK.glob("*/v*/*_client.py"):
        names = set(re.findall(r'self\.call\("(\w+)"', file.read_text()))
        known.setdefault(("cam", file.parts[-3], True), set()).update(names)
    assert sum(map(len, known.values())) > 2000
    wrong = []
    for (_, service, case), names in known.items():
        written = sorted(f"{service}:{name}" for name in names)
        for index, name in enumerate(written):
            if told := nearest(service, written[:index] + written[index + 1 :], name, case=case):
                wrong.append((name, told))
    assert not wrong
