"""The data-holding client against a local cloud: what it reads, what it is denied, and credentials that end."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import tablestore

import federated_client
import federated_tables
from support.tablestore_clients import TablestoreControl, table_client
from support.temporary_clients import AlibabaClients
from unit.cli.command import Yunfn
from yunfn.access import ots, ram_document, sts
from yunfn.access.grammar import RAM, PolicyDocument
from yunfn.access.statement import Statement
from yunfn.credentials.alibaba import AlibabaTokens
from yunfn.localcloud import connection, environment
from yunfn.storage import alibaba_session

# aliyun-python-sdk-core brings a requests of its own, which is old.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")
INSTANCE, TABLE, OTHER, ROWS = "fc-data", "wefe_process", "wefe_result", 250
READ = ots.read_only(INSTANCE, TABLE)
AT = rf"acs:ots:\*:\*:instance/{INSTANCE}/table"


@dataclass
class Outcome:
    """What a run left."""

    code: int
    rows: list[dict[str, Any]]
    told: str


@dataclass
class Scene:
    """A cloud with a table of rows, another table, a role that reads the one, and the user who may take it."""

    yunfn: Yunfn
    variables: dict[str, str]
    role: str
    wide: str

    @property
    def cloud(self) -> connection.Connection:
        return connection.connect(self.yunfn.home)

    def journal(self, operation: str) -> list[dict[str, Any]]:
        """The requests of an operation, oldest first."""
        lines = map(json.loads, self.cloud.ask("GET", "/journal").text.splitlines())
        return [line for line in lines if line["operation"] == operation]

    def later(self, seconds: float) -> None:
        self.cloud.ask("POST", "/clock", json={"seconds": seconds})

    def run(self, *arguments: str | Path, **variables: str) -> Outcome:
        """The program, in this process."""
        said, told = io.StringIO(), io.StringIO()
        given = ["--instance", INSTANCE, *map(str, arguments)]
        with (
            mock.patch.dict(os.environ, self.variables | variables, clear=True),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(told),
        ):
            try:
                code = federated_client.main(given)
            except SystemExit as end:
                code = int(end.code or 0)
        return Outcome(code, list(map(json.loads, said.getvalue().splitlines())), told.getvalue())

    def assumed(self, *statements: Statement) -> sts.Credentials:
        """Credentials of the role, cut to ``statements``, or to what the program takes."""
        return self.refreshing(*statements).current()

    def refreshing(self, *statements: Statement) -> sts.RefreshingCredentials:
        documents = [PolicyDocument(RAM, statements)] if statements else []
        policy = sts.session_policy([] if statements else [READ], RAM, documents)
        tokens = AlibabaTokens(alibaba_session.from_environment())
        return sts.RefreshingCredentials(tokens, sts.SessionRequest(policy, self.role, "hospital", 900))

    def tables(self, source: federated_tables.Source) -> federated_tables.Tables:
        return federated_tables.Tables(source, self.variables["OTS_ENDPOINT"], INSTANCE)


@pytest.fixture(scope="module")
def scene(started: Yunfn) -> Iterator[Scene]:
    home = started.home
    port = connection.connect(home).proxy_port
    owner = environment.child_environment(started.variables, home, port)
    TablestoreControl(port, owner["SSL_CERT_FILE"], home.owner_key).ask(
        "CreateInstance", InstanceName=INSTANCE, ClusterType="SSD", RegionId="cn-shanghai"
    )
    client = table_client(owner["OTS_ENDPOINT"], home.owner_key, INSTANCE)
    for table, second in ((TABLE, ("row", "INTEGER")), (OTHER, ("runtime", "STRING"))):
        client.create_table(
            tablestore.TableMeta(table, [("job", "STRING"), second]),
            tablestore.TableOptions(),
            tablestore.ReservedThroughput(tablestore.CapacityUnit(0, 0)),
        )
    for first in range(0, ROWS, 100):
        wanted = tablestore.BatchWriteRowRequest()
        rows = [
            tablestore.PutRowItem(
                tablestore.Row(list(key(number).items()), list(columns(number).items())), tablestore.Condition("IGNORE")
            )
            for number in range(first, min(first + 100, ROWS))
        ]
        wanted.add(tablestore.TableInBatchWriteRowItem(TABLE, rows))
        assert client.batch_write_row(wanted).is_all_succeed()
    with mock.patch.dict(os.environ, owner, clear=True):
        clients = AlibabaClients(owner)
        user = clients.user("hospital", "AliyunSTSAssumeRoleAccess", "AliyunRAMReadOnlyAccess")
        role = clients.role("reader", home.account)
        wide = clients.role("wide", home.account, "AliyunOTSFullAccess")
        document = ram_document(READ.statements(), "reader")
        clients.ram("CreatePolicy", PolicyName="reader", PolicyDocument=document)
        clients.ram("AttachPolicyToRole", RoleName="reader", PolicyType="Custom", PolicyName="reader")
    with mock.patch.dict(os.environ, owner | user, clear=True):
        yield Scene(started, owner | user, role, wide)


def key(number: int) -> dict[str, Any]:
    return {"job": f"j{number // 200}", "row": number % 200}


def columns(number: int) -> dict[str, Any]:
    return {"base": str(7**number), "vector": bytearray([number % 256, 255])}


def read(number: int) -> dict[str, Any]:
    """A row as the program prints it."""
    return key(number) | columns(number) | {"vector": base64.b64encode(bytes([number % 256, 255])).decode()}


EVERY = [read(number) for number in range(ROWS)]


def test_it_reads_the_whole_table_by_credentials_of_900_seconds(scene: Scene) -> None:
    before = {each: len(scene.journal(each)) for each in ("AssumeRole", "DescribeTable", "GetRange", "BatchGetRow")}
    done = scene.run("--role", scene.role)
    assert (done.code, done.rows) == (0, EVERY), done.told
    assert done.told.endswith("250 rows of wefe_process\n")
    asked = {each: len(scene.journal(each)) - count for each, count in before.items()}
    assert asked == {"AssumeRole": 1, "DescribeTable": 1, "GetRange": 3, "BatchGetRow": 3}


def test_as_a_program_it_prints_rows_and_no_secret(scene: Scene, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    scene.assumed().write(file)
    held = json.loads(file.read_text())
    program = Path(federated_client.__file__)
    done = subprocess.run(
        [sys.executable, program, "--instance", INSTANCE, "--credentials", file],
        env=scene.variables,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, list(map(json.loads, done.stdout.splitlines()))) == (0, EVERY), done.stderr
    assert re.fullmatch(r"credentials until \S+Z\n250 rows of wefe_process\n", done.stderr)
    assert not any(held[name] in done.stdout + done.stderr for name in ("access_key_secret", "security_token"))


def test_what_it_lacks_is_told_before_tablestore_is_asked(scene: Scene, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    scene.assumed().write(file)
    before = len(scene.journal("DescribeTable"))
    for who in (("--role", scene.role), ("--credentials", file)):
        done = scene.run(*who, "--also", "write", "--also-table", OTHER)
        assert (done.code, done.rows) == (3, [])
        head, *missing = done.told.splitlines()[1:]
        assert head.endswith(": Tablestore was not asked; missing rights:")
        for right in (f"ots:PutRow on {AT}/wefe_process", rf"ots:Get\* on {AT}/wefe_result"):
            assert any(re.fullmatch(rf"  {right} \(not allowed by the session policy\)", line) for line in missing)
    assert len(scene.journal("DescribeTable")) == before


@pytest.mark.parametrize(
    ("more", "api", "table", "rows"),
    [(("--also", "write"), "PutRow", TABLE, ROWS), (("--also-table", OTHER), "DescribeTable", OTHER, ROWS)],
)
def test_what_the_service_denies_is_told_with_api_table_right_and_request(
    scene: Scene, more: tuple[str, str], api: str, table: str, rows: int
) -> None:
    done = scene.run("--role", scene.role, *more, "--anyway")
    request = scene.journal(api)[-1]["request_id"]
    assert (done.code, len(done.rows)) == (4, rows)
    assert f"error: {api} on {table}: OTSNoPermissionAccess: You have no permission" in done.told
    assert (
        f"(request {request}); missing right: ots:{api} on acs:ots:*:*:instance/{INSTANCE}/table/{table}" in done.told
    )


def test_every_denial_of_threads_is_told(scene: Scene, tmp_path: Path) -> None:
    """What came back empty in the project: here by a role that may list keys and not read rows."""
    file = tmp_path / "key.json"
    at = (f"acs:ots:*:*:instance/{INSTANCE}/table/{TABLE}",)
    scene.assumed(Statement(("ots:DescribeTable", "ots:GetRange"), at)).write(file)
    before = len(scene.journal("BatchGetRow"))
    done = scene.run("--credentials", file, "--anyway", "--page", "10", "--threads", "4")
    assert (done.code, done.rows) == (4, [])
    denied = [each["request_id"] for each in scene.journal("BatchGetRow")[before:]]
    told = re.findall(r"\(request ([^)]*)\); missing right: ots:BatchGetRow on", done.told)
    assert len(denied) > 1 and sorted(told[0].split(", ")) == sorted(denied)


def test_a_row_that_fails_alone_within_a_batch_is_told(scene: Scene) -> None:
    """The client raises nothing there, and has dropped the request's id by then."""
    tables = scene.tables(scene.refreshing())
    whole, before = tables._client.batch_get_row, len(scene.journal("BatchGetRow"))

    def one_denied(request: Any) -> Any:
        answer = whole(request)
        answer.items[TABLE][1] = tablestore.RowDataItem(False, "OTSNoPermissionAccess", "No.", TABLE, None, None, None)
        return answer

    with (
        mock.patch.object(tables._client, "batch_get_row", one_denied),
        pytest.raises(federated_tables.Refused) as caught,
    ):
        list(tables.rows(TABLE))
    ids = re.findall(r"\(request ([^)]*)\)", str(caught.value))
    assert caught.value.denied
    assert set(ids[0].split(", ")) == {each["request_id"] for each in scene.journal("BatchGetRow")[before:]}


