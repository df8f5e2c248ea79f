"""The launcher's main loop: start one instance, answer its cloud's questions, leave nothing alive behind.

Three processes: the *supervisor* (child of the local cloud), in namespace mode the *init* (process 1 of a pid
namespace) and the *function*. The cloud and the supervisor speak over one stream socket: messages are dictionaries in
marshal's form after their length (4 bytes, big endian); one that announces ``"descriptor": True`` carries a file
descriptor (SCM_RIGHTS). When that socket closes, from whichever side, the supervisor kills every process of the
instance and ends: the cloud's death is the function's.

To the supervisor: the plan (first line), then ``{"dial": port}``. From it: ``{"listening": True}`` with the proxy's
listening socket, ``{"started": pid}`` or ``{"failed": reason}`` (with ``"exec_errno"`` where it was the program's own
exec), ``{"dialed": True}`` with a connected socket or ``{"dialed": False, "reason": …}``, at last ``{"exited": code}``
(128 + n for signal n, as shells count).
"""

# ruff: noqa: PTH123, SIM105
# (Every module imported here delays every cold start: no pathlib, json, typing or contextlib.)

from __future__ import annotations

import marshal
import os
import resource
import select
import signal
import socket
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

# An address of lo that is not 127.0.0.1: Function Compute reaches a custom runtime from outside, so a program
# that listens on 127.0.0.1 only is not reachable there and must not be here (FCD "custom runtime, principles").
_OUTER_ADDRESS = "127.0.0.2"
_SETUP_FAILED = 70
# A Ctrl-C at the terminal is the cloud's to answer: it closes the socket once it has cleaned up.
_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _send(control: socket.socket, message: dict[str, Any], descriptor: int | None = None) -> None:
    body = marshal.dumps(message)
    frame = len(body).to_bytes(4, "big") + body
    try:
        if descriptor is None:
            control.sendall(frame)
        else:
            socket.send_fds(control, [frame], [descriptor])
    except (BrokenPipeError, ConnectionResetError):
        pass  # the cloud is gone, and its end is about to end us


def _receive(control: socket.socket) -> dict[str, Any] | None:
    """The cloud's next message; None at the end of the stream."""
    buffer = b""
    wanted = 4
    while len(buffer) < wanted:
        try:
            data = control.recv(wanted - len(buffer))
        except (ConnectionResetError, BrokenPipeError):
            return None
        if not data:
            return None
        buffer += data
        if len(buffer) == 4:
            wanted = 4 + int.from_bytes(buffer, "big")
    message: dict[str, Any] = marshal.loads(buffer[4:])  # noqa: S302 - only the cloud itself writes here
    return message


