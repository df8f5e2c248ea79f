"""The list of rules in the package's docstring is the list in the code."""

from __future__ import annotations

import re
from pathlib import Path

from yunfn.packaging import archive, manifest, proof

_RULE = re.compile(r"\"((?:elf|archive|layout|path|size|bytecode|requires)-[a-z0-9-]+|import)\"")


def test_every_rule_is_listed() -> None:
    sources = [*Path(proof.__file__).parent.glob("*.py"), Path(archive.__file__), Path(manifest.__file__)]
    used = {rule for source in sources for rule in _RULE.findall(source.read_text())}
    assert proof.__doc__
    table = proof.__doc__.partition("=  =")[2].replace("\n", " ")
    listed = set(re.findall(r"\b(?:elf|layout|path|size|bytecode|requires)-[a-z0-9-]+|\bimport\b", table))
    listed |= {f"archive-{name}" for name in re.findall(r"(?:archive-|(?<=[ ,])-)([a-z][a-z-]+)", table)}
    assert used == listed
