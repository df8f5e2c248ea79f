"""Which files of a folder belong in a package: ignore rules in the form of .gitignore."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from pathspec import GitIgnoreSpec, RegexPattern

from yunfn.exceptions import PackagingError

#: Never part of a package made from a folder: caches, version control, environments.
DEFAULT_IGNORES: tuple[str, ...] = (
    "__pycache__/",
    "*.pyc",
    "*.pyo",
    ".git/",
    ".hg/",
    ".svn/",
    ".venv/",
    # What macOS and Windows leave behind in folders.
    ".DS_Store",
    "._*",
    "__MACOSX/",
    "Thumbs.db",
    "desktop.ini",
    ".mypy_cache/",
    ".ruff_cache/",
    ".pytest_cache/",
)

#: What differs from host to host in a tree made by ``uv pip install --target``: scripts with the host's
#: shebang (``Scripts`` on Windows), the records of them, and where a wheel lay that was built here (PEP 610).
#: The rest of dist-info stays: importlib.metadata needs it.
INSTALL_TREE_IGNORES: tuple[str, ...] = (
    "/bin/",
    "/Scripts/",
    "/.lock",
    "/*.dist-info/INSTALLER",
    "/*.dist-info/RECORD",
    "/*.dist-info/direct_url.json",
    "/*.dist-info/uv_build.json",
    "/*.dist-info/uv_cache.json",
)

#: Files in a source folder whose lines are ignore rules too: those of Funcraft, of Alibaba's Serverless Devs and ours.
#: They do not go into the package themselves.
IGNORE_FILES: tuple[str, ...] = (".funignore", ".fcignore", ".yunfnignore")

# pathspec names a group of each pattern, which no two alternatives of one expression may.
_GROUP_NAME = re.compile(r"\(\?P<\w+>")


class Selection:
    """Decides by path: the default ignores, then ``include`` (only these, if any), then ``exclude``.

    Patterns are those of .gitignore, relative to the folder's root. Raises PackagingError for a pattern that
    cannot be read.
    """

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = (), *, defaults: bool = True) -> None:
        self._included = _matcher("include", include) if include else None
        self._excluded = _matcher("exclude", (*(DEFAULT_IGNORES if defaults else ()), *exclude))

    def skips_folder(self, path: str) -> bool:
        """Whether nothing under the folder ``path`` can be wanted, so that it need not be read."""
        return self._excluded(path + "/")

    def takes(self, path: str) -> bool:
        """Whether the file ``path`` belongs in the package."""
        if self._included is not None and not self._included(path):
            return False
        return not self._excluded(path)


def ignore_rules(folder: Path) -> tuple[str, ...]:
    """Answer the rules in the ignore files at the top of ``folder``, the files themselves ruled out.

    Raises:
        PackagingError: one of them cannot be read, or holds a line that is no rule; file and line are named.
    """
    found: list[str] = []
    for name in IGNORE_FILES:
        file = folder / name
        try:
            lines = file.read_text("utf-8-sig").splitlines()
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise PackagingError(f"{file}: cannot be read as ignore rules: {error}") from error
        for number, line in enumerate(lines, 1):
            try:
                GitIgnoreSpec.from_lines([line])
            except ValueError as error:
                raise PackagingError(f"{file}:{number}: {line!r}: not a .gitignore pattern: {error}") from error
        found += [*lines, f"/{name}"]
    return tuple(found)


def _matcher(argument: str, patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path (with "/" at its end for a folder) is matched by the patterns as a whole."""
    spec = _spec(argument, patterns)
    rules = [rule for rule in spec.patterns if rule.include is not None]
    regexes = [rule.regex.pattern for rule in rules if rule.include and isinstance(rule, RegexPattern) and rule.regex]
    if not rules or len(regexes) < len(rules):
        return lambda path: bool(spec.match_file(path))
    # Where none takes back what another says (``!``) their order does not matter, and one search will do.
    whole = re.compile("|".join(f"(?:{_GROUP_NAME.sub('(?:', each)})" for each in regexes))
    return lambda path: whole.search(path) is not None


def _spec(argument: str, patterns: Sequence[str]) -> GitIgnoreSpec:
    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise PackagingError(f"{argument}={list(patterns)!r}: not a .gitignore pattern: {error}") from error
