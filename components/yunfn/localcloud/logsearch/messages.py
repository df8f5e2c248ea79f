"""Protobuf messages of clients, made from a table of their fields: the clouds publish no Python modules of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_FIELD = descriptor_pb2.FieldDescriptorProto
BYTES, UINT32, INT64, FIXED32 = _FIELD.TYPE_BYTES, _FIELD.TYPE_UINT32, _FIELD.TYPE_INT64, _FIELD.TYPE_FIXED32

Fields = Sequence[tuple[str, int, "int | str"]]
"""Each field's name, number, and type: one of the above, or the name of a message that is repeated."""


class Messages:
    """The messages of one ``package``; texts are read as bytes, so that what is not UTF-8 can be refused."""

    def __init__(self, package: str, messages: Mapping[str, Fields]) -> None:
        self._package = package
        self._messages = messages
        self._classes: dict[str, Any] = {}

    def new(self, name: str) -> Any:
        """An empty message."""
        if name not in self._classes:
            descriptor = _pool(self).FindMessageTypeByName(f"{self._package}.{name}")
            self._classes[name] = message_factory.GetMessageClass(descriptor)
        return self._classes[name]()

    def describe(self) -> descriptor_pb2.FileDescriptorProto:
        """The messages as a protobuf file."""
        file = descriptor_pb2.FileDescriptorProto(name=f"{self._package}.proto", package=self._package, syntax="proto2")
        for name, fields in self._messages.items():
            message = file.message_type.add(name=name)
            for field, number, kind in fields:
                if isinstance(kind, str):
                    of = f".{self._package}.{kind}"
                    message.field.add(
                        name=field, number=number, type=_FIELD.TYPE_MESSAGE, label=_FIELD.LABEL_REPEATED, type_name=of
                    )
                else:
                    message.field.add(name=field, number=number, type=kind, label=_FIELD.LABEL_OPTIONAL)
        return file


@cache
def _pool(messages: Messages) -> Any:
    pool = descriptor_pool.DescriptorPool()
    pool.Add(messages.describe())
    return pool
