"""The maimai site on Tencent Cloud: Flask on Python 3.6, brotli, a domain of its own, a layer that changes."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import httpx
from tests.demo import planted, show
from tests.demo.places import Place
from tests.demo.steps import StepFailedError, Steps

from support.pulumi_cli import ROOT, PulumiCli
from support.tls import issue

CREATES = """\
  a COS bucket for artifacts (if there is none yet), a logset with one topic, a CAM role, an SCF namespace, a layer,
  a function with three URLs that anybody may call while they stand."""
_DOMAIN = "maimai.yuangezhizao.cn"
_NEW_SERVER = {"name": "demo", "host": "demo.example.com"}


class MaimaiSite:
    """See Show. In a real account there is no domain, which would have to be registered, and no VPC."""

    cloud = "tencent"
    bootstrap = "bootstrap-tencent"

    def __init__(self, steps: Steps, place: Place, project: Path) -> None:
        self._steps = steps
        self._place = place
        self._project = project
        self.stack = PulumiCli(project, place.stack("maimai-dev"), place.variables)
        #: It is told by the file's name: SQLite knows no passwords.
        self.secrets = {"the database's password": planted.new("database")} if place.local is not None else {}
        self._outputs: dict[str, str] = {}
        self._trust: ssl.SSLContext | None = None
        self._certificate = ""

    @staticmethod
    def prepare(steps: Steps) -> list[Path]:
        """Build the layer; its packages."""
        title = "layer: Flask, SQLAlchemy and brotli for Python3.6 on CentOS 7"
        return show.build_layer(steps, title, ROOT / "layers" / "maimai").files

    def up(self) -> None:
        """See Show."""
        if self._place.local is not None:
            with self._steps.step("certificate: one of the domain's own, in the account's SSL service"):
                issued = issue(_DOMAIN)
                pair = (issued.chain, issued.key)
                self._certificate = show.run_python(self._place, "certificate.py", "upload", *pair).strip()
            self._trust = ssl.create_default_context(cadata=issued.ca)
        with self._steps.step(f"up: {self.stack.stack}"):
            self.stack.init()
            if self._place.local is not None:
                self.stack.configure(maimai__certificateId=self._certificate)
            for password in self.secrets.values():
                self.stack.configure_secret(maimai__databaseUrl=f"sqlite:////tmp/{password}.db")
            self.stack.up()
        self._outputs = self.stack.outputs()

    def work(self) -> None:
        """See Show."""
        self._show_page()
        if self._trust is not None:
            self._show_domain()
        self._change_layer()
        show.expect_no_changes(self._steps, self.stack)
        self._show_logs()

    def tidy(self) -> None:
        """See Show."""
        if self._certificate:
            show.run_python(self._place, "certificate.py", "delete", self._certificate)

    def hints(self) -> list[str]:
        """See Show."""
        return [
            f"curl --compressed {self._outputs['releaseUrl']}/",
            f".venv/bin/yunfn status -s {self.stack.stack}   (in {self._project})",
        ]

    def _get(self, path: str, **options: Any) -> httpx.Response:
        url = self._outputs["releaseUrl"].rstrip("/") + path
        return show.succeed(lambda: self._place.http.get(url, **options))

    def _show_page(self) -> None:
        url = self._outputs["releaseUrl"].rstrip("/")
        with self._steps.step("site: the page through its URL, on Python 3.6, brotli decoded by the client"):
            look = {"server": "title", "milliseconds": 42, "status": 200}
            show.succeed(lambda: self._place.http.post(f"{url}/api/probes", json=look))
            page = self._get("/", headers={"accept-encoding": "br"})
            if page.headers.get("content-encoding") != "br":
                raise StepFailedError(f"the page is not brotli-encoded: {dict(page.headers)}")
            about = self._get("/api/about").json()
            if "Served by Python 3.6" not in page.text or not about["python"].startswith("3.6."):
                raise StepFailedError(f"not served by Python 3.6: {about}\n{page.text[:500]}")
        self._steps.say(", ".join(f"{name} {about[name]}" for name in ("python", "flask", "sqlalchemy", "brotli")))

    def _show_domain(self) -> None:
        """Ask the domain by HTTPS, trusting nothing but its own certificate, on each of its three paths."""
        local = self._place.local
        assert local is not None and self._trust is not None
        proxy = f"http://127.0.0.1:{local.proxy_port}"
        with (
            self._steps.step(f"domain: https://{_DOMAIN}/, /prepub and /test by its own certificate"),
            httpx.Client(proxy=proxy, verify=self._trust, trust_env=False, timeout=60) as http,
        ):
            for path in ("", "prepub/", "test/"):
                answer = show.succeed(lambda path=path: http.get(f"https://{_DOMAIN}/{path}api/about"))
                if not answer.json()["python"].startswith("3.6."):
                    raise StepFailedError(f"/{path}: {answer.text}")

    def _change_layer(self) -> None:
        """Change what the layer holds: a new version of it reaches the function, which is not replaced."""
        folder = self._project / "layers" / "maimai"
        servers = json.loads((folder / "data" / "servers.json").read_text())
        (folder / "data" / "servers.json").write_text(json.dumps([*servers, _NEW_SERVER]))
        function = self._function_id()
        show.build_layer(self._steps, "layer: changed, and built anew", folder)
        with self._steps.step("up: the new layer reaches the function, which is not replaced"):
            outcome = self.stack.up()
            if self._function_id() != function:
                raise StepFailedError(f"the function was replaced:\n{outcome.output}")
            if _NEW_SERVER not in (found := self._get("/api/servers").json()["servers"]):
                raise StepFailedError(f"the layer did not reach the function: {found}")

    def _function_id(self) -> str:
        functions = [each for each in self.stack.resources() if each["type"] == "yunfn:scf:Function"]
        return str(functions[0]["outputs"]["functionId"])

    def _show_logs(self) -> None:
        with self._steps.step("logs: the function's lines, read back from CLS"):
            command = ["logs", "--stack", self.stack.stack, "--json"]
            lines = [json.loads(line) for line in self._yunfn(*command).splitlines()]
            if not any(line["request_id"] for line in lines):
                raise StepFailedError(f"no line of a call arrived; {len(lines)} lines in all")
        for line in lines[:6]:
            self._steps.say(line["message"])

    def _yunfn(self, *arguments: str) -> str:
        return show.yunfn(self._place, *arguments, folder=self._project)
