"""The tags that say what comes next ("PlainBuffer" of Tablestore's API reference)."""

from __future__ import annotations

HEADER = 0x75
"""The first four bytes, as a little-endian number."""

ROW_PRIMARY_KEY = 0x1
ROW_DATA = 0x2
CELL = 0x3
CELL_NAME = 0x4
CELL_VALUE = 0x5
CELL_TYPE = 0x6
CELL_TIMESTAMP = 0x7
DELETE_ROW_MARKER = 0x8
ROW_CHECKSUM = 0x9
CELL_CHECKSUM = 0xA
