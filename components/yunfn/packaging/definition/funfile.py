"""Reads the Funfile of Funcraft, Alibaba Cloud's older tool: the runtime, and what ``pip`` is to install.

A Funfile is a Dockerfile with ``RUNTIME`` in place of ``FROM`` and the command ``fun-install`` (Funcraft's
documentation, "fun install"). Only what says which packages are wanted is understood; anything else is an error, never
passed over.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition.requirement_files import RequirementFile, add_option, logical_lines
from yunfn.packaging.definition.requirement_line import read_requirement
from yunfn.runtimes import ALIBABA

_PIP = re.compile(r"^(?:fun-install\s+)?(?:(?:python[0-9.]*\s+-m\s+)?pip[0-9.]*)\s+install(?:\s+|$)(.*)$", re.DOTALL)
_NATIVE = re.compile(r"^(?:fun-install\s+)?(?:apt-get|apt|yum)\s")
# Options of pip that need no answer here; those with a value take the next word.
_PASSED_OVER = {"-U", "--upgrade", "-q", "--quiet", "--no-cache-dir", "--prefer-binary", "-u", "--user"}
_PASSED_OVER_WITH_VALUE = {"-t", "--target"}
_FILE_OPTIONS = {"-r", "--requirement", "-c", "--constraint"}
_INDEX_OPTIONS = {"-i", "--index-url", "--extra-index-url", "--trusted-host"}


def read_funfile(file: Path) -> tuple[str | None, RequirementFile]:
    """The runtime's name (None where the file says none) and the requirements of a Funfile.

    Where ``-t`` puts packages is passed over: in a layer the cloud fixes their place.

    Raises:
        DefinitionError: an instruction, command or option is not understood or cannot be had in a layer.
    """
    runtime: str | None = None
    into = RequirementFile()
    for number, line in logical_lines(file, comments_within=False):
        word, *rests = line.split(None, 1)
        instruction, rest = word.upper(), " ".join(rests)
        if instruction == "RUNTIME":
            if rest not in ALIBABA:
                raise DefinitionError(file, number, f"RUNTIME {rest}: one of {', '.join(ALIBABA)}")
            if runtime is not None:
                raise DefinitionError(file, number, f"RUNTIME stands here a second time, after {runtime}")
            runtime = rest
        elif instruction == "RUN":
            for command in _commands(rest, file, number):
                _command(command, file, number, into)
        elif instruction != "WORKDIR":
            raise DefinitionError(
                file,
                number,
                f"{word} is not understood in a layer (RUNTIME and RUN … pip install are): "
                "write a layer.yaml with `files:`, `libraries:` or a `before:` hook for it",
            )
    return runtime, into


def _commands(text: str, file: Path, number: int) -> Iterator[list[str]]:
    """The words of each command of a RUN line; quotes hold."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        for word in lexer:
            if word in ("&&", ";"):
                if words:
                    yield words
                words = []
            elif not word.strip(";&|<>"):
                raise DefinitionError(
                    file, number, f"RUN {text}: {word} is for the shell: put a requirement with a version in quotes"
                )
            else:
                words.append(word)
    except ValueError as error:
        raise DefinitionError(file, number, f"RUN {text}: {error}") from None
    if words:
        yield words


def _command(words: list[str], file: Path, number: int, into: RequirementFile) -> None:
    text = " ".join(words)
    if _NATIVE.match(text):
        raise DefinitionError(
            file,
            number,
            f"{text}: packages of the Linux distribution are not installed into a layer: "
            "name the shared libraries you need under `libraries:` in a layer.yaml",
        )
    found = _PIP.match(text)
    if not found:
        raise DefinitionError(
            file,
            number,
            f"{text}: only pip install is understood; write other commands as `before:` hook of a layer.yaml",
        )
    arguments = words[words.index("install") + 1 :]
    if not arguments:
        raise DefinitionError(file, number, f"{text}: says no package")
    _arguments(arguments, file, number, into)


def _arguments(words: list[str], file: Path, number: int, into: RequirementFile) -> None:
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            into.requirements.append(read_requirement(word, file, number))
        elif word in _PASSED_OVER:
            continue
        elif name in _PASSED_OVER_WITH_VALUE | _FILE_OPTIONS | _INDEX_OPTIONS:
            value = value if equals else next(rest, "")
            if name not in _PASSED_OVER_WITH_VALUE:
                add_option(name, value, file, number, into, into.requirements, ())
        else:
            raise DefinitionError(file, number, f"pip's option {name} is not understood in a Funfile")
