"""Which files of a folder belong in a package: ignore rules in the form of .gitignore."""

from __future__ import annotations

from collections.abc import Sequence

from pathspec import GitIgnoreSpec

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
    ".DS_Store",
    ".mypy_cache/",
    ".ruff_cache/",
    ".pytest_cache/",
)

#: What differs from host to host in a tree made by ``uv pip install --target``: scripts with the host's
#: shebang and the records of them. The rest of dist-info stays: importlib.metadata needs it.
INSTALL_TREE_IGNORES: tuple[str, ...] = ("/bin/", "/.lock", "*.dist-info/INSTALLER", "*.dist-info/RECORD")


class Selection:
    """Decides by path: the default ignores, then ``include`` (only these, if any), then ``exclude``.

    Patterns are those of .gitignore, relative to the folder's root. Raises PackagingError for a pattern that
    cannot be read.
    """

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = (), *, defaults: bool = True) -> None:
        self._include = _spec("include", include) if include else None
        self._exclude = _spec("exclude", (*(DEFAULT_IGNORES if defaults else ()), *exclude))

    def skips_folder(self, path: str) -> bool:
        """Whether nothing under the folder ``path`` can be wanted, so that it need not be read."""
        return self._exclude.match_file(path + "/")

    def takes(self, path: str) -> bool:
        """Whether the file ``path`` belongs in the package."""
        if self._include is not None and not self._include.match_file(path):
            return False
        return not self._exclude.match_file(path)


def _spec(argument: str, patterns: Sequence[str]) -> GitIgnoreSpec:
    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise PackagingError(f"{argument}={list(patterns)!r}: not a .gitignore pattern: {error}") from error
