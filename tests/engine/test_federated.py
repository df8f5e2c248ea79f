"""The federated deployment as its users meet it: jobs computed by both functions, and shares read by clients.

Numbers are compared with plain Python's; what may not be done is denied by name, in the answer and in the journal.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import oss2
import pytest
from aliyun.log import LogException
from aliyunsdkcore.acs_exception.exceptions import ServerException
from tablestore import (
    INF_MAX,
    INF_MIN,
    BatchGetRowRequest,
    BatchWriteRowRequest,
    CapacityUnit,
    Condition,
    DeleteRowItem,
    Direction,
    OTSServiceError,
    ReservedThroughput,
    Row,
    RowExistenceExpectation,
    TableInBatchGetRowItem,
    TableInBatchWriteRowItem,
    TableMeta,
    TableOptions,
)
from typer.testing import CliRunner

from support import federated
from support.clients import FunctionComputeClient
from support.cloud_calls import inside, log_lines, ram, wait_for
from support.federated import PROCESS, RESULT, Columns
from support.local_account import LocalAccount
from support.pulumi_cli import ROOT, PulumiCli, build_layer, copy_project
from support.rights_of_roles import RamRoles
from support.tablestore_clients import asked
from support.temporary_clients import AlibabaClients
from yunfn import access
from yunfn.access import documents, ots, sts
from yunfn.access.comparison import equal
from yunfn.access.grammar import RAM
from yunfn.cli.application import application
from yunfn.credentials.alibaba import AlibabaTokens
from yunfn.exceptions import CloudAnswerError
from yunfn.storage import alibaba_session

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")]
PRIVATE = "wefe_private"
ROWS = 40
FUNCTIONS = {"compute": "python3", "custom": "custom"}
ANYHOW = Condition(RowExistenceExpectation.IGNORE)
READ_POLICY = ROOT / "tests" / "inputs" / "policies" / "ram" / "ots-read-policy.json"


@dataclass
class Deployed:
    """The stack, up, and the job ``j1`` in its table; ``reader`` is the key of the clients' user, as variables."""

    account: LocalAccount
    stack: PulumiCli
    outputs: dict[str, Any]
    reader: dict[str, str]
    rows: list[Columns]

    def invoke(self, function: str, **event: Any) -> tuple[dict[str, Any], str]:
        """What a function answers by its live alias, and the type of its error ("" for none)."""
        fc = FunctionComputeClient(self.account.cloud)
        answer = fc.invoke(self.outputs[f"{function}Function"], json.dumps(event).encode(), "live")
        return json.loads(answer["body"]), answer.get("x-fc-error-type", "")

    def compute(self, function: str, **event: Any) -> dict[str, Any]:
        """As ``invoke``, of a call that succeeds."""
        answer, error = self.invoke(function, **event)
        assert not error, answer
        return answer

    def name(self, table: str) -> str:
        """The table in RAM's words."""
        return f"acs:ots:{self.outputs['region']}:{self.account.id}:instance/{self.outputs['instance']}/table/{table}"

    def credentials(self) -> dict[str, str]:
        """Credentials of the reading role for 900 s, as a client gets them, as variables."""
        policy = sts.session_policy([ots.read_only(self.outputs["instance"], PROCESS)], RAM)
        request = sts.SessionRequest(policy, self.outputs["readerRole"], "data-holder", 900)
        variables = LocalAccount(self.account.cloud, {**self.account.variables, **self.reader})
        with inside(variables):
            made = sts.assume(AlibabaTokens(alibaba_session.from_environment()), request).credentials
        return made.as_env()


