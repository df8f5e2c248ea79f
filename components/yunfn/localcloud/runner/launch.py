"""The cloud's side of a launcher process: start it, talk to it, be sure of its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from yunfn.exceptions import FunctionRunnerError
from yunfn.isolation.launching import frame, launcher_process, unframe

_STOP_SECONDS = 10.0
# As much as Linux lets a pipe hold.
_PIPE_BYTES = 1 << 16


class ExecError(FunctionRunnerError):
    """The instance was set up, but its program could not be executed; ``errno`` says why."""

    def __init__(self, reason: str, errno: int) -> None:
        super().__init__(reason)
        self.errno = errno


class Launched:
    """One launcher process and, through it, one instance's processes.

    ``channel`` is the socket to the program inside (None where none was asked for); ``exited`` is done with the
    exit code (128 + n for signal n; None where it was stopped from here) once every process is gone.
    """

    def __init__(self, on_output: Callable[[bytes], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_output = on_output
        self._buffer = b""
        self._descriptors: deque[int] = deque()
        self._dials: deque[asyncio.Future[socket.socket]] = deque()
        self._started: asyncio.Future[int] = self._loop.create_future()
        self._code: int | None = None
        self._output = -1
        self.exited: asyncio.Future[int | None] = self._loop.create_future()
        self.listener: socket.socket | None = None
        self.channel: socket.socket | None = None
        self.pid = 0
        self.spawned = False

    def spawn(self, with_channel: bool) -> int:
        """Start the launcher process (some milliseconds, blocking).

        Returns the number the channel's descriptor has inside, -1 where none was asked for. Raises
        FunctionRunnerError where the process cannot be started.
        """
        self._control, control = socket.socketpair()
        self._output, output = os.pipe()
        inside: socket.socket | None = None
        number = -1
        if with_channel:
            self.channel, inside = socket.socketpair()
            number = inside.fileno()
        try:
            self._process = launcher_process(control.fileno(), number, output)
        except OSError as error:
            os.close(self._output)
            self._control.close()
            if self.channel:
                self.channel.close()
            raise FunctionRunnerError(f"The launcher of function instances cannot be started: {error}") from error
        finally:
            control.close()
            os.close(output)
            if inside:
                inside.close()
        self.spawned = True
        self._control.setblocking(False)
        os.set_blocking(self._output, False)
        self._loop.add_reader(self._control, self._on_control)
        self._loop.add_reader(self._output, self.drain)
        return number

    async def start(self, plan: Mapping[str, Any]) -> None:
        """Carry out ``plan``; raises FunctionRunnerError with the launcher's reason where the kernel refuses."""
        await self._loop.sock_sendall(self._control, frame(dict(plan)))
        self.pid = await self._started

    def drain(self) -> None:
        """Take in what the instance has printed so far; what it wrote before a frame on the channel is included.

        Reads no more than a pipe holds, so that an instance that never stops printing does not stop the cloud.
        """
        if self._output >= 0:
            try:
                data = os.read(self._output, _PIPE_BYTES)
            except BlockingIOError:
                return
            if data:
                self._on_output(data)
            else:
                self._close_output()

    def _close_output(self) -> None:
        if self._output >= 0:
            self._loop.remove_reader(self._output)
            os.close(self._output)
            self._output = -1

    async def dial(self, port: int) -> socket.socket:
        """A connection to ``port`` of the instance, as from outside it. Raises ConnectionError where none listens."""
        answer: asyncio.Future[socket.socket] = self._loop.create_future()
        if self.exited.done():
            raise ConnectionError("the instance has exited")
        self._dials.append(answer)
        await self._loop.sock_sendall(self._control, frame({"dial": port}))
        return await answer

    async def stop(self) -> None:
        """Kill every process of the instance and wait until they are gone."""
        if self.spawned and not self.exited.done():
            with contextlib.suppress(OSError):
                self._control.shutdown(socket.SHUT_WR)
            try:
                await asyncio.wait_for(asyncio.shield(self.exited), _STOP_SECONDS)
            except TimeoutError:
                # Its death is that of process 1 of the instance (PR_SET_PDEATHSIG).
                self._process.kill()
                await self.exited

    def _on_control(self) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, 65536, 8)
        except BlockingIOError:
            return
        except OSError:
            data, descriptors = b"", []
        self._descriptors.extend(descriptors)
        if not data:
            self._end()
            return
        self._buffer += data
        messages, self._buffer = unframe(self._buffer)
        for message in messages:
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        sock = socket.socket(fileno=self._descriptors.popleft()) if message.get("descriptor") else None
        if "listening" in message:
            self.listener = sock
        elif "dialed" in message:
            waiting = self._dials.popleft()
            if waiting.cancelled():
                if sock:
                    sock.close()
            elif sock:
                waiting.set_result(sock)
            else:
                waiting.set_exception(ConnectionError(message["reason"]))
        elif "started" in message:
            if not self._started.done():
                self._started.set_result(message["started"])
        elif "failed" in message:
            self._fail_start(message["failed"], message.get("exec_errno"))
        elif "exited" in message:
            self._code = message["exited"]

    def _fail_start(self, reason: str, errno: int | None = None) -> None:
        if not self._started.done():
            text = f"A function instance cannot be started: {reason}"
            self._started.set_exception(ExecError(text, errno) if errno else FunctionRunnerError(text))
            self._started.exception()  # seen: a start that was given up must not be reported as never retrieved

    def _end(self) -> None:
        """The launcher closed its side: all processes are gone, and it is going itself."""
        self._loop.remove_reader(self._control)
        self._control.close()
        self.drain()  # the last: whoever could write is gone
        self._close_output()
        self._fail_start("its launcher ended at once")
        for waiting in self._dials:
            if not waiting.done():
                waiting.set_exception(ConnectionError("the instance has exited"))
        for descriptor in self._descriptors:
            os.close(descriptor)
        try:
            self._process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.exited.set_result(self._code)
