"""docs/access-findings.md says of every finding what the code says."""

from __future__ import annotations

from pathlib import Path

from yunfn.access.findings import RULES

DOCUMENT = Path(__file__).parents[4] / "docs" / "access-findings.md"
EXAMPLES = "../tests/inputs/policies/findings"


def test_the_table_is_that_of_the_code() -> None:
    lines = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `YF-")]
    assert lines == [row(number) for number in sorted({rule.number for rule in RULES.values()})]


def row(number: int) -> str:
    """The line of the table about the finding of that number."""
    ids = [id for id, rule in RULES.items() if rule.number == number]
    rule = RULES[ids[0]]
    shown = "<br>".join(f"`{id}`" for id in ids)
    examples = "<br>".join(
        f"{id[3:6]}: [bad]({EXAMPLES}/{id}-bad.json), [good]({EXAMPLES}/{id}-good.json)" for id in ids
    )
    return f"| {shown} | {rule.name} | {rule.severity} | {rule.summary} | {rule.remedy} | {examples} |"
