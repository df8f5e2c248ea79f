"""Ignore rules answer as git's do, however they are put together."""

from __future__ import annotations

import pytest
from pathspec import GitIgnoreSpec

from yunfn.packaging.ignore import INSTALL_TREE_IGNORES, Selection

PATHS = (
    "bin/run", "a/bin/run", "six.py", "six-1.0.dist-info/RECORD", "six-1.0.dist-info/METADATA", ".lock", "a/.lock",
    "a/six-1.0.dist-info/RECORD", "a/tests/test_x.py", "tests", "x.pyc", "a/b/x.pyc", "a/[b]/x", "docs/a/b.md",
    "docs/b.md", "é.py", "keep/x.pyc", "a b", "bin", "a|b", "(?:x)",
)  # fmt: skip


@pytest.mark.parametrize(
    "patterns",
    [
        INSTALL_TREE_IGNORES,
        ("*.pyc", "# a comment", "", "tests/"),
        ("docs/**/*.md", "a/**", "/six*"),
        ("*.pyc", "!keep/*.pyc"),
        ("a|b", "[(]?:x)", "\\(?:x)"),
        ("*",),
        ("# nothing",),
    ],
)
def test_all_rules_together_say_what_gits_say_one_by_one(patterns: tuple[str, ...]) -> None:
    git = GitIgnoreSpec.from_lines(patterns)
    taken = Selection((), patterns, defaults=False)
    only = Selection(patterns, (), defaults=False)
    for path in PATHS:
        assert taken.takes(path) is not git.match_file(path), path
        assert only.takes(path) is git.match_file(path), path
        assert taken.skips_folder(path) is git.match_file(f"{path}/"), path