def _proxy_listener(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def _report(report: int, reason: str, number: int | None = None) -> None:
    """Tell the supervisor why there will be no function; ``number`` is the errno of its exec."""
    try:
        os.write(report, marshal.dumps({"failed": reason, "exec_errno": number}))
    except OSError:
        pass  # the supervisor is gone


def _execute(argv: list[str], environment: dict[str, str]) -> OSError:
    """Become the program, looked up on the PATH it will have; why it could not.

    (os.execvpe does the same, but first imports a module, which is no longer there to be found.)
    """
    folders = [""] if "/" in argv[0] else [f"{folder}/" for folder in environment["PATH"].split(":") if folder]
    failure = OSError(2, "No such file or directory")
    for folder in folders:
        try:
            os.execve(folder + argv[0], argv, environment)  # noqa: S606
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            failure = error
    return failure


def _become_function(plan: dict[str, Any], channel: int, output: int, report: int) -> NoReturn:
    """The last steps before the function's own program: descriptors, limits, rights; then exec."""
    try:
        os.setsid()
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        for number in (*_IGNORED, signal.SIGPIPE, signal.SIGCHLD, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            from . import syscalls as sc

            # In namespaces the init's end is the end of all; without them this is what ends the function.
            sc.prctl(sc.PR_SET_PDEATHSIG, signal.SIGKILL)
        if plan["namespaces"]:
            if plan["processes"]:
                resource.setrlimit(resource.RLIMIT_NPROC, (plan["processes"], plan["processes"]))
            sc.drop_capability_bounds()
            if not plan["user_namespace"]:
                os.setgroups([])
            os.setresgid(plan["gid"], plan["gid"], plan["gid"])
            os.setresuid(plan["uid"], plan["uid"], plan["uid"])
            sc.clear_capabilities()
            sc.prctl(sc.PR_SET_NO_NEW_PRIVS, 1)
        os.umask(0o022)
        os.chdir(plan["cwd"])
        if channel >= 0:
            os.set_inheritable(channel, True)
    except BaseException as error:
        _report(report, str(error))
        os._exit(_SETUP_FAILED)
    refused = _execute(plan["argv"], plan["environment"])
    _report(report, f"{plan['argv'][0]}: {refused.strerror}", refused.errno)
    os._exit(_SETUP_FAILED)


def _exit_code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _become_init(plan: dict[str, Any], start: Callable[[], NoReturn], report: int, alive: int) -> NoReturn:
    """Process 1 of the instance: builds its root, starts the function, reaps, ends with the function's code."""
    try:
        from . import private_root
        from . import syscalls as sc

        sc.prctl(sc.PR_SET_PDEATHSIG, signal.SIGKILL)
        if select.select([alive], [], [], 0)[0]:  # the supervisor died before the line above took hold
            os._exit(_SETUP_FAILED)
        os.umask(0o022)
        sc.unshare(sc.CLONE_NEWNS)
        private_root.enter(plan)
        function = os.fork()
        if function == 0:
            start()
        os.close(report)
        # The function's own descriptors must be its alone, or their end would never be seen.
        os.closerange(3, alive)
        while True:
            pid, status = os.wait()
            if pid == function:
                os._exit(_exit_code(status))
    except BaseException as error:
        _report(report, str(error))
    os._exit(_SETUP_FAILED)


def _enter_namespaces(plan: dict[str, Any]) -> None:
    from . import syscalls as sc

    flags = sc.CLONE_NEWPID | sc.CLONE_NEWIPC | sc.CLONE_NEWUTS
    if not plan.get("host_network"):
        flags |= sc.CLONE_NEWNET
    outer = (os.getuid(), os.getgid())
    sc.unshare(flags | sc.CLONE_NEWUSER if plan["user_namespace"] else flags)
    if plan["user_namespace"]:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{plan['uid']} {outer[0]} 1"),
            ("gid_map", f"{plan['gid']} {outer[1]} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    sc.sethostname(plan["hostname"])
    if not plan.get("host_network"):
        sc.raise_loopback()


class _Supervisor:
    """One instance, from plan to end."""

    def __init__(self, control: socket.socket, plan: dict[str, Any], channel: int, output: int) -> None:
        self.control, self.plan, self.channel, self.output = control, plan, channel, output
        self.child = self.group = 0

    def start(self) -> bool:
        """Fork the instance and wait for its exec; False, with the reason sent, where something refused."""
        plan = self.plan
        if plan["namespaces"]:
            _enter_namespaces(plan)
            if plan["proxy_port"]:
                with _proxy_listener(plan["proxy_port"]) as listener:
                    _send(self.control, {"listening": True, "descriptor": True}, listener.fileno())
        elif sys.platform == "linux":
            from . import syscalls as sc

            sc.prctl(sc.PR_SET_CHILD_SUBREAPER, 1)  # orphans of the function come here and end with it
        reader, report = os.pipe()
        alive, self._alive = os.pipe()

        def function() -> NoReturn:
            _become_function(plan, self.channel, self.output, report)

        self.child = self.group = os.fork()
        if self.child == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.control.close()
            os.close(self._alive)
            if plan["namespaces"]:
                _become_init(plan, function, report, alive)
            function()
        for descriptor in (report, alive, self.output, self.channel):
            if descriptor >= 0:
                os.close(descriptor)
        reason = b"".join(iter(lambda: os.read(reader, 4096), b""))
        os.close(reader)
        if reason:
            _send(self.control, marshal.loads(reason))  # noqa: S302 - written by _report above
            return False
        _send(self.control, {"started": self.child})
        return True

    def dial(self, port: int) -> None:
        """Connect to the function's own port and hand the socket over."""
        address = _OUTER_ADDRESS if self.plan["namespaces"] else "127.0.0.1"
        with socket.socket() as sock:
            sock.settimeout(1)
            try:
                sock.connect((address, port))
            except OSError as error:
                _send(self.control, {"dialed": False, "reason": str(error)})
                return
            sock.setblocking(False)
            _send(self.control, {"dialed": True, "descriptor": True}, sock.fileno())

    def serve(self, woken: int) -> int | None:
        """Answer until the instance ends; its exit code, or None when the cloud's side closed first."""
        while True:
            control = self.control.fileno()
            ready, _, _ = select.select([control, woken], [], [])
            if woken in ready:
                os.read(woken, 4096)
                while True:
                    pid, status = os.waitpid(-1, os.WNOHANG)
                    if pid == self.child:
                        self.child = 0
                        return _exit_code(status)
                    if pid == 0:
                        break
            if control in ready:
                message = _receive(self.control)
                if message is None:
                    return None
                self.dial(message["dial"])

    def kill(self) -> None:
        """End every process of the instance and wait until the last is gone."""
        try:
            if not self.plan["namespaces"]:
                os.killpg(self.group, signal.SIGKILL)
            elif self.child:
                os.kill(self.child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # already gone
        while True:
            if not self.plan["namespaces"]:
                _kill_children()
            try:
                os.wait()
            except ChildProcessError:
                return


def _kill_children() -> None:
    """Kill the direct children, orphans that came here included (Linux only; elsewhere the group was killed)."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            for pid in file.read().split():
                os.kill(int(pid), signal.SIGKILL)
    except (FileNotFoundError, ProcessLookupError):
        pass  # no such file but on Linux; or a child that ended meanwhile


def main(control_number: int, channel: int, output: int) -> None:
    """Run one instance; the arguments are the inherited descriptors (``channel`` -1 where there is none)."""
    control = socket.socket(fileno=control_number)
    plan = _receive(control)
    if plan is None:
        return
    for descriptor in (control_number, channel, output):
        if descriptor >= 0:
            os.set_inheritable(descriptor, False)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    supervisor = _Supervisor(control, plan, channel, output)
    try:
        started = supervisor.start()
    except Exception as error:
        _send(control, {"failed": f"{type(error).__name__}: {error}"})
        return
    code = supervisor.serve(woken) if started else None
    supervisor.kill()
    if code is not None:
        _send(control, {"exited": code})
