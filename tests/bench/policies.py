"""Policy documents for linters: of RAM and of AWS, drawn together, alike in form and equal in length."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class _Pair:
    """A service of each cloud that does the same: actions, and resources with room for a name."""

    ram: tuple[str, ...]
    ram_resources: tuple[str, ...]
    aws: tuple[str, ...]
    aws_resources: tuple[str, ...]


_PAIRS = (
    _Pair(
        ("oss:GetObject", "oss:PutObject", "oss:DeleteObject", "oss:GetObjectAcl", "oss:AbortMultipartUpload"),
        ("acs:oss:*:*:{}/data/*",),
        ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectAcl", "s3:AbortMultipartUpload"),
        ("arn:aws:s3:::{}/data/*",),
    ),
    _Pair(
        ("oss:ListObjects", "oss:GetBucketInfo", "oss:GetBucketAcl"),
        ("acs:oss:*:*:{}",),
        ("s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketAcl"),
        ("arn:aws:s3:::{}",),
    ),
    _Pair(
        ("ots:GetRow", "ots:PutRow", "ots:UpdateRow", "ots:DeleteRow", "ots:GetRange", "ots:BatchGet*"),
        ("acs:ots:*:*:instance/{}/table/orders",),
        ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query",
         "dynamodb:BatchGet*"),
        ("arn:aws:dynamodb:eu-west-1:123456789012:table/{}",),
    ),
    # The read rights of the project that this one began with are patterns.
    _Pair(
        ("ots:BatchGet*", "ots:Describe*", "ots:Get*", "ots:List*"),
        ("acs:ots:*:*:instance/{}/table/orders",),
        ("dynamodb:BatchGet*", "dynamodb:Describe*", "dynamodb:Get*", "dynamodb:List*"),
        ("arn:aws:dynamodb:eu-west-1:123456789012:table/{}",),
    ),
    _Pair(
        ("log:PostLogStoreLogs", "log:GetLogStoreLogs", "log:GetCursorOrData", "log:ListShards"),
        ("acs:log:*:*:project/{}/logstore/lines",),
        ("logs:PutLogEvents", "logs:GetLogEvents", "logs:FilterLogEvents", "logs:CreateLogStream"),
        ("arn:aws:logs:eu-west-1:123456789012:log-group:{}:log-stream:lines",),
    ),
    _Pair(
        ("mns:SendMessage", "mns:ReceiveMessage", "mns:DeleteMessage"),
        ("acs:mns:*:*:/queues/{}/messages",),
        ("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"),
        ("arn:aws:sqs:eu-west-1:123456789012:{}",),
    ),
    _Pair(
        ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"),
        ("acs:kms:cn-hangzhou:123456789012:key/{}",),
        ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"),
        ("arn:aws:kms:eu-west-1:123456789012:key/{}",),
    ),
    _Pair(
        ("fc:InvokeFunction", "fc:GetFunction", "fc:ListFunctionVersions"),
        ("acs:fc:cn-hangzhou:123456789012:functions/{}", "acs:fc:cn-hangzhou:123456789012:functions/{}/*"),
        ("lambda:InvokeFunction", "lambda:GetFunction", "lambda:ListVersionsByFunction"),
        ("arn:aws:lambda:eu-west-1:123456789012:function:{}", "arn:aws:lambda:eu-west-1:123456789012:function:{}:*"),
    ),
)  # fmt: skip
#: Of so many documents one has a mistake: a resource that is everything.
_MISTAKE_EVERY = 5


def drawn(count: int, seed: int = 6) -> Iterator[tuple[str, str]]:
    """Yield ``count`` pairs of documents, (RAM's, AWS's): 1 to 8 statements, as people write them, equal in length."""
    chance = random.Random(seed)
    for number in range(count):
        ram: list[dict[str, Any]] = []
        aws: list[dict[str, Any]] = []
        for pair in chance.choices(_PAIRS, k=chance.randint(1, 8)):
            chosen = sorted(chance.sample(range(len(pair.ram)), chance.randint(1, len(pair.ram))))
            name = f"bench-{chance.randrange(10**6):06}"
            ram.append(_statement(pair.ram, pair.ram_resources, chosen, name))
            aws.append(_statement(pair.aws, pair.aws_resources, chosen, name))
        if number % _MISTAKE_EVERY == 0:
            ram[0]["Resource"] = aws[0]["Resource"] = "*"
        yield _of_one_length({"Version": "1", "Statement": ram}, {"Version": "2012-10-17", "Statement": aws})


def _statement(actions: Sequence[str], resources: Sequence[str], chosen: Sequence[int], name: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [actions[index] for index in chosen],
        "Resource": [each.format(name) for each in resources],
    }


def _of_one_length(ram: dict[str, Any], aws: dict[str, Any]) -> tuple[str, str]:
    """Both as text, the shorter one with a longer Sid in its first statement, and white space at its end if need be."""
    texts = [json.dumps(document, indent=2) for document in (ram, aws)]
    short = texts.index(min(texts, key=len))
    missing = abs(len(texts[0]) - len(texts[1]))
    document = (ram, aws)[short]
    with_sid = json.dumps(
        {**document, "Statement": [{"Sid": "", **document["Statement"][0]}, *document["Statement"][1:]]}, indent=2
    )
    room = missing - (len(with_sid) - len(texts[short]))
    if room >= 1:
        texts[short] = with_sid.replace('"Sid": ""', f'"Sid": "{"S" * room}"', 1)
    else:
        texts[short] += " " * missing
    return texts[0], texts[1]