@pytest.fixture(scope="module")
def deployed(own_account: LocalAccount, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    account = own_account
    for layer in ("federated", "federated-custom"):
        build_layer(layer)
    project = copy_project(tmp_path_factory.mktemp("federated") / "project")
    with inside(account):
        reader = federated.make_reader(account)
    account.bootstrap(tmp_path_factory.mktemp("bootstrap"))
    before = _held(account)
    stack = PulumiCli(project, "federated-dev", account.variables)
    stack.init()
    stack.configure(federated__reader=federated.READER)
    stack.up()
    made = Deployed(account, stack, stack.outputs(), reader, federated.shares("j1", ROWS))
    owner = federated.tables(account)
    federated.feed(owner, "j1", made.rows)
    # The trigger computes it as soon as it is there; what tests ask for must not be met by that.
    wait_for(lambda: federated.result(owner, "j1", "python3").get("rows") == ROWS)
    _make_table(owner, PRIVATE)
    federated.feed(owner, "j1", made.rows[:2], PRIVATE)
    yield made
    owner.delete_table(PRIVATE)
    stack.destroy()
    # Packages and published versions outlive a stack; nothing else does.
    left = {kind: count for kind, count in _held(account).items() if count > before.get(kind, 0)}
    assert not {kind for kind in left if kind.startswith(("ots/", "ram/", "log/", "fc/functions", "fc/triggers"))}, left


def _held(account: LocalAccount) -> dict[str, int]:
    found: dict[str, int] = account.cloud.ask("GET", "/status").json()["documents"]
    return found


def _make_table(client: Any, name: str) -> None:
    meta = TableMeta(name, [("job", "STRING"), ("row", "INTEGER")])
    client.create_table(meta, TableOptions(), ReservedThroughput(CapacityUnit(0, 0)))


def _denials(monkeypatch: pytest.MonkeyPatch, account: LocalAccount, principal: str) -> set[tuple[str, str]]:
    """What `yunfn local denials` tells of a principal: each action with its resource."""
    for name, value in account.variables.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(application, ["local", "denials", "--json", "--principal", principal])
    assert done.exit_code == 0, (done.output, done.exception)
    return {(each["action"], each["resource"]) for each in json.loads(done.stdout)}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_numbers_are_those_of_plain_python(deployed: Deployed, function: str) -> None:
    """By range, by one row and by several; each is a result row, and leaves its line in the log."""
    runtime, owner = FUNCTIONS[function], federated.tables(deployed.account)
    for event, rows in (
        ({"from": 0, "to": ROWS}, deployed.rows),
        ({"from": 5}, deployed.rows[5:]),
        ({"rows": [3]}, deployed.rows[3:4]),
        ({"rows": [7, 3]}, [deployed.rows[3], deployed.rows[7]]),
    ):
        answer = deployed.compute(function, job="j1", **event)
        right = federated.expected(rows)
        assert federated.differs(answer, right) == ""
        assert (answer["job"], answer["runtime"], answer["ways"]) == ("j1", runtime, ["Go", "gmpy2"])
        kept = federated.result(owner, "j1", runtime)
        assert (kept["state"], kept["rows"], kept["aggregate"]) == ("done", len(rows), right["aggregate"])
        assert json.loads(kept["sum"]) == answer["sum"] and kept["dot"] == answer["dot"]
    line = f"job j1: {ROWS} rows, 8 numbers each, dot "
    at = deployed.outputs["logProject"], deployed.outputs["logstore"]
    wait_for(lambda: [each for each in log_lines(deployed.account, *at, '"job j1"') if line in each])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_second_table_is_denied_by_name(deployed: Deployed, function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    denied = set()
    for event, api in (({"from": 0}, "GetRange"), ({"rows": [1]}, "GetRow"), ({"rows": [0, 1]}, "BatchGetRow")):
        for table in (PRIVATE, RESULT, "no_such_table"):
            answer, error = deployed.invoke(function, job="j1", table=table, **event)
            said = answer["errorMessage"]
            assert (answer["errorType"], bool(error)) == ("TableError", True)
            assert f"{api} of {table}" in said and "OTSNoPermissionAccess" in said, said
            assert f"ots:{api} on {deployed.name(table)}" in said
            denied.add((f"ots:{api}", deployed.name(table)))
    assert denied <= _denials(monkeypatch, deployed.account, "federated-dev-federated-service")


def test_a_job_that_cannot_be_computed_says_which_row_and_why(deployed: Deployed) -> None:
    owner = federated.tables(deployed.account)
    federated.feed(owner, "bad", [*deployed.rows[:2], {**deployed.rows[2], "exponent": "much"}])
    for function, runtime in FUNCTIONS.items():
        answer, _ = deployed.invoke(function, job="bad")
        why = "row 2: exponent is not a whole number in decimal digits"
        assert (answer["errorType"], answer["errorMessage"]) == ("DataError", f"job bad: {why}")
        kept = federated.result(owner, "bad", runtime)
        assert (kept["state"], kept["reason"], "aggregate" in kept) == ("failed", why, False)
        nothing, _ = deployed.invoke(function, job="")
        assert nothing["errorType"] == "EventError"


def test_a_table_that_is_missing_is_one_clear_error(deployed: Deployed) -> None:
    owner = federated.tables(deployed.account)
    owner.delete_table(RESULT)
    try:
        for function in FUNCTIONS:
            answer, error = deployed.invoke(function, job="j1")
            assert error and answer["errorType"] == "TableError"
            told = (
                r"UpdateRow of wefe_result: OTSObjectNotExist: Requested table does not exist\. \(request [\w-]{36}\)"
            )
            assert re.fullmatch(told, answer["errorMessage"]), answer["errorMessage"]
    finally:
        meta = TableMeta(RESULT, [("job", "STRING"), ("runtime", "STRING")])
        owner.create_table(meta, TableOptions(), ReservedThroughput(CapacityUnit(0, 0)))


def test_changes_of_the_table_compute_their_jobs(deployed: Deployed) -> None:
    """Each change calls the function; a bad row fails its job and no other."""
    owner = federated.tables(deployed.account)
    rows = federated.shares("changed", 3)
    federated.feed(owner, "spoilt", [{**rows[0], "modulus": "0"}])
    federated.feed(owner, "changed", rows)
    kept = wait_for(lambda: (found := federated.result(owner, "changed", "python3")).get("rows") == len(rows) and found)
    assert (kept["state"], kept["aggregate"]) == ("done", federated.expected(rows)["aggregate"])
    spoilt = federated.result(owner, "spoilt", "python3")
    assert (spoilt["state"], spoilt["reason"]) == ("failed", "row 0: modulus must be positive")


def test_the_reading_role_has_the_projects_own_policy(deployed: Deployed) -> None:
    with inside(deployed.account):
        name = deployed.outputs["readerRoleName"]
        made = AlibabaClients(deployed.account.variables).ram("GetPolicy", PolicyName=name, PolicyType="Custom")
    derived = documents.parse(made["DefaultPolicyVersion"]["PolicyDocument"])
    written = documents.parse(READ_POLICY.read_text().replace("fc-***", deployed.outputs["instance"]))
    assert equal(derived, written)
    session = sts.session_policy([ots.read_only(deployed.outputs["instance"], PROCESS)], RAM)
    assert equal(documents.parse(session.text), written)


def test_a_client_reads_by_temporary_credentials(deployed: Deployed) -> None:
    """By the client that goes with the project, as a user starts it."""
    command = [sys.executable, str(ROOT / "examples" / "federated_client.py")]
    command += ["--instance", deployed.outputs["instance"], "--role", deployed.outputs["readerRole"]]
    environment = {**deployed.account.variables, **deployed.reader}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    read = {json.dumps(row, sort_keys=True) for row in map(json.loads, done.stdout.splitlines()) if row["job"] == "j1"}
    assert read == {json.dumps({"job": "j1", "row": at, **row}, sort_keys=True) for at, row in enumerate(deployed.rows)}


def _read_calls(client: Any, table: str) -> dict[str, Callable[[], Any]]:
    batch = BatchGetRowRequest()
    batch.add(TableInBatchGetRowItem(table, [federated.key_of("j1", 0)], max_version=1))
    whole = [("job", INF_MIN), ("row", INF_MIN)], [("job", INF_MAX), ("row", INF_MAX)]
    return {
        "GetRow": lambda: client.get_row(table, federated.key_of("j1", 0)),
        "GetRange": lambda: client.get_range(table, Direction.FORWARD, *whole),
        "BatchGetRow": lambda: _checked(client.batch_get_row(batch).get_result_by_table(table)),
        "ComputeSplitPointsBySize": lambda: asked(client, "ComputeSplitPointsBySize", table_name=table, split_size=1),
        "DescribeTable": lambda: client.describe_table(table),
    }


def _write_calls(client: Any, table: str) -> dict[str, Callable[[], Any]]:
    key, batch = federated.key_of("j1", 0), BatchWriteRowRequest()
    batch.add(TableInBatchWriteRowItem(table, [DeleteRowItem(Row(key), ANYHOW)]))
    return {
        "PutRow": lambda: client.put_row(table, Row(key, [("base", "1")]), ANYHOW),
        "UpdateRow": lambda: client.update_row(table, Row(key, {"PUT": [("base", "1")]}), ANYHOW),
        "DeleteRow": lambda: client.delete_row(table, Row(key), ANYHOW),
        "BatchWriteRow": lambda: _checked(client.batch_write_row(batch).get_delete()[1]),
        "UpdateTable": lambda: client.update_table(table, TableOptions(100000, 1)),
        "DeleteTable": lambda: client.delete_table(table),
    }


def _checked(items: list[Any]) -> None:
    """Raise what a row of a batch was refused for: the client hands it back as a result."""
    for item in items:
        if not item.is_ok:
            raise OTSServiceError(403, item.error_code, item.error_message)


def test_credentials_read_one_table_and_nothing_else(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    key = deployed.credentials()
    client = federated.tables(deployed.account, key)
    for read in _read_calls(client, PROCESS).values():
        read()
    refused = {("PutRow", PROCESS), ("CreateTable", "made")}
    calls = [(api, PROCESS, call) for api, call in _write_calls(client, PROCESS).items()]
    calls += [("CreateTable", "made", lambda: _make_table(client, "made"))]
    for table in (PRIVATE, RESULT, "no_such_table"):
        both = {**_read_calls(client, table), **_write_calls(client, table)}
        calls += [(api, table, call) for api, call in both.items()]
    for api, table, call in calls:
        with pytest.raises(OTSServiceError) as told:
            call()
        assert told.value.get_error_code() == "OTSNoPermissionAccess", (api, table)
        assert f"ots:{api} on {deployed.name(table)}" in told.value.get_error_message()
        refused.add((api, table))
    shown = _denials(monkeypatch, deployed.account, deployed.outputs["readerRoleName"])
    assert {(f"ots:{api}", deployed.name(table)) for api, table in refused} <= shown
    # Nothing was changed, and the function's table is as it was.
    owner = federated.tables(deployed.account)
    assert owner.get_row(PROCESS, federated.key_of("j1", 0))[1] is not None


def test_the_reading_role_needs_each_of_its_rights(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that the local cloud has operations for; of the two others it has none (search indexes, tunnels)."""
    client = federated.tables(deployed.account, deployed.credentials())
    calls = _read_calls(client, PROCESS) | {"ListStream": lambda: asked(client, "ListStream", table_name=PROCESS)}
    roles, unused = RamRoles(deployed.account), set()
    rights = [right for right in roles.rights() if right.role == deployed.outputs["readerRoleName"]]
    for right in rights:
        meant = [call for api, call in calls.items() if fnmatchcase(f"ots:{api}", right.does)]
        for call in meant:
            call()
            with roles.without(right), pytest.raises(OTSServiceError, match=r"OTSNoPermissionAccess.*Missing: ots:"):
                call()
        if right.policy is not None and not meant:
            unused.add(right.does)
    assert unused == {"ots:Consume*", "ots:Search"} and len(rights) == 8
    # Trusting whom else there is, functions, is not enough.
    named, trust = deployed.outputs["readerRoleName"], access.trust_document(service="fc.aliyuncs.com")
    kept = ram(deployed.account, "GetRole", RoleName=named)["Role"]["AssumeRolePolicyDocument"]
    ram(deployed.account, "UpdateRole", RoleName=named, NewAssumeRolePolicyDocument=trust)
    with pytest.raises(CloudAnswerError, match="AssumeRole"):
        deployed.credentials()
    ram(deployed.account, "UpdateRole", RoleName=named, NewAssumeRolePolicyDocument=kept)
    for name, value in deployed.account.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(deployed.stack.folder)
    linted = CliRunner().invoke(application, ["access", "lint", "--strict", "--stack", "federated-dev"])
    assert linted.exit_code == 0, (linted.output, linted.exception)
    least = json.loads(CliRunner().invoke(application, ["access", "least", "--json", "-s", "federated-dev"]).stdout)
    (reader,) = [each for each in least if each["role"] == deployed.outputs["readerRoleName"]]
    assert {each["action"] for each in reader["unused"] if not each["only"]} == unused


def test_credentials_do_nothing_in_another_service(deployed: Deployed) -> None:
    at = deployed.outputs["logProject"], deployed.outputs["logstore"]
    with inside(deployed.account):
        clients = AlibabaClients(deployed.account.variables | deployed.credentials())
        bucket = f"yunfn-artifacts-{deployed.account.id}-{deployed.outputs['region']}"
        for call, kind in (
            (lambda: list(oss2.ObjectIterator(clients.bucket(bucket))), oss2.exceptions.AccessDenied),
            (lambda: clients.bucket(bucket).put_object("a", b""), oss2.exceptions.AccessDenied),
            (lambda: clients.log().get_log(*at, 0, 1), LogException),
            (lambda: clients.ram("ListRoles"), ServerException),
            (lambda: clients.functions(), Exception),
        ):
            with pytest.raises(kind, match=r"(?i)forbidden|denied|unauthorized|NoPermission|not authorized"):
                call()


def test_credentials_end_after_their_duration_in_the_middle_of_a_batch_too(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = deployed.credentials()
    monkeypatch.syspath_prepend(str(ROOT / "stacks" / "federated"))
    for name, value in (("OTS_ENDPOINT", "endpoint"), ("OTS_INSTANCE", "instance")):
        monkeypatch.setenv(name, deployed.outputs[value])
    monkeypatch.setenv("PROCESS_TABLE", PROCESS)
    monkeypatch.setenv("RESULT_TABLE", RESULT)
    import job  # type: ignore[import-not-found]
    import tables  # type: ignore[import-not-found]

    by_key = [key[f"ALIBABA_CLOUD_{name}"] for name in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN")]
    reading = tables.Tables(*by_key)
    pages: list[Any] = []

    def page(*arguments: Any) -> Any:
        if pages:
            deployed.account.move_clock(901)
        pages.append(get_range(*arguments))
        return pages[-1]

    get_range = functools.partial(reading._client.get_range, limit=ROWS // 2)
    monkeypatch.setattr(reading._client, "get_range", page)
    with pytest.raises(tables.TableError) as told:
        reading.rows(job.Job("j1", 0, None, None, None))
    assert [len(each[2]) for each in pages] == [ROWS // 2]
    assert re.search(r"^GetRange of wefe_process: OTSAuthFailed: .*expired.* \(request [\w-]{36}\)$", str(told.value))
    with pytest.raises(OTSServiceError, match=r"OTSAuthFailed.*expired"):
        federated.tables(deployed.account, key).get_row(PROCESS, federated.key_of("j1", 0))
    # The functions' own credentials are others, and go on.
    assert deployed.compute("compute", job="j1", rows=[1])["rows"] == 1
    for name in ("job", "tables", "computation"):
        sys.modules.pop(name, None)
