"""Run by Python 3.6 with tablestore 5.1.0: every operation on rows, and what came of them as one line of JSON."""

import json
import sys

from tablestore import (
    INF_MAX,
    INF_MIN,
    BatchGetRowRequest,
    BatchWriteRowRequest,
    ComparatorType,
    Condition,
    DeleteRowItem,
    OTSClient,
    OTSServiceError,
    PutRowItem,
    Row,
    RowExistenceExpectation,
    SingleColumnCondition,
    TableInBatchGetRowItem,
    TableInBatchWriteRowItem,
    UpdateRowItem,
)

endpoint, key_id, secret, instance, table = sys.argv[1:]
client = OTSClient(endpoint, key_id, secret, instance)


def key(row):
    return [("job", "j"), ("row", row)]


def item(kind, row, columns):
    return kind(Row(key(row), columns), Condition(RowExistenceExpectation.IGNORE))


found = {}
client.put_row(
    table, Row(key(1), [("text", "\xfc"), ("raw", bytearray(b"\x00\xff")), ("n", 5), ("d", 0.5), ("b", True)])
)
row = client.get_row(table, key(1), max_version=1)[1]
found["row"] = [
    (name, list(value) if isinstance(value, bytearray) else value) for name, value, _ in row.attribute_columns
]
client.update_row(
    table, Row(key(1), {"PUT": [("n", 6)], "DELETE_ALL": ["d"], "INCREMENT": [("sum", 3)]}), Condition("IGNORE")
)
found["names"] = [name for name, _, _ in client.get_row(table, key(1), max_version=1)[1].attribute_columns]
try:
    client.delete_row(table, Row(key(2)), Condition(RowExistenceExpectation.EXPECT_EXIST))
except OTSServiceError as error:
    found["refused"] = [error.get_http_status(), error.get_error_code(), error.get_error_message()]
request = BatchWriteRowRequest()
items = [item(PutRowItem, 2, [("n", 2)]), item(UpdateRowItem, 3, {"PUT": [("n", 3)]}), item(DeleteRowItem, 9, None)]
request.add(TableInBatchWriteRowItem(table, items))
found["written"] = client.batch_write_row(request).is_all_succeed()
request = BatchGetRowRequest()
request.add(TableInBatchGetRowItem(table, [key(3), key(4)], ["n"], None, 1))
got = client.batch_get_row(request).get_result_by_table(table)
found["read"] = [one.row and one.row.attribute_columns[0][1] for one in got]
ends = [[(name, end) for name in ("job", "row")] for end in (INF_MIN, INF_MAX)]
_, following, rows, _ = client.get_range(table, "FORWARD", ends[0], ends[1], limit=2, max_version=1)
found["up"] = [[one.primary_key[1][1] for one in rows], following]
few = SingleColumnCondition("n", 5, ComparatorType.LESS_THAN)
_, _, rows, _ = client.get_range(table, "BACKWARD", ends[1], ends[0], column_filter=few, max_version=1)
found["down"] = [one.primary_key[1][1] for one in rows]
print(json.dumps(found))
