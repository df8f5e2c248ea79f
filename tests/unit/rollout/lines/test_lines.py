"""Lines of rollouts in both clouds' log projects, by the true clients."""

from __future__ import annotations

import itertools
import json
import time
from abc import ABC, abstractmethod
from dataclasses import replace

import pytest

from support.cos_bucket import session_of
from support.store_backends import oss_session
from support.tencent_api import ask
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.rollout import lines
from yunfn.rollout.lines import sls
from yunfn.rollout.lines.cls import ClsLines
from yunfn.rollout.lines.sls import TOPIC, SlsLines
from yunfn.rollout.telling import LineWriter

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aliyun")
_NUMBERS = itertools.count()
NOW = int(time.time()) - 60
BEFORE = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW - 3600))
LINES = [
    {"rollout": "shop:live 1", "phase": "Progressing", "text": "10 % for 5 m: größer", "time": ""},
    {
        "rollout": "shop:live 1",
        "phase": "Succeeded",
        "text": "x" * 40_000,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW - 3600)),
    },
]


class Logs(ABC):
    """A new log project of one cloud; ``service`` is how faults name it."""

    service: str

    @abstractmethod
    def writer(self, missing: str = "", secret: str = "") -> LineWriter:
        """Writes there, or where nothing is; with the owner's key, or a wrong one."""

    @abstractmethod
    def found(self, since: float = NOW - 600) -> list[dict[str, str]]:
        """The lines that are there, oldest first."""


class SlsLogs(Logs):
    service = "log"

    def __init__(self, cloud: Connection) -> None:
        from aliyun.log import IndexConfig, IndexLineConfig, LogClient

        self._session = oss_session(cloud)
        self._project = f"rollouts-{next(_NUMBERS)}"
        key = self._session.access_key_id, self._session.access_key_secret
        self._client = LogClient(f"https://{self._session.region}.log.aliyuncs.com", *key)
        self._client.create_project(self._project, "")
        self._client.create_logstore(self._project, "events")
        line = IndexLineConfig([" ", "\n"], False)
        self._client.create_index(self._project, "events", IndexConfig(ttl=7, line_config=line))

    def writer(self, missing: str = "", secret: str = "") -> LineWriter:
        session = replace(self._session, access_key_secret=secret or self._session.access_key_secret)
        return SlsLines(session, self._project, missing or "events")

    def found(self, since: float = NOW - 600) -> list[dict[str, str]]:
        answer = self._client.get_log(self._project, "events", int(since), int(time.time()) + 60, query="*", size=100)
        rows = [(each.get_time(), dict(each.get_contents())) for each in answer.get_logs()]
        assert all(row.pop("__topic__") == TOPIC for _, row in rows)
        return [
            {name: value for name, value in row.items() if not name.startswith("__")}
            for _, row in sorted(rows, key=lambda row: row[0])
        ]


class ClsLogs(Logs):
    service = "cls"

    def __init__(self, cloud: Connection) -> None:
        self._cloud = cloud
        logset = ask(cloud, "cls", "CreateLogset", LogsetName=f"rollouts{next(_NUMBERS)}")["LogsetId"]
        self._topic = str(ask(cloud, "cls", "CreateTopic", LogsetId=logset, TopicName="events")["TopicId"])
        rule = {"FullText": {"CaseSensitive": False, "Tokenizer": " \n", "ContainZH": False}}
        ask(cloud, "cls", "CreateIndex", TopicId=self._topic, Rule=rule)

    def writer(self, missing: str = "", secret: str = "") -> LineWriter:
        session = session_of(self._cloud)
        return ClsLines(replace(session, secret_key=secret or session.secret_key), missing or self._topic)

    def found(self, since: float = NOW - 600) -> list[dict[str, str]]:
        span = {"From": int(since * 1000), "To": int(time.time() * 1000) + 60_000}
        more = {"QueryString": "", "QuerySyntax": 1, "Sort": "asc", "Limit": 100}
        answer = ask(self._cloud, "cls", "SearchLog", TopicId=self._topic, **span, **more)
        return [json.loads(each["LogJson"]) for each in answer["Results"]]


@pytest.fixture(params=[SlsLogs, ClsLogs], ids=["sls", "cls"])
def logs(request: pytest.FixtureRequest, in_cloud: Connection) -> Logs:
    made: Logs = request.param(in_cloud)
    return made


def test_lines_are_found_as_they_were_written_and_when_they_were(logs: Logs) -> None:
    logs.writer().write(LINES)
    assert logs.found() == [LINES[0]]
    assert logs.found(NOW - 3601)[0] == LINES[1]
    logs.writer().write([{"n": str(number), "text": "t"} for number in range(50)])
    assert len(logs.found()) == 51


def test_no_lines_are_no_request(logs: Logs, in_cloud: Connection) -> None:
    before = len(list(in_cloud.ask("GET", "/journal").iter_lines()))
    logs.writer().write([])
    assert len(list(in_cloud.ask("GET", "/journal").iter_lines())) == before


def test_a_place_that_is_not_there_is_told(logs: Logs) -> None:
    began = time.monotonic()
    with pytest.raises(CloudAnswerError, match=r"(LogStoreNotExist|TopicNotExist|ResourceNotFound).*\(request [^-]"):
        logs.writer("nowhere").write(LINES)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("kind", ["drop", "gateway", "error"])
def test_faults_that_pass_lose_no_line(logs: Logs, in_cloud: Connection, kind: str) -> None:
    writer = logs.writer()
    in_cloud.ask("PUT", "/faults", json={"seed": 8, "rate": 0.5, "kinds": [kind], "services": [logs.service]})
    try:
        for number in range(8):
            writer.write([{"number": str(number)}])
        assert in_cloud.ask("GET", "/faults").json()["drawn"]
    finally:
        in_cloud.ask("DELETE", "/faults")
    # One whose answer was lost may be there twice.
    assert {each["number"] for each in logs.found()} == set("01234567")


def test_a_log_service_that_fails_is_told_in_time(
    logs: Logs, in_cloud: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sls.WRITING == lines.WRITING == 15
    for module in (sls, lines):
        monkeypatch.setattr(module, "WRITING", 1.0)
    in_cloud.ask("PUT", "/faults", json={"seed": 3, "rate": 1, "kinds": ["error"], "services": [logs.service]})
    began = time.monotonic()
    try:
        with pytest.raises(CloudAnswerError, match=r"^(SLS PutLogs|CLS UploadLog)"):
            logs.writer().write(LINES)
    finally:
        in_cloud.ask("DELETE", "/faults")
    assert time.monotonic() - began < 6


def test_wrong_keys_are_told_without_their_secret(logs: Logs) -> None:
    with pytest.raises(CloudAnswerError, match=r"(?i)signature") as caught:
        logs.writer(secret="s3cr3t").write(LINES)
    assert "s3cr3t" not in str(caught.value)