def test_credentials_that_end_within_a_table_are_renewed_and_it_goes_on(scene: Scene) -> None:
    before = len(scene.journal("AssumeRole"))
    rows = scene.tables(scene.refreshing()).rows(TABLE, 5)
    first = [next(rows)]
    scene.later(901)
    assert first + list(rows) == EVERY
    assert len(scene.journal("AssumeRole")) == before + 2


def test_they_are_renewed_before_their_end_by_the_clients_own_clock(scene: Scene) -> None:
    before, ended = len(scene.journal("AssumeRole")), _not_believed(scene)
    done = scene.run("--role", scene.role, "--margin", "899.999", "--page", "20")
    assert (done.code, done.rows) == (0, EVERY), done.told
    assert len(scene.journal("AssumeRole")) > before + 2 and _not_believed(scene) == ended


def test_handed_over_credentials_that_end_within_a_table_are_one_clear_error(scene: Scene) -> None:
    rows = scene.tables(federated_client.HandedOver(scene.assumed())).rows(TABLE, 5)
    got = [next(rows)]
    before = _not_believed(scene)
    scene.later(901)
    with pytest.raises(federated_tables.Refused) as caught:
        got.extend(rows)
    assert got == EVERY[: len(got)] and len(got) < ROWS
    assert caught.value.ended and not caught.value.denied
    told = str(caught.value)
    ids = {each for found in re.findall(r"\(request ([^)]*)\)", told) for each in found.split(", ")}
    assert ids == _not_believed(scene) - before
    assert re.search(r"(GetRange|BatchGetRow) on wefe_process: OTSAuthFailed: The security token has expired", told)
    assert "they have ended, and there are no new ones: whoever handed them over can get others" in told


