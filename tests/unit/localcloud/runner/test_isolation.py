"""What a function can and cannot reach: files, network, processes, rights, other functions."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import stat
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from unit.localcloud.runner.calls import PROXY_PORT, call
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec, Isolation

MakeSpec = Callable[..., FunctionSpec]
MakeRunner = Callable[..., FunctionRunner]


@pytest.fixture(params=["root-or-own", "user-namespace"])
def isolated(request: pytest.FixtureRequest, namespaces: Isolation) -> Isolation:
    """Both ways into namespaces: with the caller's own rights, and by a user namespace."""
    if request.param == "user-namespace":
        return Isolation("namespaces", "", user_namespace=True, overlay=namespaces.overlay)
    return namespaces


@pytest.fixture
def planted() -> AsyncIterator[list[Path]]:
    """Files of this machine that no function may see."""
    paths = [place / f"yunfn-planted-{uuid.uuid4().hex}" for place in (Path.home(), Path("/tmp"), Path("/opt"))]
    made = []
    for path in paths:
        with contextlib.suppress(PermissionError):
            path.write_text("the host's own")
            made.append(path)
    yield made
    for path in made:
        path.unlink()


SEE = """
    import json, os
    def handler(event, context):
        seen = {}
        for path in json.loads(event):
            try:
                seen[path] = open(path).read()
            except OSError as error:
                seen[path] = error.errno
        return seen
"""


async def test_the_hosts_files_are_not_there(
    make_runner: MakeRunner, isolated: Isolation, make_spec: MakeSpec, planted: list[Path]
) -> None:
    assert len(planted) >= 2
    wanted = [*map(str, planted), str(make_spec().code), "/etc/shadow", "/etc/hostname", str(Path(__file__))]
    result = await make_runner(isolated).invoke(make_spec(SEE), call(json.dumps(wanted).encode()))
    assert json.loads(result.payload) == dict.fromkeys(wanted, 2)  # ENOENT, all of them


