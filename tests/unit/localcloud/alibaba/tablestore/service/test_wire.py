"""Who is believed, how answers are signed, where Tablestore is found, and the shapes of refusals."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
import tablestore
from tablestore.error import OTSClientError

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from yunfn.localcloud.alibaba.tablestore import TablestoreService
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.faults import FaultKind, FaultPlan
from yunfn.localcloud.keys import AccessKey, Principal

from .conftest import REGION, Control, Tables, told


def temporary(tables: Tables, seconds: float) -> AccessKey:
    """A key of the account itself that ends: what it may do is not the question here."""
    owner = Principal(tables.cloud.account, "root")
    return tables.cloud.run(lambda one: one.keys.create_temporary(owner, seconds))


def signed(tables: Tables, operation: str = "ListTable", body: bytes = b"", **headers: str) -> dict[str, str]:
    """The headers of a request as the clients make them; ``headers`` (``x_ots_date`` …) take the place of some."""
    key = tables.cloud.root
    found = {
        "x-ots-date": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "x-ots-apiversion": "2015-12-31",
        "x-ots-accesskeyid": key.id,
        "x-ots-instancename": tables.instance,
        "x-ots-contentmd5": base64.b64encode(hashlib.md5(body).digest()).decode(),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = "\n".join(f"{name}:{value}" for name, value in sorted(found.items()))
    text = f"/{operation}\nPOST\n\n{lines}\n"
    return {
        **found,
        "x-ots-signature": base64.b64encode(hmac.digest(key.secret.encode(), text.encode(), "sha1")).decode(),
    }


def sent(tables: Tables, address: str = "", method: str = "POST", operation: str = "ListTable", **options: Any) -> Any:
    """Status and message of an answer: the response's, or an Error."""
    session = tables.cloud.session()
    if not address:
        session.proxies = {}
    answer = session.request(method, f"{address or tables.cloud.proxy}/{operation}", **options)
    session.close()
    kind = getattr(pb, f"{operation}Response") if answer.ok else pb.Error
    return answer.status_code, kind.FromString(answer.content)


@pytest.mark.parametrize("settings", [{}, {"region": REGION}], ids=["V2", "V4"])
def test_both_signatures_are_believed_and_answered_in_kind(tables: Tables, settings: dict[str, str]) -> None:
    """The client checks the answer's own signature, of refusals too."""
    mine = tables.by(tables.cloud.root, **settings)
    mine.create("t")
    assert mine.client.list_table() == ("t",)
    assert mine.refused(404, "OTSObjectNotExist", "DescribeTable", table_name="none")
    wrong = tables.by(AccessKey(tables.cloud.root.id, "another", tables.cloud.root.principal), **settings)
    assert wrong.refused(403, "OTSAuthFailed", "ListTable") == "Signature mismatch."


