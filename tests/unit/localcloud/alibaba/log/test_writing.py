"""What a logstore takes, keeps and forgets."""

from __future__ import annotations

import json
import time
import zlib

import pytest
from aliyun.log import LogClient, LogItem, PutLogsRequest
from aliyun.log.log_logs_raw_pb2 import LogGroupRaw

from unit.localcloud.alibaba.log.store import PROJECT, STORE, found, index, make_store, put, refused
from unit.localcloud.alibaba.signatures.rpc_client import user_key
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from unit.localcloud.alibaba.signatures.signing import log_headers
from yunfn.localcloud.alibaba.log import LogService
from yunfn.localcloud.alibaba.log.models import LogEntry

URL = f"https://{PROJECT}.cn-shanghai.log.aliyuncs.com"


def post(
    cloud: ServedCloud, body: bytes, path: str = f"/logstores/{STORE}/shards/lb", signed: str = "", **headers: str
) -> tuple[int, str]:
    """PutLogs with headers of our own; ``signed`` is the path with its query, unescaped."""
    headers = {"content-type": "application/x-protobuf", **{name.replace("_", "-"): v for name, v in headers.items()}}
    with cloud.session() as session:
        made = log_headers(cloud.root, "POST", signed or path, body, **headers)
        answer = session.post(URL + (signed or path), data=body, headers=made)
    return answer.status_code, answer.json()["errorCode"] if answer.content else ""


def group(**contents: bytes) -> bytes:
    made = LogGroupRaw()
    log = made.Logs.add()
    log.Time = int(time.time())
    for name, value in contents.items():
        content = log.Contents.add()
        content.Key, content.Value = name, value
    return made.SerializeToString()


@pytest.mark.parametrize("path", [f"/logstores/{STORE}/shards/lb", f"/logstores/{STORE}"])
def test_bodies_plain_deflated_and_lz4(cloud: ServedCloud, client: LogClient, path: str) -> None:
    make_store(client)
    raw = group(kind=b"plain")
    assert post(cloud, raw, path) == (200, "")
    raw = group(kind=b"deflate")
    packed = {"x_log_compresstype": "deflate", "x_log_bodyrawsize": str(len(raw))}
    assert post(cloud, zlib.compress(raw), path, **packed) == (200, "")
    put(client, (int(time.time()), {"kind": "lz4"}))
    now = int(time.time())
    assert {one["kind"] for one in found(client, now - 60, now + 60)} == {"plain", "deflate", "lz4"}


def test_broken_bodies_are_refused(cloud: ServedCloud, client: LogClient) -> None:
    make_store(client)
    raw = group(a=b"1")
    assert post(cloud, b"\xff\xff\xff", x_log_bodyrawsize="3") == (400, "PostBodyInvalid")
    assert post(cloud, raw, x_log_bodyrawsize="") == (400, "ParameterInvalid")
    assert post(cloud, raw, x_log_bodyrawsize=str(len(raw) + 1)) == (400, "PostBodyUncompressError")
    assert post(cloud, raw, x_log_compresstype="lz4") == (400, "PostBodyUncompressError")
    assert post(cloud, raw, x_log_compresstype="deflate") == (400, "PostBodyUncompressError")
    assert post(cloud, raw, x_log_compresstype="snappy") == (400, "ParameterInvalid")
    assert post(cloud, raw, x_log_compresstype="zstd") == (400, "YunfnLocalUnknownOperation")
    assert post(cloud, raw, x_log_bodyrawsize=str(31 * 1024 * 1024)) == (400, "PostBodyTooLarge")
    assert post(cloud, group(a=b"\xff\xfe")) == (400, "InvalidEncoding")
    path = f"/logstores/{STORE}/shards/route"
    assert post(cloud, raw, path) == (400, "ParameterInvalid")
    assert post(cloud, raw, path, signed=path + "?key=nothex") == (400, "ParameterInvalid")
    assert post(cloud, raw, f"/logstores/{STORE}-gone/shards/lb") == (404, "LogStoreNotExist")
    assert found(client, 0, int(time.time()) + 60) == []


def test_a_small_deflated_body_that_grows_without_end_is_cut_off(cloud: ServedCloud, client: LogClient) -> None:
    make_store(client)
    bomb = zlib.compress(b"\0" * 50_000_000)
    headers = {"x_log_compresstype": "deflate", "x_log_bodyrawsize": "1000"}
    assert post(cloud, bomb, **headers) == (400, "PostBodyUncompressError")


def test_meta_is_appended_where_the_logstore_says_so(client: LogClient) -> None:
    make_store(client, append_meta=True)
    now = int(time.time())
    request = PutLogsRequest(PROJECT, STORE, "t", "s", [LogItem(now, contents=[("a", "1")])], logtags=[("rack", "7")])
    client.put_logs(request)
    (one,) = client.get_log(PROJECT, STORE, now, now + 1, query="__tag__:rack: 7 and __topic__: t").get_logs()
    assert one.contents["__tag__:rack"] == "7"
    assert one.contents["__tag__:__client_ip__"] == "127.0.0.1"
    assert abs(int(one.contents["__tag__:__receive_time__"]) - now) < 60


