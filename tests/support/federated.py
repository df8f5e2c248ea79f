"""The federated deployment, for tests and the demo: shares of jobs, what plain Python makes of them, and its tables."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from tablestore import (
    BatchWriteRowRequest,
    Condition,
    OTSClient,
    PutRowItem,
    Row,
    RowExistenceExpectation,
    TableInBatchWriteRowItem,
)
from tablestore.retry import NoRetryPolicy

from support.local_account import LocalAccount
from support.temporary_clients import AlibabaClients

INSTANCE, PROCESS, RESULT = "federated-dev", "wefe_process", "wefe_result"
#: The RAM user whose clients hold data.
READER = "wefe-client"
#: A square as Paillier's cryptosystem has it, of the product of two primes.
_MODULUS = ((2**521 - 1) * (2**607 - 1)) ** 2
_NUMBERS = 8

Columns = dict[str, Any]


def shares(job: str, count: int) -> list[Columns]:
    """``count`` rows of a job as the table holds them: ciphertext, weight, modulus, and a vector of plain numbers."""
    chance = random.Random(job)
    return [
        {
            "base": str(chance.randrange(2, _MODULUS)),
            "exponent": str(chance.getrandbits(128)),
            "modulus": str(_MODULUS),
            "vector": json.dumps([chance.uniform(-1, 1) for _ in range(_NUMBERS)]),
        }
        for _ in range(count)
    ]


def expected(rows: Sequence[Columns]) -> dict[str, Any]:
    """What the functions must answer of ``rows``, computed by Python's own integers and floats."""
    total, aggregate = [0.0] * _NUMBERS, 1
    for row in rows:
        total = [one + two for one, two in zip(total, json.loads(row["vector"]), strict=True)]
        aggregate = aggregate * pow(int(row["base"]), int(row["exponent"]), _MODULUS) % _MODULUS
    dot = sum(each * each for each in total)
    return {"rows": len(rows), "sum": total, "dot": dot, "aggregate": str(aggregate)}


def differs(answer: Mapping[str, Any], right: Mapping[str, Any]) -> str:
    """How an answer differs from what it must be, "" if it does not; floats may differ in their last digits."""
    if (answer["rows"], answer["aggregate"]) != (right["rows"], right["aggregate"]):
        return f"{answer['rows']} rows, aggregate {answer['aggregate']}; not {right['rows']}, {right['aggregate']}"
    pairs = [*zip(answer["sum"], right["sum"], strict=True), (answer["dot"], right["dot"])]
    return "".join(f"{one!r} is not {two!r}; " for one, two in pairs if abs(one - two) > 1e-12 * max(1, abs(two)))


def tables(account: LocalAccount, key: Mapping[str, str] | None = None) -> OTSClient:
    """Tablestore's own client: as the account's owner, or by ``key``'s variables; it repeats nothing."""
    used = {**account.variables, **(key or {})}
    return OTSClient(
        account.variables["OTS_ENDPOINT"],
        used["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        used["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        INSTANCE,
        sts_token=used.get("ALIBABA_CLOUD_SECURITY_TOKEN"),
        retry_policy=NoRetryPolicy(),
    )


def key_of(job: str, row: int) -> list[tuple[str, Any]]:
    """The primary key of a job's row in ``wefe_process``."""
    return [("job", job), ("row", row)]


def feed(client: OTSClient, job: str, rows: Sequence[Columns], table: str = PROCESS) -> None:
    """Write the rows of a job, a batch at a time."""
    anyhow = Condition(RowExistenceExpectation.IGNORE)
    items = [PutRowItem(Row(key_of(job, at), sorted(row.items())), anyhow) for at, row in enumerate(rows)]
    for start in range(0, len(items), 100):
        request = BatchWriteRowRequest()
        request.add(TableInBatchWriteRowItem(table, items[start : start + 100]))
        answer = client.batch_write_row(request)
        assert answer.is_all_succeed(), [each.error_message for each in answer.get_put()[1]]


def result(client: OTSClient, job: str, runtime: str) -> Columns:
    """The result row of a job by one of the functions; {} if there is none."""
    _, row, _ = client.get_row(RESULT, [("job", job), ("runtime", runtime)])
    return {column[0]: column[1] for column in row.attribute_columns} if row is not None else {}


def make_reader(account: LocalAccount) -> dict[str, str]:
    """Make the RAM user who may take roles; its key as variables. Within the cloud's environment (``inside``)."""
    return AlibabaClients(account.variables).user(READER, "AliyunSTSAssumeRoleAccess")