def the_hosts_root(own: Path) -> tuple[list[Path], list[str]]:
    """What is there, and what is mounted, but for what other tests mount in folders of theirs meanwhile."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    mounted = {line: Path(line.split(" ")[4]) for line in lines}
    temporary = Path(tempfile.gettempdir())
    others = [line for line, at in mounted.items() if at.is_relative_to(temporary) and not at.is_relative_to(own)]
    return sorted(Path("/").iterdir()), [line for line in lines if line not in others]


async def test_the_hosts_root_is_left_alone(
    make_runner: MakeRunner, isolated: Isolation, make_spec: MakeSpec, pack: Callable[..., Path], tmp_path: Path
) -> None:
    before = the_hosts_root(tmp_path)
    layer = pack({"python/extra.py": "x = 1"})
    result = await make_runner(isolated).invoke(make_spec("def handler(e, c): pass", layers=(layer,)), call())
    assert result.error_type is None
    assert the_hosts_root(tmp_path) == before


async def test_only_tmp_can_be_written(make_runner: MakeRunner, isolated: Isolation, make_spec: MakeSpec) -> None:
    source = """
        import json, os, tempfile
        def handler(event, context):
            told = {}
            for folder in ["/", "/code", "/opt", "/usr", "/etc", "/root", "/var/fc/local", "/proc/sys/kernel"]:
                try:
                    open(os.path.join(folder, "x"), "w").close()
                    told[folder] = "written"
                except OSError as error:
                    told[folder] = error.strerror
            with tempfile.NamedTemporaryFile("w", delete=False) as file:
                file.write("mine")
            told["tmp"] = [os.path.dirname(file.name), os.listdir("/tmp"), open(file.name).read()]
            return told
    """
    told = json.loads((await make_runner(isolated).invoke(make_spec(source), call())).payload)
    folder, listed, text = told.pop("tmp")
    assert (folder, len(listed), text) == ("/tmp", 1, "mine")
    assert "written" not in told.values(), told
    assert told["/code"] == told["/"] == "Read-only file system"


async def test_the_rights_are_those_of_nobody(
    make_runner: MakeRunner, isolated: Isolation, make_spec: MakeSpec
) -> None:
    source = """
        import ctypes, json, os, resource
        def handler(event, context):
            status = dict(line.rstrip("\\n").split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
            caps = [status[name] for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")]
            libc = ctypes.CDLL(None, use_errno=True)
            try:
                os.setuid(0)
                root = True
            except OSError:
                root = False
            return {
                "uid": os.getuid(), "euid": os.geteuid(), "groups": os.getgroups(), "root": root,
                "no_new_privs": status["NoNewPrivs"], "caps": caps,
                "mount": libc.mount(b"none", b"/tmp", b"tmpfs", 0, None),
                "core": resource.getrlimit(resource.RLIMIT_CORE),
                "name": __import__("pwd").getpwuid(os.getuid()).pw_name,
            }
    """
    told = json.loads((await make_runner(isolated).invoke(make_spec(source), call())).payload)
    assert told["uid"] == told["euid"] > 1000 and 0 not in told["groups"] and told["root"] is False
    assert told["no_new_privs"] == "1" and told["caps"] == ["0" * 16] * 4
    assert told["mount"] == -1 and told["core"] == [0, 0] and told["name"] == "function"


async def test_no_other_process_is_seen(make_runner: MakeRunner, isolated: Isolation, make_spec: MakeSpec) -> None:
    source = """
        import json, os, socket
        def handler(event, context):
            pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
            return {"pids": pids, "pid": os.getpid(), "host": socket.gethostname()}
    """
    result = await make_runner(isolated).invoke(make_spec(source), call())
    told = json.loads(result.payload)
    assert sorted(told["pids"]) == sorted([1, told["pid"]]) and told["pid"] > 1
    assert told["host"] == result.instance_id


async def test_no_descriptor_of_the_cloud_is_inherited(
    make_runner: MakeRunner, isolation: Isolation, make_spec: MakeSpec
) -> None:
    source = """
        import os, stat
        def handler(event, context):
            kinds = {}
            for number in map(int, os.listdir("/proc/self/fd")):
                try:
                    mode = os.fstat(number).st_mode
                except OSError:
                    continue  # the listing's own
                kinds[number] = [name for name in ("S_ISCHR", "S_ISFIFO", "S_ISSOCK") if getattr(stat, name)(mode)][0]
            return sorted(kinds.values())
    """
    told = json.loads((await make_runner(isolation).invoke(make_spec(source), call())).payload)
    assert told == ["S_ISCHR", "S_ISFIFO", "S_ISFIFO", "S_ISSOCK"]  # stdin, stdout, stderr, and its own channel


@contextlib.contextmanager
def host_server(family: int, address: str) -> object:
    with socket.socket(family) as server:
        server.bind((address, 0))
        server.listen()
        yield server.getsockname()[1]


async def test_the_network_ends_at_the_proxy(make_runner: MakeRunner, isolated: Isolation, make_spec: MakeSpec) -> None:
    served: list[bytes] = []
    ended = asyncio.Event()

    async def proxy(listener: socket.socket) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            served.append(await reader.readline())
            writer.write(b"HTTP/1.1 418 I am the local cloud\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, sock=listener)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()
            ended.set()

    source = """
        import json, os, socket
        def reach(address):
            try:
                socket.create_connection(address, timeout=2).close()
                return "reached"
            except OSError as error:
                return type(error).__name__ + " " + str(error)
        def handler(event, context):
            port = json.loads(event)
            with socket.create_connection(("127.0.0.1", int(os.environ["HTTPS_PROXY"].rsplit(":", 1)[1])), 60) as sock:
                sock.sendall(b"CONNECT a.aliyuncs.com:443 HTTP/1.1\\r\\n\\r\\n")
                said = sock.recv(100).decode()
            return {"proxy": said, "host": reach(("127.0.0.1", port)), "away": reach(("192.0.2.1", 80)),
                    "interfaces": [name for _, name in socket.if_nameindex()]}
    """
    runner = make_runner(isolated, connect_proxy=proxy)
    with host_server(socket.AF_INET, "127.0.0.1") as port:
        result = await runner.invoke(make_spec(source), call(str(port).encode()))
    told = json.loads(result.payload)
    assert told["proxy"].startswith("HTTP/1.1 418") and served == [b"CONNECT a.aliyuncs.com:443 HTTP/1.1\r\n"]
    assert told["host"].startswith("ConnectionRefusedError"), told
    assert "reached" not in told["away"] and told["interfaces"] == ["lo"]
    await runner.close()
    assert ended.is_set()


async def test_functions_share_nothing(make_runner: MakeRunner, isolated: Isolation, make_spec: MakeSpec) -> None:
    source = """
        import json, os, socket, time
        taken = []
        def handler(event, context):
            taken.append(1)
            kept = sorted(os.listdir("/tmp")) + sorted(os.listdir("/dev/shm"))
            for folder in ("/tmp", "/dev/shm"):
                open(os.path.join(folder, event.decode()), "w").close()
            with socket.socket() as server:
                server.bind(("127.0.0.1", 9999))
                time.sleep(0.3)
            return [len(taken), kept]
    """
    runner = make_runner(isolated)
    same = make_spec(source)
    results = await asyncio.gather(
        runner.invoke(same, call(b"a")), runner.invoke(same, call(b"b")), runner.invoke(make_spec(source), call(b"c"))
    )
    assert [json.loads(result.payload) for result in results] == [[1, []]] * 3
    assert len({result.instance_id for result in results}) == 3


async def test_the_environment_is_clean(
    make_runner: MakeRunner, isolated: Isolation, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALICLOUD_ACCESS_KEY", "LTAI-of-the-developer")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "theirs")
    source = "import os\ndef handler(event, context): return dict(os.environ)"
    spec = make_spec(source, environment={"GREETING": "hi", "FC_REGION": "forged"}, version="5")
    told = json.loads((await make_runner(isolated).invoke(spec, call(qualifier="prod"))).payload)
    told.pop("FC_INSTANCE_ID")
    proxy = f"http://127.0.0.1:{PROXY_PORT}"
    ca = "/var/fc/local/ca.pem"
    assert told == {
        "GREETING": "hi", "FC_REGION": "cn-shanghai", "FC_ACCOUNT_ID": "1234567890", "FC_FUNCTION_NAME": "hello",
        "FC_FUNCTION_HANDLER": "index.handler", "FC_FUNCTION_MEMORY_SIZE": "256", "FC_FUNC_CODE_PATH": "/code",
        "FC_VER_ID": "5", "FC_QUALIFIER": "prod", "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.key",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "very-secret", "ALIBABA_CLOUD_SECURITY_TOKEN": "a-token",
        "HOME": "/tmp", "TMPDIR": "/tmp", "PWD": "/code", "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONUNBUFFERED": "1",
        "PATH": "/var/fc/lang/python3.10/bin:/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin:/opt/bin",
        "LD_LIBRARY_PATH": "/code:/code/lib:/opt/lib:/usr/local/lib",
        "PYTHONPATH": "/opt/python:/var/fc/local/bootstrap/site",
        "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "http_proxy": proxy, "https_proxy": proxy,
        "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost",
        "SSL_CERT_FILE": ca, "REQUESTS_CA_BUNDLE": ca, "CURL_CA_BUNDLE": ca,
    }  # fmt: skip


async def test_packages_of_this_machine_cannot_be_imported(
    make_runner: MakeRunner, isolation: Isolation, make_spec: MakeSpec
) -> None:
    source = """
        import sys
        def handler(event, context):
            try:
                import pip
                return "found " + pip.__file__
            except ImportError:
                return "not there"
    """
    result = await make_runner(isolation).invoke(make_spec(source), call())
    assert result.payload == b"not there"


async def test_the_work_folder_is_private(runner: FunctionRunner, make_spec: MakeSpec, tmp_path: Path) -> None:
    await runner.invoke(make_spec("def handler(event, context): pass"), call())
    for folder in (tmp_path / "work0", tmp_path / "work0" / "trees", *(tmp_path / "work0" / "instances").iterdir()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
