"""What the shell completes: ids of findings, policies of the clouds, actions."""

from __future__ import annotations


def finding_ids(incomplete: str) -> list[str]:
    """The ids of findings that may be meant so."""
    from yunfn.access.findings import RULES
    from yunfn.access.findings.rule import MALFORMED

    return [each for each, rule in RULES.items() if each.startswith(incomplete) and rule is not MALFORMED]


def managed_policies(incomplete: str) -> list[str]:
    """The clouds' own policies that are known."""
    from yunfn.access import tables
    from yunfn.access.grammar import GRAMMARS

    names = {name for grammar in GRAMMARS.values() for name in tables.managed(grammar)}
    return sorted(name for name in names if name.startswith(incomplete))


def actions(incomplete: str) -> list[str]:
    """Services, and behind the colon the actions of one: of both clouds, where both have it."""
    from yunfn.access import tables
    from yunfn.access.grammar import GRAMMARS

    service, colon, _ = incomplete.partition(":")
    found: set[str] = set()
    for grammar in GRAMMARS.values():
        if not colon:
            found.update(f"{each}:" for each in tables.services(grammar))
        elif table := tables.table(grammar, service):
            found.update(table.actions)
    return sorted(each for each in found if each.startswith(incomplete))
