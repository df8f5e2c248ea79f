"""Each finding, by an example of it and one that has it not, taken from documents of the clouds and of others."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from yunfn.access import documents
from yunfn.access.findings import RULES, Finding, lint, lint_environment, lint_role, malformed
from yunfn.access.grammar import CAM, RAM
from yunfn.exceptions import PolicyDocumentError

INPUTS = Path(__file__).parents[3] / "inputs" / "policies"
EXAMPLES = INPUTS / "findings"


def findings_of(finding: str, kind: str) -> tuple[Finding, ...]:
    """What is found in an example of ``finding``, which is ``bad`` or ``good``."""
    file = EXAMPLES / f"{finding}-{kind}.json"
    text = file.read_text()
    grammar = RAM if "-RAM-" in finding else CAM
    match RULES[finding].about:
        case "role":
            return lint_role([], managed=json.loads(text), grammar=grammar)
        case "environment":
            return lint_environment(json.loads(text), file.name, grammar=grammar)
    try:
        return lint(documents.parse(text, source=file.name, grammar=grammar))
    except PolicyDocumentError as error:
        return malformed(error, text)


@pytest.mark.parametrize("finding", RULES)
def test_the_bad_example_has_it(finding: str) -> None:
    found = [each for each in findings_of(finding, "bad") if each.id == finding]
    assert found
    for each in found:
        assert each.message
        assert each.remedy
        assert each.source
        assert RULES[finding].about != "document" or each.line


@pytest.mark.parametrize("finding", RULES)
def test_the_good_example_has_it_not(finding: str) -> None:
    found = findings_of(finding, "good")
    assert finding not in {each.id for each in found}
    # Whatever the good one is, it is nothing that ends a build for another reason.
    turned = {f"YF-RAM-{number:03}" for number in (10, 11, 16)} | {"YF-CAM-016"}
    assert finding in turned or not [each for each in found if each.severity == "error"]


def test_every_example_is_of_a_finding_and_has_its_source() -> None:
    names = {path.name for path in EXAMPLES.glob("*.json")}
    assert names == {f"{finding}-{kind}.json" for finding in RULES for kind in ("bad", "good")}
    noted = set(
        re.findall(r"^\| (YF-[A-Z]+-\d{3}) \| .{10,} \| .{5,} \|$", (EXAMPLES / "SOURCES.md").read_text(), re.M)
    )
    assert noted == set(RULES)


def test_the_numbers_are_the_same_in_both_grammars() -> None:
    for finding, rule in RULES.items():
        grammar = RAM if "-RAM-" in finding else CAM
        assert rule.id(grammar) == finding
        assert grammar in rule.grammars


# What the clouds' documentation shows is mostly wide, but nothing in it is a mistake.
@pytest.mark.parametrize(
    "file", sorted(INPUTS.glob("[rc]am/*.json")), ids=lambda file: f"{file.parent.name}-{file.stem}"
)
def test_the_documentations_policies_have_no_mistakes(file: Path) -> None:
    found = {each.id.rpartition("-")[2] for each in lint(documents.parse(file.read_text(), source=file.name))}
    # 003, 004, 005 and 007 are how wide it is, 009 whom it trusts.
    assert found <= {"003", "004", "005", "007", "009"}
