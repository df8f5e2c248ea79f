"""The federated-learning deployment on Alibaba Cloud: shares in Tablestore, computed on two runtimes, and read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.demo import show
from tests.demo.places import Place
from tests.demo.steps import StepFailedError, Steps

from support import federated
from support.clients import FunctionComputeClient
from support.cloud_calls import inside, wait_for
from support.local_account import LocalAccount
from support.pulumi_cli import ROOT, PulumiCli
from support.temporary_clients import AlibabaClients

_LAYERS = {
    "federated": "layer: Funfile.python3, gmpy2 and a Go library for Python 3.6 on Debian 9",
    "federated-custom": "layer: Funfile.custom and the same Go library for Python 3.7 on Debian 9",
}
_JOB, _ROWS = "demo", 200
#: What the client ends with where a call was denied.
_DENIED = 4


class Federated:
    """See Show. In a local cloud only: in a real account its clients' user would have to be there."""

    cloud = "alibaba"
    bootstrap = "bootstrap"

    def __init__(self, steps: Steps, place: Place, project: Path) -> None:
        assert place.local is not None
        self._steps = steps
        self._account = LocalAccount(place.local, place.variables)
        self.stack = PulumiCli(project, place.stack("federated-dev"), place.variables)
        self.secrets: dict[str, str] = {}
        self._outputs: dict[str, str] = {}
        self._reader: dict[str, str] = {}
        self._rows = federated.shares(_JOB, _ROWS)

    @staticmethod
    def prepare(steps: Steps) -> list[Path]:
        """Build the layers, and one of them once more: it comes from the cache."""
        built = [show.build_layer(steps, title, ROOT / "layers" / name) for name, title in _LAYERS.items()]
        if not show.build_layer(steps, "layer: the first of the two once more", ROOT / "layers" / "federated").cached:
            raise StepFailedError("a layer that was just built was built anew")
        return [file for each in built for file in each.files]

    def up(self) -> None:
        """See Show."""
        with self._steps.step("client: a RAM user for whoever holds the data"), inside(self._account):
            self._reader = federated.make_reader(self._account)
        with self._steps.step(f"up: {self.stack.stack}"):
            self.stack.init()
            self.stack.configure(federated__reader=federated.READER)
            self.stack.up()
        self._outputs = self.stack.outputs()

    def work(self) -> None:
        """See Show."""
        owner = federated.tables(self._account)
        with self._steps.step(f"tables: {_ROWS} shares by Tablestore's own client; its trigger has them computed"):
            federated.feed(owner, _JOB, self._rows)
            self._check(wait_for(lambda: self._kept("python3")))
        for function, title in (("compute", "Python 3.6"), ("custom", "flask and gunicorn, on Python 3.7")):
            with self._steps.step(f"invoke: by {title}; sums and powers are those of plain Python"):
                numbers = self._invoke(function)
            self._steps.say(f"{numbers['rows']} rows, dot {numbers['dot']:.6f}, by {' and '.join(numbers['ways'])}")
        self._read_as_client()
        show.expect_no_changes(self._steps, self.stack)

    def tidy(self) -> None:
        """See Show."""
        with inside(self._account):
            ram, key = AlibabaClients(self._account.variables).ram, self._reader["ALIBABA_CLOUD_ACCESS_KEY_ID"]
            ram("DeleteAccessKey", UserName=federated.READER, UserAccessKeyId=key)
            named = {"PolicyType": "System", "PolicyName": "AliyunSTSAssumeRoleAccess"}
            ram("DetachPolicyFromUser", UserName=federated.READER, **named)
            ram("DeleteUser", UserName=federated.READER)

    def hints(self) -> list[str]:
        """See Show."""
        event = json.dumps({"job": _JOB, "from": 0, "to": 10})
        return [f".venv/bin/yunfn invoke -s {self.stack.stack} compute --data '{event}'   (in {self.stack.folder})"]

    def _kept(self, runtime: str) -> federated.Columns | None:
        kept = federated.result(federated.tables(self._account), _JOB, runtime)
        # The trigger may have met the first rows before the last.
        return kept if kept.get("rows") == _ROWS else None

    def _check(self, answer: federated.Columns) -> None:
        told = {**answer, "sum": json.loads(answer["sum"]) if isinstance(answer["sum"], str) else answer["sum"]}
        if wrong := federated.differs(told, federated.expected(self._rows)):
            raise StepFailedError(wrong)

    def _invoke(self, function: str) -> federated.Columns:
        event = json.dumps({"job": _JOB, "from": 0, "to": _ROWS}).encode()
        fc = FunctionComputeClient(self._account.cloud)
        answer = fc.invoke(self._outputs[f"{function}Function"], event, "live")
        if "x-fc-error-type" in answer:
            raise StepFailedError(answer["body"])
        numbers: federated.Columns = json.loads(answer["body"])
        self._check(numbers)
        return numbers

    def _read_as_client(self) -> None:
        """Run the client as a user does: it reads, and a write by the same credentials is denied by name."""
        command = [sys.executable, str(ROOT / "examples" / "federated_client.py"), "--also", "write", "--anyway"]
        command += ["--instance", self._outputs["instance"], "--role", self._outputs["readerRole"]]
        with self._steps.step("client: reads the table by credentials of 900 s; its write is denied by name"):
            environment = {**self._account.variables, **self._reader}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT)
            if done.returncode != _DENIED or len(done.stdout.splitlines()) != _ROWS or "ots:" not in done.stderr:
                raise StepFailedError(f"it ended with {done.returncode}:\n{done.stdout[:500]}\n{done.stderr}")
        for line in done.stderr.splitlines():
            self._steps.say(line)