def _not_believed(scene: Scene) -> set[str]:
    """Ids of the requests that were refused so far."""
    asked = [each for name in ("GetRange", "BatchGetRow") for each in scene.journal(name)]
    return {each["request_id"] for each in asked if each["status"] == 403}


def test_a_file_of_credentials_that_ended_is_told_by_the_service_or_beforehand(scene: Scene, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    scene.assumed().write(file)
    scene.later(901)
    done = scene.run("--credentials", file)
    assert (done.code, done.rows) == (5, [])
    request = scene.journal("DescribeTable")[-1]["request_id"]
    assert (
        f"DescribeTable on wefe_process: OTSAuthFailed: The security token has expired. (request {request})"
        in done.told
    )
    file.write_text(json.dumps(json.loads(file.read_text()) | {"expiration": "2020-01-01T00:00:00Z"}))
    done = scene.run("--credentials", file)
    assert (done.code, "they have ended" in done.told) == (5, True)


def test_a_renewal_that_fails_is_told_beside_the_call_that_needed_it(scene: Scene) -> None:
    source = scene.refreshing()
    rows = scene.tables(source).rows(TABLE, 5)
    next(rows)
    # Before the clock moves: a thread that reads ahead would get good credentials between the two.
    source._service = AlibabaTokens(replace(alibaba_session.from_environment(), access_key_secret="x"))
    scene.later(901)
    told = r"OTSAuthFailed: .* \(request .*\); Credentials\(.*no new ones: STS GetCallerIdentity: .*\(request "
    with pytest.raises(federated_tables.Refused, match=told) as caught:
        list(rows)
    assert caught.value.ended


@pytest.mark.parametrize(
    ("more", "variables", "code", "told"),
    [
        (("--table", "nothing"), {}, 1, r"DescribeTable on nothing: OTSObjectNotExist: .* \(request [0-9A-F-]{36}\)"),
        (
            (),
            {"OTS_ENDPOINT": "http://127.0.0.1:9"},
            1,
            r"DescribeTable on wefe_process: MaxRetryError: .*\(request -\)",
        ),
        ((), {"OTS_ENDPOINT": "", "ALIBABA_CLOUD_REGION": ""}, 2, r"give --endpoint or --region"),
        (("--instance", "fc-no"), {}, 1, r"DescribeTable on \w+: OTSAuthFailed: .* not found\. \(request \S{36}\)\n$"),
        (("--duration", "899"), {}, 1, r"duration=899: .* takes 900 to 43200 seconds"),
        (("--duration", "7200"), {}, 1, r"duration=7200: the role .* allows 900 to 3600 seconds"),
        (("--margin", "900"), {}, 1, r"margin=900.0: seconds, less than the 900 that the credentials live"),
        (("--page", "101"), {}, 2, r"--page"),
        (("--threads", "0"), {}, 2, r"--threads"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    scene: Scene, more: tuple[str, ...], variables: dict[str, str], code: int, told: str
) -> None:
    role = scene.role if {"--table", "--instance"}.isdisjoint(more) else scene.wide
    done = scene.run("--role", role, *more, **variables)
    assert (done.code, done.rows) == (code, [])
    assert re.search(told, done.told) and "Traceback" not in done.told


def test_a_role_that_does_not_trust_the_user_is_told_by_sts(scene: Scene) -> None:
    done = scene.run("--role", scene.role.replace("reader", "nobody"))
    assert (done.code, done.rows) == (1, [])
    assert re.search(r"RAM GetRole: EntityNotExist.*\(request .+\)", done.told)
