"""``yunfn:ots:TableStream`` over the local cloud's Tablestore."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from alibabacloud_tea_openapi.exceptions import ClientException
from tablestore import CapacityUnit, OTSClient, ReservedThroughput, TableMeta, TableOptions

from support.scf_plugin import Failure, ScfPlugin
from support.tablestore_clients import TablestoreControl, asked, table_client
from yunfn.localcloud import environment
from yunfn.provider import tablestore
from yunfn.provider.properties import UNKNOWN

TOKEN = "yunfn:ots:TableStream"
INSTANCE = "streams"
REGION = environment.DEFAULT_REGION
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")
New = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def owner(scf_of_module: ScfPlugin) -> OTSClient:
    """Tablestore's own client, on an instance of the module's."""
    home = scf_of_module.cloud.home
    bundle = str(home.certificates / "ca.pem")
    control = TablestoreControl(scf_of_module.cloud.proxy_port, bundle, home.owner_key)
    try:
        control.ask("CreateInstance", InstanceName=INSTANCE, ClusterType="SSD", RegionId=REGION)
    except ClientException as error:
        # The module's tests may run in two parts, with others between.
        if error.code != "OTSObjectAlreadyExist":
            raise
    return table_client(f"http://127.0.0.1:{scf_of_module.cloud.proxy_port}", home.owner_key, INSTANCE)


@pytest.fixture
def new(scf: ScfPlugin, owner: OTSClient, request: pytest.FixtureRequest) -> Iterator[New]:
    """Inputs for a table of the test's own, which is there."""
    table = request.node.originalname
    owner.create_table(TableMeta(table, [("id", "INTEGER")]), TableOptions(), ReservedThroughput(CapacityUnit(0, 0)))

    def inputs(**others: Any) -> dict[str, Any]:
        place = {"account": scf.cloud.home.account, "region": REGION, "instanceName": INSTANCE}
        return {**place, "tableName": table, "hours": 24, **others}

    yield inputs
    if table in owner.list_table():
        owner.delete_table(table)


def streams(owner: OTSClient, table: str) -> list[str]:
    return [each.stream_id for each in asked(owner, "ListStream", table_name=table).streams]


@pytest.mark.parametrize("endpoint", [True, False], ids=["endpoint", "host name"])
def test_it_turns_a_stream_on_and_off(
    scf: ScfPlugin, new: New, owner: OTSClient, endpoint: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the endpoint that is told, and by the instance's true name."""
    if not endpoint:
        monkeypatch.delenv("OTS_ENDPOINT")
    inputs = new()
    planned = scf.create(TOKEN, inputs, preview=True)[1]
    assert planned["streamId"] is UNKNOWN and not streams(owner, inputs["tableName"])
    id_, outputs = scf.create(TOKEN, inputs)
    assert id_ == f"{INSTANCE}:{inputs['tableName']}"
    assert dict(outputs) == {**inputs, "streamId": streams(owner, inputs["tableName"])[0]}
    scf.delete(TOKEN, id_, outputs)
    assert not streams(owner, inputs["tableName"])
    # And once more, as after an interrupted run.
    scf.delete(TOKEN, id_, outputs)


def test_one_that_is_on_is_taken_as_it_is_or_refused(scf: ScfPlugin, new: New, owner: OTSClient) -> None:
    id_, outputs = scf.create(TOKEN, new())
    assert scf.create(TOKEN, new()) == (id_, outputs)
    with pytest.raises(Failure, match="is on already, for 24 hours instead of 48: declare hours=24"):
        scf.create(TOKEN, new(hours=48))
    assert streams(owner, outputs["tableName"]) == [outputs["streamId"]]


def test_other_hours_are_another_stream_and_the_old_one_goes_first(scf: ScfPlugin, new: New) -> None:
    _, outputs = scf.create(TOKEN, new())
    found = scf.diff(TOKEN, new(), new(hours=48), outputs)
    assert found.replaces == ["hours"] and found.delete_first
    assert scf.check(TOKEN, new(hours=169)).keys() == {"hours"} == scf.check(TOKEN, new(hours=0)).keys()


def test_a_refresh_sees_what_became_of_it(scf: ScfPlugin, new: New, owner: OTSClient) -> None:
    id_, outputs = scf.create(TOKEN, new())
    table = outputs["tableName"]
    assert scf.read(TOKEN, id_) == scf.read(TOKEN, id_, outputs, new()) == (new(), outputs)
    asked(owner, "UpdateTable", table_name=table, stream_spec={"enable_stream": False})
    assert scf.read(TOKEN, id_, outputs, new()) is None
    asked(owner, "UpdateTable", table_name=table, stream_spec={"enable_stream": True, "expiration_time": 48})
    found = scf.read(TOKEN, id_, outputs, new())
    assert found is not None and found[0]["hours"] == 48
    owner.delete_table(table)
    assert scf.read(TOKEN, id_, outputs, new()) is None
    scf.delete(TOKEN, id_, outputs)
    with pytest.raises(Failure, match=r"DescribeTable: OTSObjectNotExist: .* \(request [\w-]{36}\)"):
        scf.create(TOKEN, new())
    with pytest.raises(Failure, match="the id is <instance>:<table>"):
        scf.read(TOKEN, "alone")


def test_what_passes_is_asked_again(
    scf: ScfPlugin, new: New, quick_retries: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy partition, and a connection that broke; both are told of while they last."""
    post, sent = httpx.post, list[str]()

    def busy(url: str, **given: Any) -> httpx.Response:
        sent.append(url.rpartition("/")[2])
        if len(sent) == 1:
            return httpx.Response(503, content=b"\n\rOTSServerBusy\x12\x04busy", headers={"x-ots-requestid": "r"})
        if len(sent) == 2:
            raise httpx.ReadError("it broke")
        return post(url, **given)

    monkeypatch.setattr(tablestore.httpx, "post", busy)
    scf.create(TOKEN, new())
    assert sent == ["DescribeTable"] * 3 + ["UpdateTable"]