def test_an_answer_signed_by_another_key_is_not_believed(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """That the tests' client would notice, so that their silence says something."""
    at = "yunfn.localcloud.alibaba.tablestore.service.sign_answer"
    monkeypatch.setattr(at, lambda call, headers: f"OTS {call.headers['x-ots-accesskeyid']}:c2lnbmF0dXJl")
    with pytest.raises(OTSClientError, match="Invalid signature in response"):
        tables.client.list_table()


def test_a_token_must_be_right_and_not_over(tables: Tables) -> None:
    key = temporary(tables, 900)
    assert tables.by(key).client.list_table() == ()
    for token, words in (("CAISwrong", "token is invalid"), ("", "token is invalid")):
        wrong = AccessKey(key.id, key.secret, key.principal, token)
        assert words in tables.by(wrong).refused(403, "OTSAuthFailed", "ListTable")
    tables.cloud.run(lambda one: one.clock.move(901))
    try:
        assert "token has expired" in tables.by(key).refused(403, "OTSAuthFailed", "ListTable")
        line = tables.journal()
        assert (line["code"], "principal" in line, line["resource"]) == ("OTSAuthFailed", False, tables.instance)
        assert tables.client.list_table() == ()
    finally:
        tables.cloud.run(lambda one: one.clock.move(-901))


def test_an_unknown_key_is_refused(tables: Tables) -> None:
    nobody = AccessKey("LTAI5tnobody", "secret", tables.cloud.root.principal)
    assert tables.by(nobody).refused(403, "OTSAuthFailed", "ListTable") == "The AccessKeyID does not exist."


def test_the_request_must_be_whole_and_of_now(tables: Tables) -> None:
    assert sent(tables, headers=signed(tables))[0] == 200
    status, error = sent(tables, data=b"\x0a\x01x", headers=signed(tables))
    assert (status, error.code) == (403, "OTSAuthFailed")
    assert error.message == "Mismatch between MD5 value of request body and x-ots-contentmd5 in header."
    old = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - 1000))
    status, error = sent(tables, headers=signed(tables, x_ots_date=old))
    assert (status, error.code) == (403, "OTSAuthFailed")
    assert error.message == f"Mismatch between system time and x-ots-date: {old}."
    for date in ("yesterday", "Mon, 01 Jan 2024 00:00:00 +99999999999999"):
        status, error = sent(tables, headers=signed(tables, x_ots_date=date))
        assert (status, error.code, error.message) == (400, "OTSParameterInvalid", f"Invalid date format: {date}.")
    for header in ("x-ots-date", "x-ots-apiversion", "x-ots-accesskeyid", "x-ots-contentmd5", "x-ots-signature"):
        without = {name: value for name, value in signed(tables).items() if name != header}
        status, error = sent(tables, headers=without)
        assert (status, error.code, error.message) == (400, "OTSParameterInvalid", f"Missing header: '{header}'.")
    for header, words in (("x_ots_apiversion", "2015-12-31"), ("x_ots_request_compress_type", "compressed")):
        status, error = sent(tables, headers=signed(tables, **{header: "deflate"}))
        assert (status, error.code) == (400, "OTSParameterInvalid")
        assert words in error.message
    status, error = sent(tables, method="GET", headers=signed(tables))
    assert (status, error.code) == (405, "OTSMethodNotAllowed")


def test_what_is_no_request_of_the_operation_is_refused(tables: Tables) -> None:
    for body in (b"\xff\xff", b""):
        headers = signed(tables, "DescribeTable", body)
        status, error = sent(tables, operation="DescribeTable", data=body, headers=headers)
        assert (status, error.code) == (400, "OTSParameterInvalid")


