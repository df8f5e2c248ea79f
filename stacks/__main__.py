"""Runs the program that the stack's setting ``yunfn:program`` names: one program serves many stacks."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pulumi


def main() -> None:
    """Run ``program()`` of the named file beside this one.

    Raises:
        RunError: the setting is missing or names no program.
    """
    named = pulumi.Config("yunfn").get("program")
    folder = Path(__file__).parent
    programs = sorted(file.stem for file in folder.glob("[a-z]*.py"))
    if named not in programs:
        rule = f"one of {', '.join(programs)}: pulumi config set yunfn:program NAME"
        raise pulumi.RunError(f"stack {pulumi.get_stack()}: yunfn:program={named!r}: {rule}")
    import_module(named).program()


main()
