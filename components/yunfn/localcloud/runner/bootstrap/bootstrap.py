"""The program inside a managed runtime's instance: imports the handler, runs it call by call.

It must run on every Python that the clouds offer from 3.6 on and uses the standard library only. The local cloud is at
the other end of an inherited socket, whose number is the first argument; the second is where layers lie, the third the
module beside this one with the cloud's own manner (``yunfn_fc``, ``yunfn_scf``): what a handler is given, what becomes
of its answer, how errors and log lines look. A frame is two lengths (4 bytes each, big endian), an object (marshal
inwards, JSON outwards) and raw bytes; stdout and stderr are the function's log and nothing else.
"""
# ruff: noqa: PTH100, PTH110, PTH118, UP006, UP031, UP035
# (3.6 has neither newer annotations nor newer syntax; and every module imported here delays every cold start, so
# there is no pathlib, socket or typing, and json only once it is needed.)

import importlib
import marshal
import os
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Tuple

_LENGTHS = struct.Struct(">II")


class Channel:
    """The framed socket to the local cloud."""

    def __init__(self, number: int) -> None:
        self._number = number
        os.set_inheritable(number, False)

    def _exactly(self, count: int) -> bytes:
        parts: List[bytes] = []
        while count:
            part = os.read(self._number, min(count, 1 << 20))
            if not part:
                # The cloud is gone; nobody is left to answer to.
                os._exit(0)
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def receive(self) -> "Tuple[Dict[str, Any], bytes]":
        """The next frame; ends the process where the other side is gone."""
        head, body = _LENGTHS.unpack(self._exactly(_LENGTHS.size))
        return marshal.loads(self._exactly(head)), self._exactly(body)  # noqa: S302 - the cloud itself wrote it

    def send(self, head: bytes, body: bytes = b"") -> None:
        """Send one frame, its head in JSON."""
        left = memoryview(_LENGTHS.pack(len(head), len(body)) + head + body)
        while left:
            left = left[os.write(self._number, left) :]


class NotLoaded(Exception):
    """The handler cannot be had.

    ``kind`` says why: "name" (it is no handler's name), "import", "syntax" and "code" (its module raised ``cause``),
    "attribute" (its module has no such function). ``module`` and ``attribute`` are the handler's parts.
    """

    def __init__(self, kind: str, module: str, attribute: str, cause: "Any" = None) -> None:
        Exception.__init__(self, kind)
        self.kind = kind
        self.module = module
        self.attribute = attribute
        self.cause = cause


def load_module(path: str, root: str) -> "Any":
    """The module that the part of a handler before its last dot names: ``file``, ``package.file``, ``folder/file``."""
    folder, slash, name = path.rpartition("/")
    if not slash:
        return importlib.import_module(name)
    if path not in sys.modules:
        place = os.path.join(root, folder, *name.split(".")) + ".py"
        from importlib import util

        spec = util.spec_from_file_location(path, place)
        if spec is None or spec.loader is None or not os.path.exists(place):
            raise ImportError("No module named %r" % name)
        module = util.module_from_spec(spec)
        sys.modules[path] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[path]
            raise
    return sys.modules[path]


def load(name: str, root: str) -> "Callable[..., Any]":
    """The function that a handler names; ``root`` is where the code lies. Raises NotLoaded."""
    path, dot, attribute = name.rpartition(".")
    if not dot:
        raise NotLoaded("name", "", name)
    try:
        module = load_module(path, root)
    except ImportError as error:
        raise NotLoaded("import", path, attribute, error) from None
    except SyntaxError as error:
        raise NotLoaded("syntax", path, attribute, error) from None
    except Exception as error:
        raise NotLoaded("code", path, attribute, error) from None
    if not hasattr(module, attribute):
        raise NotLoaded("attribute", path, attribute)
    function: Callable[..., Any] = getattr(module, attribute)
    return function


class Worker:
    """Serves one instance's calls, one at a time, in a cloud's ``manner``."""

    def __init__(self, channel: Channel, manner: "Any") -> None:
        self.channel = channel
        self.manner = manner
        self.functions: Dict[str, Callable[..., Any]] = {}

    def run(self, call: "Dict[str, Any]", body: bytes) -> bytes:
        """One request (``load``, ``initialize`` or ``invoke``); its encoded answer.

        A handler is loaded at its first call unless it was loaded before.
        """
        name = call["run"]
        if name not in self.functions:
            self.functions[name] = load(name, self.manner.code_root())
        if call["op"] == "load":
            return b""
        context = self.manner.make_context(call)
        if call["op"] == "initialize":
            return bytes(self.manner.encode(self.functions[name](context)))
        return bytes(self.manner.encode(self.functions[name](self.manner.event(body), context)))

    def serve(self) -> None:
        """Say that it is ready, then answer requests until the other side closes."""
        self.channel.send(b"{}")
        while True:
            call, body = self.channel.receive()
            self.manner.begin(call)
            for variable, field in self.manner.CREDENTIALS:
                if call["credentials"]:
                    os.environ[variable] = call["credentials"][field]
            head = b'{"error": null}'
            answer = b""
            try:
                answer = self.run(call, body)
            except Exception as error:
                head = ('{"error": %s}' % self.manner.failure(error, os.path.abspath(__file__))).encode()
            sys.stdout.flush()
            sys.stderr.flush()
            self.channel.send(head, answer)


def main() -> None:
    """Set the search path as the cloud does and serve."""
    channel = Channel(int(sys.argv[1]))
    layers = sys.argv[2]
    manner = importlib.import_module(sys.argv[3])
    # The folder of this file stood first.
    sys.path[:1] = manner.search_path(layers)
    sys.argv = [sys.executable]
    try:
        import yunfn_local_trust  # type: ignore[import-not-found]
    except ImportError:
        pass
    else:
        yunfn_local_trust.install()
    manner.set_up()
    Worker(channel, manner).serve()


if __name__ == "__main__":
    main()