@pytest.mark.parametrize("told", [True, False], ids=["length", "chunks"])
def test_a_body_that_is_too_large_is_not_kept(tables: Tables, told: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much is sent: the machine's memory is not the service's limit."""
    seen: list[bytes | None] = []
    within = Call.body_within

    async def noted(call: Call, most: int) -> bytes | None:
        body = await within(call, most)
        seen.append(body)
        return body

    monkeypatch.setattr(Call, "body_within", noted)
    part = b"\0" * 1_048_576
    body = part * 9 if told else iter([part] * 9)
    status, error = sent(tables, data=body, headers=signed(tables))
    assert (status, error.code, seen) == (413, "OTSRequestBodyTooLarge", [None])
    # The connection's next request is understood.
    assert sent(tables, headers=signed(tables))[0] == 200


@pytest.mark.parametrize("framing", ["Content-Length: 5\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\n"])
def test_who_hangs_up_before_the_end_is_no_defect(
    tables: Tables, framing: str, caplog: pytest.LogCaptureFixture
) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed(tables, "DescribeTable", b"\x0a\x03abc").items())
    port = int(tables.cloud.proxy.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"POST /DescribeTable HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}{framing}\n".encode())
    deadline = time.monotonic() + 60
    while (line := tables.journal())["operation"] != "DescribeTable" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (line["operation"], line["status"], line["code"]) == ("DescribeTable", 400, "YunfnLocalClientDisconnected")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("operation", ["Search", "SQLQuery", "StartLocalTransaction", "CreateIndex", "CreateTunnel"])
def test_what_the_local_cloud_has_not_is_refused_by_name(tables: Tables, operation: str) -> None:
    headers = signed(tables, operation)
    session = tables.cloud.session()
    session.proxies = {}
    answer = session.post(f"{tables.cloud.proxy}/{operation}", headers=headers)
    session.close()
    error = pb.Error.FromString(answer.content)
    assert (answer.status_code, error.code) == (400, "OTSParameterInvalid")
    assert f"Unsupported operation: '{operation}'." in error.message
    line = tables.journal()
    assert (line["operation"], line["unknown"], line["service"]) == (operation, True, "ots")


@pytest.mark.parametrize("host", ["{}.{}.ots", "{}.{}.ots-internal", "{}.{}.vpc.tablestore", "{}.{}.tablestore"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_true_host_names_answer_through_the_proxy(tables: Tables, host: str, scheme: str) -> None:
    tables.create("t")
    address = f"{scheme}://{host.format(tables.instance, REGION)}.aliyuncs.com"
    status, answer = sent(tables, address, headers=signed(tables))
    assert (status, list(answer.table_names)) == (200, ["t"])
    elsewhere = f"{scheme}://{host.format(tables.instance, 'cn-beijing')}.aliyuncs.com"
    status, error = sent(tables, elsewhere, headers=signed(tables))
    assert (status, error.code, error.message) == (403, "OTSAuthFailed", "The instance is not found.")
    other = f"{scheme}://{host.format('other', REGION)}.aliyuncs.com"
    status, error = sent(tables, other, headers=signed(tables))
    assert (status, error.code) == (403, "OTSAuthFailed")
    assert f"'{tables.instance}'" in error.message


def test_the_direct_endpoint_finds_an_instance_by_its_name(tables: Tables, tables_cloud: ServedCloud) -> None:
    nowhere = Tables(tables_cloud, "nowhere")
    assert nowhere.refused(403, "OTSAuthFailed", "ListTable") == "The instance is not found."
    beijing = Control(tables_cloud, region="cn-beijing")
    beijing.ask("CreateInstance", InstanceName="north", ClusterType="SSD")
    north = Tables(tables_cloud, "North")
    north.create("t")
    line = tables.journal()
    assert (line["region"], line["resource"], line["operation"]) == ("cn-beijing", "north/t", "CreateTable")
    south = Control(tables_cloud)
    south.ask("CreateInstance", InstanceName="north", ClusterType="SSD")
    words = north.refused(400, "OTSParameterInvalid", "ListTable")
    assert "north is in cn-beijing, cn-shanghai" in words.lower()
    south.ask("DeleteInstance", InstanceName="north")
    north.client.delete_table("t")
    beijing.ask("DeleteInstance", InstanceName="north")


def test_the_clouds_own_address_is_nobodys_else(tables_cloud: ServedCloud) -> None:
    session = tables_cloud.session()
    session.proxies = {}
    answer = session.post(f"{tables_cloud.proxy}/ListTable")
    assert (answer.status_code, answer.json()["Code"]) == (400, "YunfnLocalUnknownHost")
    session.close()


@pytest.fixture
def throttled(tables: Tables) -> Iterator[Tables]:
    """Its instance's cloud refuses every other call to Tablestore."""
    plan = FaultPlan(3, 0.5, ("ots",), (FaultKind.THROTTLE, FaultKind.ERROR))
    tables.cloud.run(lambda one: one.faults.follow(plan))
    yield tables
    tables.cloud.run(lambda one: one.faults.follow(None))


def test_clients_try_again_what_a_fault_stopped(throttled: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tablestore.DefaultRetryPolicy, "get_retry_delay", lambda *_: 0)
    patient = throttled.by(throttled.cloud.root, retry_policy=tablestore.DefaultRetryPolicy())
    assert [patient.client.list_table() for _ in range(20)] == [()] * 20
    seen: set[tuple[int, str]] = set()
    for _ in range(20):
        try:
            throttled.client.list_table()
        except tablestore.OTSServiceError as error:
            seen.add((error.get_http_status(), error.get_error_code()))
            assert told(error, error.get_http_status(), error.get_error_code())
    assert seen == {(503, "OTSServerBusy"), (500, "OTSInternalServerError")}


def test_what_was_stored_is_there_after_a_restart(tables: Tables) -> None:
    tables.create("kept", table_options={"max_versions": 4}, stream_spec={"enable_stream": True})
    before = tables.ask("DescribeTable", table_name="kept")

    home = tables.cloud.home
    # The same home's cloud in its state on disk, without anything held in memory.
    other = LocalCloud(home, [TablestoreService])
    state = other.find(TablestoreService).state
    (instance,) = state.instances.named(other.account, tables.instance)
    table = state.table(instance, "kept")
    assert (table.options.max_versions, table.primary_key[0].name) == (4, "id")
    stream = state.streams.of_table(table.key)
    assert stream is not None
    assert stream.id == before.stream_details.stream_id
    other.store.close()
