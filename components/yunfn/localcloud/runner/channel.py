"""Frames to and from the bootstrap inside an instance: two lengths, an object, raw bytes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import marshal
import socket
import struct
from typing import Any

_LENGTHS = struct.Struct(">II")
# An answer is at most some tens of MB in the cloud; a frame that claims more comes from broken or hostile code.
_LARGEST = 256 << 20


class Channel:
    """The local cloud's end of one instance's framed socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, sock: socket.socket) -> Channel:
        """A channel over a connected socket, which it then owns."""
        return cls(*await asyncio.open_unix_connection(sock=sock, limit=1 << 20))

    async def ask(self, head: dict[str, Any], body: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """Send one frame and read the answer; raises EOFError where the instance ended first."""
        # Written for every Python from 3.6 on, and faster to read at a cold start than JSON. The other direction is
        # JSON: what a function's process sends is not to be trusted.
        encoded = marshal.dumps(head, 2)
        try:
            self._writer.write(_LENGTHS.pack(len(encoded), len(body)) + encoded + body)
            await self._writer.drain()
        except ConnectionError as error:
            raise EOFError("the instance ended") from error
        return await self.receive()

    async def receive(self) -> tuple[dict[str, Any], bytes]:
        """Read one frame; raises EOFError where the instance ended, or wrote what is no frame."""
        try:
            lengths = _LENGTHS.unpack(await self._reader.readexactly(_LENGTHS.size))
            if sum(lengths) > _LARGEST:
                raise EOFError("the instance sent a frame that is too large")
            told = await self._reader.readexactly(lengths[0])
            return json.loads(told), await self._reader.readexactly(lengths[1])
        except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
            raise EOFError("the instance ended") from error

    async def close(self) -> None:
        """Close this end."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
