"""Reading plain buffers that came from outside: every length, tag and checksum is looked at."""

from __future__ import annotations

from yunfn.localcloud.alibaba.tablestore.plain_buffer import tags
from yunfn.localcloud.alibaba.tablestore.plain_buffer.checksum import crc8
from yunfn.localcloud.alibaba.tablestore.plain_buffer.row import BufferRow, Cell, CellOperation
from yunfn.localcloud.alibaba.tablestore.plain_buffer.variants import BrokenBufferError, KeyValue, read_variant

_OPERATIONS = {operation.value: operation for operation in CellOperation}


def read_rows(data: bytes) -> list[BufferRow]:
    """Every row of a buffer, none in an empty one; raises BrokenBufferError."""
    if not data:
        return []
    reader = _Reader(data)
    header = reader.integer()
    if header != tags.HEADER:
        raise BrokenBufferError(
            f"Cell data broken, mismatch header, actual: {header & 0xFFFFFFFF:#x}, expect: {tags.HEADER:#x}."
        )
    rows = []
    while reader.more():
        rows.append(reader.row())
    return rows


def read_row(data: bytes) -> BufferRow:
    """The one row of a buffer; raises BrokenBufferError, also for none or several."""
    rows = read_rows(data)
    if len(rows) != 1:
        raise BrokenBufferError("Cell data broken, PK is empty." if not rows else "data format is invalid.")
    return rows[0]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def more(self) -> bool:
        return self._at < len(self._data)

    def integer(self, size: int = 4) -> int:
        return int.from_bytes(self._bytes(size), "little", signed=True)

    def row(self) -> BufferRow:
        if not self._take(tags.ROW_PRIMARY_KEY):
            raise BrokenBufferError("Cell data broken, PK is empty.")
        checksums = bytearray()
        key = self._cells(checksums)
        if not key:
            raise BrokenBufferError("Cell data broken, no PK follow PKTag.")
        cells: list[Cell] = []
        if self._take(tags.ROW_DATA):
            cells = self._cells(checksums)
        deleted = self._take(tags.DELETE_ROW_MARKER)
        checksums.append(deleted)
        if not self._take(tags.ROW_CHECKSUM):
            raise BrokenBufferError("Cell data broken, row is not end with checksum tag.")
        self._check(self._byte(), crc8(bytes(checksums)))
        return BufferRow(tuple(key), tuple(cells), deleted)

    def _cells(self, checksums: bytearray) -> list[Cell]:
        cells = []
        while self._take(tags.CELL):
            cell, checksum = self._cell()
            cells.append(cell)
            checksums.append(checksum)
        return cells

    def _cell(self) -> tuple[Cell, int]:
        if not self._take(tags.CELL_NAME):
            raise BrokenBufferError("Cell data broken, attr has no name.")
        name = self._bytes(self._size())
        checked = name
        value: KeyValue | None = None
        if self._take(tags.CELL_VALUE):
            variant = self._bytes(self._size())
            value = read_variant(variant)
            checked += variant
        operation: CellOperation | None = None
        if self._take(tags.CELL_TYPE):
            kind = self._byte()
            operation = _OPERATIONS.get(kind)
            if operation is None:
                raise BrokenBufferError(f"Invalid op type of cell: {kind}.")
        timestamp: int | None = None
        if self._take(tags.CELL_TIMESTAMP):
            version = self._bytes(8)
            timestamp = int.from_bytes(version, "little", signed=True)
            checked += version
        # Its tag comes before the timestamp's, its share of the checksum after.
        if operation is not None:
            checked += bytes((operation,))
        if not self._take(tags.CELL_CHECKSUM):
            raise BrokenBufferError("Cell data broken, cell is not end with checksum[0x0A] tag.")
        checksum = crc8(checked)
        self._check(self._byte(), checksum)
        return Cell(_text(name), value, timestamp, operation), checksum

    def _take(self, tag: int) -> bool:
        if self._at < len(self._data) and self._data[self._at] == tag:
            self._at += 1
            return True
        return False

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _size(self) -> int:
        size = self.integer()
        if size < 0:
            raise BrokenBufferError(f"Cell data broken, wrong string format, size: {size}.")
        return size

    def _bytes(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise BrokenBufferError("data format is invalid.")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    @staticmethod
    def _check(sent: int, computed: int) -> None:
        if sent != computed:
            raise BrokenBufferError(f"Cell data broken, checksum is mismatch, {sent}:{computed}")


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise BrokenBufferError("Invalid column name: not UTF-8.") from None
