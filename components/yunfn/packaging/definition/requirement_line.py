"""One requirement as PEP 508 writes it, with what a layer refuses: links, local folders, editable installs."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed

from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition.credentials import without_credentials
from yunfn.packaging.definition.model import Requirement

_LINK = re.compile(r"^(?:[a-z][a-z0-9+.-]+:(?://|[^=<>!~;\s])|git\+|hg\+|svn\+|bzr\+)", re.IGNORECASE)
_DIRECT = re.compile(r"^([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*@")
_LOCAL = re.compile(
    r"^(?:\.{1,2}(?:[/\\]|$)|[/\\~]|[a-z]:[/\\])|\.(?:whl|zip|tar\.gz|tgz|tar\.bz2)(?:\s|$|;|\[)", re.IGNORECASE
)
_CURE = "name a package of an index, or put its files into the layer with `files:` in layer.yaml"


def read_requirement(text: str, file: Path, line: int, hashes: tuple[str, ...] = ()) -> Requirement:
    """Check one requirement and keep where it stands.

    Raises:
        DefinitionError: it is not PEP 508 ("Dependency specifiers", packaging.python.org), or it names a link or
            folder: such a file has no place in a lock that any mirror can serve.
    """
    parsed = parse(text, file, line)
    return Requirement(str(parsed), file, line, hashes)


def parse(text: str, file: Path, line: int) -> Parsed:
    """The parts of one requirement.

    Raises:
        DefinitionError: as `read_requirement`.
    """
    text = text.strip()
    shown = without_credentials(text)
    if direct := _DIRECT.match(text):
        raise DefinitionError(file, line, f"{direct[1]} @ … is a link, which cannot be locked: {_CURE}")
    if _LINK.match(text):
        raise DefinitionError(file, line, f"a link cannot be locked for every mirror: {_CURE}")
    if _LOCAL.search(text):
        raise DefinitionError(file, line, f"{shown!r} is a file or folder of this machine: {_CURE}")
    try:
        parsed = Parsed(text)
    except InvalidRequirement as error:
        reason = without_credentials(" ".join(str(error).split("\n")[0].split()))
        raise DefinitionError(file, line, f"{shown!r} is no requirement: {reason}") from None
    return parsed
