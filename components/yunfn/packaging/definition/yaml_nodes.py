"""YAML read with the line of every value, so that an error can say where it is."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition.requirement_files import read_text

# What a bare word may look like; anything else (null, a tag of Python's) is no text.
_TEXTS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "timestamp")}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a document; ``place`` is where it stands in words such as ``files[0].prefix``."""

    file: Path
    place: str
    node: yaml.Node

    @property
    def line(self) -> int:
        """Its line, from 1."""
        return int(self.node.start_mark.line) + 1

    def error(self, rule: str) -> DefinitionError:
        """The error that this value breaks a rule."""
        return DefinitionError(self.file, self.line, f"{self.place}: {rule}" if self.place else rule)

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def text(self, rule: str = "a text is wanted") -> str:
        """The value as text.

        Raises:
            DefinitionError: it is a list or mapping, or empty.
        """
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag not in _TEXTS or not self.node.value:
            raise self.error(rule)
        return str(self.node.value)

    def boolean(self) -> bool:
        """The value as true or false.

        Raises:
            DefinitionError: it is something else.
        """
        if isinstance(self.node, yaml.ScalarNode) and self.node.tag == "tag:yaml.org,2002:bool":
            return str(self.node.value).lower() in ("true", "yes", "on")
        raise self.error("true or false is wanted")

    def items(self, rule: str = "a list is wanted") -> list[Value]:
        """The values of a list.

        Raises:
            DefinitionError: it is no list.
        """
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error(rule)
        return [Value(self.file, f"{self.place}[{index}]", node) for index, node in enumerate(self.node.value)]

    def pairs(self, rule: str = "a mapping is wanted") -> Iterator[tuple[str, Value]]:
        """Keys and values of a mapping.

        Raises:
            DefinitionError: it is none, a key is no text or stands there twice.
        """
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error(rule)
        seen: set[str] = set()
        for key, node in self.node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            value = Value(self.file, f"{self.place}.{name}" if self.place else name, node)
            if not name:
                raise DefinitionError(
                    self.file, key.start_mark.line + 1, f"{self.place or 'keys'}: a key must be a text"
                )
            if name in seen:
                raise DefinitionError(self.file, key.start_mark.line + 1, f"{value.place} stands here a second time")
            seen.add(name)
            yield name, value

    def keys(self, known: Sequence[str]) -> dict[str, Value]:
        """The values of a mapping that may have the known keys only.

        Raises:
            DefinitionError: it is no mapping, or has another key; the text offers the nearest.
        """
        found: dict[str, Value] = {}
        for name, value in self.pairs():
            if name not in known:
                near = difflib.get_close_matches(name, known, 1, 0.5)
                hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
                line = next(key.start_mark.line + 1 for key, _ in self.node.value if key.value == name)
                raise DefinitionError(self.file, line, f"{value.place} is not known: {hint}")
            found[name] = value
        return found


def read_yaml(file: Path) -> Value:
    """The document of a YAML file.

    Raises:
        DefinitionError: it cannot be read, is no YAML, or holds nothing.
    """
    text = read_text(file)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DefinitionError(file, mark.line + 1 if mark else None, f"is no YAML: {error.problem}") from None
    except RecursionError:
        raise DefinitionError(file, None, "is no YAML that a layer could have: its values lie too deep") from None
    except yaml.YAMLError as error:
        raise DefinitionError(file, None, f"is no YAML: {' '.join(str(error).split())}") from None
    if node is None:
        raise DefinitionError(file, None, "is empty")
    return Value(file, "", node)
