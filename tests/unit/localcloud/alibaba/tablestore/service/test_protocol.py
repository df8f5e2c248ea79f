"""The messages: the generated module is that of the .proto, and their wire is the official client's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import tablestore.protobuf.table_store_filter_pb2 as official_filters
import tablestore.protobuf.table_store_pb2 as official
from google.protobuf.descriptor import Descriptor, EnumDescriptor

from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as own

FOLDER = Path(own.__file__).parent
COMPONENTS = Path(own.__file__).parents[5]
#: What the local cloud refuses by name, and so reads no messages of.
UNUSED = (
    "SQL",
    "Transaction",
    "Search",
    "CreateIndex",
    "DropIndex",
    "LoadTable",
    "UnloadTable",
    "TableConsumedCapacity",
)


def test_the_generated_module_is_that_of_the_proto(tmp_path: Path) -> None:
    source = "yunfn/localcloud/alibaba/tablestore/protocol/table_store.proto"
    command = [
        sys.executable,
        "-m",
        "grpc_tools.protoc",
        "-I.",
        f"--python_out={tmp_path}",
        f"--pyi_out={tmp_path}",
        source,
    ]
    subprocess.run(command, cwd=COMPONENTS, check=True, timeout=60)
    for name in ("table_store_pb2.py", "table_store_pb2.pyi"):
        made = (tmp_path / source).with_name(name)
        assert made.read_text() == (FOLDER / name).read_text(), "run: make protocol"


def shape(message: Descriptor) -> dict[str, tuple[int, int, int, str]]:
    """A message's fields: number, kind, how often, and of which message or enumeration."""
    return {
        field.name: (
            field.number,
            field.type,
            field.label,
            (field.message_type or field.enum_type).name if field.message_type or field.enum_type else "",
        )
        for field in message.fields
    }


OFFICIAL: dict[str, Descriptor] = {
    name: message
    for module in (official, official_filters)
    for name, message in module.DESCRIPTOR.message_types_by_name.items()
    if not any(word in name for word in UNUSED)
}
ENUMS: dict[str, EnumDescriptor] = {
    name: found
    for module in (official, official_filters)
    for name, found in module.DESCRIPTOR.enum_types_by_name.items()
    if not name.startswith("SQL")
}


@pytest.mark.parametrize("name", OFFICIAL)
def test_every_field_of_the_official_client_is_here_alike(name: str) -> None:
    assert shape(OFFICIAL[name]).items() <= shape(own.DESCRIPTOR.message_types_by_name[name]).items()


def test_every_enumeration_of_the_official_client_is_here_alike() -> None:
    for name, found in ENUMS.items():
        mine = own.DESCRIPTOR.enum_types_by_name[name].values_by_name
        assert {each.name: each.number for each in found.values} == {each.name: each.number for each in mine.values()}
