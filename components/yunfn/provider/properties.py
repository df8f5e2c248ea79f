"""Properties on the wire: from protobuf structs to Python values and back.

The signatures are those of Pulumi's gRPC protocol (pulumi ``runtime/rpc.py``): an unknown value is a string of its own,
a secret an object with a signature. Numbers arrive as floats. Which properties are secret is remembered by name, so
that what came in secret goes out secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from google.protobuf import struct_pb2

_UNKNOWN_WIRE: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


class Unknown:
    """A value that only the real run will know; there is one, ``UNKNOWN``."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Properties(Mapping[str, Any]):
    """Plain values by their wire names; ``secrets`` are the names whose values hold a secret somewhere."""

    def __init__(self, values: Mapping[str, Any], secrets: Iterable[str] = ()) -> None:
        self._values = {name: value for name, value in values.items() if value is not None}
        self.secrets = frozenset(secrets)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        shown = {name: "[secret]" if name in self.secrets else value for name, value in self._values.items()}
        return f"Properties({shown})"

    def known(self, name: str) -> Any:
        """The value called ``name``; None where it is missing or unknown as yet."""
        value = self._values.get(name)
        return None if value is UNKNOWN else value


def decode(struct: struct_pb2.Struct) -> Properties:
    """Read a struct of the wire; what is null counts as missing."""
    values: dict[str, Any] = {}
    secrets: set[str] = set()
    for name, value in struct.fields.items():
        values[name], secret = _decoded(value)
        if secret:
            secrets.add(name)
    return Properties(values, secrets)


def encode(values: Mapping[str, Any], secrets: Iterable[str] = ()) -> struct_pb2.Struct:
    """Write values as a struct of the wire; those named in ``secrets`` as secrets, None left out."""
    hidden = set(secrets)
    struct = struct_pb2.Struct()
    for name, value in values.items():
        if value is None:
            continue
        wire = _encoded(value)
        if name in hidden and value is not UNKNOWN:
            signed = struct_pb2.Value()
            signed.struct_value.fields[_SIGNATURE].string_value = _SECRET
            signed.struct_value.fields["value"].CopyFrom(wire)
            wire = signed
        struct.fields[name].CopyFrom(wire)
    return struct


def _decoded(value: struct_pb2.Value) -> tuple[Any, bool]:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return (UNKNOWN if value.string_value == _UNKNOWN_WIRE else value.string_value), False
    if kind == "number_value":
        return value.number_value, False
    if kind == "bool_value":
        return value.bool_value, False
    if kind == "list_value":
        parts = [_decoded(each) for each in value.list_value.values]
        return [part for part, _ in parts], any(secret for _, secret in parts)
    if kind == "struct_value":
        return _decoded_object(value.struct_value)
    return None, False


def _decoded_object(struct: struct_pb2.Struct) -> tuple[Any, bool]:
    signature = struct.fields[_SIGNATURE].string_value if _SIGNATURE in struct.fields else ""
    if signature == _SECRET:
        return _decoded(struct.fields["value"])[0], True
    if signature == _OUTPUT:
        secret = struct.fields["secret"].bool_value if "secret" in struct.fields else False
        if "value" not in struct.fields:
            return UNKNOWN, secret
        inner, hidden = _decoded(struct.fields["value"])
        return inner, secret or hidden
    parts = {name: _decoded(each) for name, each in struct.fields.items()}
    return {name: part for name, (part, _) in parts.items()}, any(secret for _, secret in parts.values())


def _encoded(value: Any) -> struct_pb2.Value:
    if value is UNKNOWN:
        return struct_pb2.Value(string_value=_UNKNOWN_WIRE)
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, (int, float)):
        return struct_pb2.Value(number_value=float(value))
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, Mapping):
        made = struct_pb2.Value(struct_value=struct_pb2.Struct())
        for name, each in value.items():
            made.struct_value.fields[name].CopyFrom(_encoded(each))
        return made
    if isinstance(value, (list, tuple)):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_encoded(each) for each in value]))
    raise TypeError(f"a property may not be a {type(value).__name__}")