def test_only_what_came_under_an_index_is_found(client: LogClient) -> None:
    make_store(client, None)
    now = int(time.time())
    put(client, (now, {"n": "before"}))
    assert "without index" in refused(400, "IndexConfigNotExist", client.get_log, PROJECT, STORE, now, now + 9)
    client.create_index(PROJECT, STORE, index())
    put(client, (now, {"n": "after"}))
    assert found(client, now - 9, now + 9) == [{"n": "after"}]


def test_logs_go_after_their_days_by_the_clouds_clock(cloud: ServedCloud, client: LogClient) -> None:
    make_store(client, ttl=2)
    now = int(time.time())
    put(client, (now, {"n": "1"}))
    assert len(found(client, 0, now + 10)) == 1
    cloud.run(lambda one: one.clock.move(86400 + 43200))
    assert len(found(client, 0, now + 10)) == 1
    cloud.run(lambda one: one.clock.move(43200 + 60))
    assert found(client, 0, now + 10) == []
    # The next write sweeps them off the disk too.
    put(client, (now + 2 * 86400 + 60, {"n": "2"}))
    assert cloud.run(lambda one: {kind: count for _, _, kind, count in one.store.kinds("log/entries")}) == {
        f"log/entries/{PROJECT}/{STORE}": 1
    }
    client.update_logstore(PROJECT, STORE, ttl=3650, shard_count=2)
    cloud.run(lambda one: one.clock.move(4000 * 86400))
    assert len(found(client, now, now + 3 * 86400)) == 1


def test_functions_write_from_inside_the_cloud(cloud: ServedCloud, client: LogClient) -> None:
    make_store(client)
    now = int(time.time())
    entries = [LogEntry(now, {"functionName": "f", "message": text}, topic="f", source="LATEST") for text in ("a", "b")]

    def append(project: str, store: str) -> bool:
        return cloud.run(lambda one: one.find(LogService).append(cloud.account, "cn-shanghai", project, store, entries))

    assert append(PROJECT, STORE) is True
    assert append(PROJECT, "gone") is False
    assert append("gone", STORE) is False
    assert [one["message"] for one in found(client, now, now + 1, "__topic__: f and functionName")] == ["a", "b"]


def test_a_deleted_logstore_leaves_no_logs_to_its_successor(client: LogClient) -> None:
    make_store(client)
    now = int(time.time())
    put(client, *((now, {"n": str(number)}) for number in range(1200)))
    client.delete_project(PROJECT)
    make_store(client)
    assert found(client, now - 10, now + 10) == []


def test_each_call_needs_its_right(cloud: ServedCloud, client: LogClient) -> None:
    make_store(client)
    store = f"acs:log:cn-shanghai:{cloud.account}:project/{PROJECT}/logstore/{STORE}"
    writer_policy = {"Effect": "Allow", "Action": "log:PostLogStoreLogs", "Resource": store}
    key = user_key(cloud, "writer", json.dumps({"Version": "1", "Statement": [writer_policy]}))
    writer = LogClient("https://cn-shanghai.log.aliyuncs.com", key.id, key.secret)
    now = int(time.time())
    put(writer, (now, {"n": "1"}))
    denials: dict[str, tuple] = {
        "log:GetLogStoreLogs": (writer.get_log, PROJECT, STORE, now, now + 9),
        "log:GetCursorOrData": (writer.get_cursor, PROJECT, STORE, 0, "begin"),
        "log:GetProject": (writer.get_project, PROJECT),
        "log:CreateProject": (writer.create_project, "xyz-project", ""),
        "log:UpdateProject": (writer.update_project, PROJECT, ""),
        "log:DeleteProject": (writer.delete_project, PROJECT),
        "log:ListProject": (writer.list_project,),
        "log:GetLogStore": (writer.get_logstore, PROJECT, STORE),
        "log:CreateLogStore": (writer.create_logstore, PROJECT, "abc"),
        "log:GetLogStoreMeteringMode": (writer.get_logstore_metering_mode, PROJECT, STORE),
        "log:UpdateLogStoreMeteringMode": (writer.update_logstore_metering_mode, PROJECT, STORE, "ChargeByFunction"),
        "log:DeleteLogStore": (writer.delete_logstore, PROJECT, STORE),
        "log:ListLogStores": (writer.list_logstore, PROJECT),
        "log:ListShards": (writer.list_shards, PROJECT, STORE),
        "log:GetIndex": (writer.get_index_config, PROJECT, STORE),
        "log:CreateIndex": (writer.create_index, PROJECT, STORE, index()),
        "log:UpdateIndex": (writer.update_index, PROJECT, STORE, index()),
        "log:DeleteIndex": (writer.delete_index, PROJECT, STORE),
        "log:TagResources": (writer.tag_project, PROJECT),
        "log:UntagResources": (writer.untag_project, PROJECT, "a"),
    }
    for action, (call, *arguments) in denials.items():
        message = refused(401, "Unauthorized", call, *arguments)
        assert message.startswith(f"denied by sts or ram, action: {action}, resource: acs:log:cn-shanghai:"), action
    assert len(found(client, now, now + 1)) == 1
    other = {**writer_policy, "Resource": store + "-other"}
    key = user_key(cloud, "stranger", json.dumps({"Version": "1", "Statement": [other]}))
    stranger = LogClient("https://cn-shanghai.log.aliyuncs.com", key.id, key.secret)
    with pytest.raises(Exception, match="denied by sts or ram, action: log:PostLogStoreLogs"):
        put(stranger, (now, {"n": "1"}))
