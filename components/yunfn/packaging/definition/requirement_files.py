"""Reads requirements files as pip documents them ("Requirements File Format", pip.pypa.io)."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition.model import Indexes, Requirement
from yunfn.packaging.definition.requirement_line import read_requirement

_COMMENT = re.compile(r"(^|\s+)#.*$")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_HASH = re.compile(r"\s--hash[=\s]\s*(\S+)")
_OPTION = re.compile(r"\s--?[a-z]")

# Options that change nothing here, with the reason they may be passed over.
_HARMLESS = {
    "--prefer-binary": "a wheel that fits is always taken",
    "--require-hashes": "a lock always has hashes",
}
# Options that would change what is taken in a way a layer does not offer.
_REFUSED = {
    "-e": "an editable install points into this machine's folders: put the code into the function, or build a wheel",
    "--editable": "an editable install points into this machine's folders: put the code into the function",
    "--no-binary": "wheels are taken where they fit; pin a version that has none to build it from source",
    "--only-binary": "packages without a wheel are built isolated; remove the line",
    "--pre": "name the pre-release you want, such as package==2.0rc1",
    "--no-index": "set UV_NO_INDEX in the environment instead",
    "-f": "set UV_FIND_LINKS in the environment instead: a path or host of one machine has no place in a layer",
    "--find-links": "set UV_FIND_LINKS in the environment instead: a path or host has no place in a layer",
}


@dataclass(slots=True)
class RequirementFile:
    """What one requirements file and those it includes hold; ``constraints`` are of its ``-c`` files."""

    requirements: list[Requirement] = field(default_factory=list)
    constraints: list[Requirement] = field(default_factory=list)
    index: str | None = field(default=None, repr=False)
    extra_indexes: list[str] = field(default_factory=list, repr=False)
    insecure_hosts: list[str] = field(default_factory=list)

    def add(self, other: RequirementFile) -> None:
        """Take in what another file holds; of two default indexes the first counts."""
        self.requirements += other.requirements
        self.constraints += other.constraints
        self.index = self.index or other.index
        self.extra_indexes += other.extra_indexes
        self.insecure_hosts += other.insecure_hosts

    @property
    def indexes(self) -> Indexes:
        """The package indexes that the files name."""
        return Indexes(self.index, tuple(self.extra_indexes), tuple(self.insecure_hosts))


def read_requirement_file(file: Path) -> RequirementFile:
    """Read a requirements file with everything it includes by ``-r`` and ``-c``.

    Raises:
        DefinitionError: a file is missing, is not UTF-8, includes itself, or a line is not understood or refused.
    """
    into = RequirementFile()
    _read(file, into, into.requirements, ())
    return into


def _read(file: Path, into: RequirementFile, where: list[Requirement], parents: tuple[Path, ...]) -> None:
    for number, line in logical_lines(file):
        if line.startswith("-"):
            _option(line, file, number, into, where, parents)
            continue
        hashes = tuple(_HASH.findall(line))
        text = _HASH.sub("", line).strip()
        if option := _OPTION.search(text):
            words = text[option.start() :].strip()
            raise DefinitionError(file, number, f"option {words!r} is not supported for one package")
        for one in hashes:
            if not re.fullmatch(r"sha256:[0-9a-f]{64}", one):
                raise DefinitionError(file, number, f"hash {one!r}: only sha256:<64 hexadecimal digits> is supported")
        where.append(read_requirement(text, file, number, hashes))


def _option(
    line: str,
    file: Path,
    number: int,
    into: RequirementFile,
    where: list[Requirement],
    parents: tuple[Path, ...],
) -> None:
    name, value = _name_and_value(line, file, number)
    if name in _HARMLESS:
        return
    if name in _REFUSED:
        raise DefinitionError(file, number, f"{name}: {_REFUSED[name]}")
    if name not in ("-r", "--requirement", "-c", "--constraint", *_INDEX_OPTIONS):
        raise DefinitionError(file, number, f"option {name!r} is not known")
    add_option(name, value, file, number, into, where, parents)


def add_option(
    name: str,
    value: str,
    file: Path,
    number: int,
    into: RequirementFile,
    where: list[Requirement],
    parents: tuple[Path, ...],
) -> None:
    """Take an option on files to include or on indexes, which ``name`` must be; ``parents`` include ``file``.

    Raises:
        DefinitionError: it has no value, or the file is missing or wrong.
    """
    if not value:
        raise DefinitionError(file, number, f"{name} needs a value")
    if name in _INDEX_OPTIONS:
        _index_option(name, _expand(value, file, number), into)
        return
    if "://" in value:
        raise DefinitionError(file, number, f"{name}: a file of this machine is wanted, not a link")
    included = Path(os.path.normpath(file.parent / value))
    if included in (*parents, file):
        raise DefinitionError(file, number, f"{name} {value}: the files include each other in a circle")
    if not included.is_file():
        raise DefinitionError(file, number, f"{name} {value}: there is no such file")
    constraint = name in ("-c", "--constraint")
    _read(included, into, into.constraints if constraint else where, (*parents, file))


_INDEX_OPTIONS = ("-i", "--index-url", "--extra-index-url", "--trusted-host")


def _index_option(name: str, value: str, into: RequirementFile) -> None:
    if name == "--trusted-host":
        into.insecure_hosts.append(value)
    elif name == "--extra-index-url":
        into.extra_indexes.append(value)
    else:
        into.index = value


def _name_and_value(line: str, file: Path, number: int) -> tuple[str, str]:
    try:
        words = shlex.split(line, posix=os.name != "nt")
    except ValueError as error:
        raise DefinitionError(file, number, f"quotes do not match: {error}") from None
    name, equals, value = words[0].partition("=")
    if not name.startswith("--") and len(name) > 2:
        name, value = words[0][:2], words[0][2:]
    elif not equals:
        value = words[1] if len(words) > 1 else ""
    return name, value


def _expand(value: str, file: Path, number: int) -> str:
    """Put environment variables in, as pip does, so that a token need not stand in the file."""

    def variable(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if found is None:
            raise DefinitionError(file, number, f"environment variable {match[1]} is not set")
        return found

    return _VARIABLE.sub(variable, value)


def logical_lines(file: Path, *, comments_within: bool = True) -> Iterator[tuple[int, str]]:
    """Lines without comments, those that end in a backslash joined; each with the number of its first.

    ``comments_within``: a comment may follow on a line (pip); else it must be the line's first (Dockerfile).

    Raises:
        DefinitionError: the file cannot be read.
    """
    parts: list[str] = []
    first = 0
    for number, line in enumerate(read_text(file).splitlines(), 1):
        alone = line.lstrip().startswith("#")
        if alone and parts and not comments_within:
            # A Dockerfile's comment amid lines that are joined does not end them.
            continue
        if not parts:
            first = number
        continued = line.endswith("\\") and not alone
        text = line[:-1] if continued else line
        parts.append("" if alone else _COMMENT.sub("", text) if comments_within else text)
        if continued:
            continue
        joined = " ".join(part.strip() for part in parts).strip()
        parts = []
        if joined:
            yield first, joined
    if joined := " ".join(part.strip() for part in parts).strip():
        yield first, joined


def read_text(file: Path) -> str:
    """The text of a definition's file; a byte order mark is dropped.

    Raises:
        DefinitionError: it cannot be read or is not UTF-8.
    """
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DefinitionError(file, None, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DefinitionError(file, None, f"is not UTF-8 text (byte {error.start})") from error
