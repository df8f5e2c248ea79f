"""A package index on loopback (PEP 503), with wheels and source distributions made on the spot."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


def wheel_bytes(name: str, version: str, tag: str = "py3-none-any", requires: tuple[str, ...] = ()) -> bytes:
    """A wheel with one module; equal arguments give equal bytes."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {one}\n" for one in requires)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, text in (
            (f"{module}.py", f"VERSION = {version!r}\n"),
            (f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"),
            (f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n"),
            (f"{info}/RECORD", ""),
        ):
            archive.writestr(zipfile.ZipInfo(path), text)
    return out.getvalue()


def sdist_bytes(name: str, version: str, requires: tuple[str, ...] = ()) -> bytes:
    """A source distribution; building it (which no test here does for real) would run its setup.py."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, text in (
            ("setup.py", "raise SystemExit('the setup script of a package ran')\n"),
            ("requires.txt", "\n".join(requires)),
            ("PKG-INFO", f"Metadata-Version: 1.2\nName: {name}\nVersion: {version}\n"),
        ):
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            data = text.encode()
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


class PackageIndex:
    """An index in a thread; ``requests`` are the paths that were asked for, ``password`` what it wants where set."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, tuple[bytes, str, str]]] = {}
        self.requests: list[str] = []
        self.password = ""
        self.broken = False

    def wheel(self, name: str, version: str, tag: str = "py3-none-any", *requires: str, python: str = "") -> str:
        """Add a wheel and answer its SHA-256."""
        file = f"{name.replace('-', '_')}-{version}-{tag}.whl"
        return self.add(name, file, wheel_bytes(name, version, tag, requires), python)

    def sdist(self, name: str, version: str, *requires: str, python: str = "", ending: str = ".tar.gz") -> str:
        """Add a source distribution and answer its SHA-256."""
        return self.add(name, f"{name}-{version}{ending}", sdist_bytes(name, version, requires), python)

    def add(self, name: str, file: str, data: bytes, python: str = "", sha256: str = "") -> str:
        """Add a file; ``sha256`` is what the page says of it where that differs from the truth."""
        digest = hashlib.sha256(data).hexdigest()
        self.files.setdefault(name, {})[file] = (data, sha256 or digest, python)
        return f"sha256:{digest}"

    @property
    def url(self) -> str:
        """The index's URL, with its password where it has one."""
        user = f"user:{self.password}@" if self.password else ""
        return f"http://{user}127.0.0.1:{self._server.server_port}/simple"

    def __enter__(self) -> PackageIndex:
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.requests.append(self.path)
                status, kind, body = index._answer(self.path, self.headers.get("Authorization", ""))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if status == 401:
                    self.send_header("WWW-Authenticate", "Basic")
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            do_HEAD = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, path: str, authorization: str) -> tuple[int, str, bytes]:
        wanted = "Basic " + base64.b64encode(f"user:{self.password}".encode()).decode()
        if self.password and authorization != wanted:
            return 401, "text/plain", b"who are you?"
        if self.broken:
            return 503, "text/plain", b"later"
        parts = [part for part in path.split("/") if part]
        files = self.files.get(parts[1] if len(parts) > 1 else "", {})
        if parts[0] == "simple" and files:
            links = "".join(_link(parts[1], file, digest, python) for file, (_, digest, python) in files.items())
            return 200, "text/html", f"<html><body>{links}</body></html>".encode()
        if parts[0] == "files" and parts[-1] in files:
            return 200, "application/octet-stream", files[parts[-1]][0]
        return 404, "text/plain", b"no such thing"


def _link(name: str, file: str, digest: str, python: str) -> str:
    fragment = f"#sha256={digest}" if digest != "none" else ""
    requires = f' data-requires-python="{html.escape(python)}"' if python else ""
    return f'<a href="/files/{name}/{file}{fragment}"{requires}>{file}</a>\n'
