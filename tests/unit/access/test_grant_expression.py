"""Grants in one line of text: names and texts, never a program."""

from __future__ import annotations

from typing import Any

import pytest

from yunfn.access import cls, oss, scf
from yunfn.access.sts.grant_expression import read_grant, rights
from yunfn.exceptions import ValidationError


@pytest.mark.parametrize(
    ("text", "grant"),
    [
        ("oss.read(my-bucket)", oss.read("my-bucket")),
        ("oss.read(my-bucket, in/)", oss.read("my-bucket", "in/")),
        (""" oss.read ( "my-bucket" , prefix = 'in, out/' ) """, oss.read("my-bucket", "in, out/")),
        ('scf.invoke(f, region="ap-shanghai", account=100)', scf.invoke("f", region="ap-shanghai", account="100")),
        ("cls.write(a-b-c)", cls.write("a-b-c")),
        ("oss.read(my-bucket, '')", oss.read("my-bucket")),
        ("oss.mount(my-bucket, writable=true)", oss.mount("my-bucket", writable=True)),
        ("oss.mount(my-bucket, writable=false)", oss.mount("my-bucket")),
    ],
)
def test_a_grant_is_read_from_one_line(text: str, grant: Any) -> None:
    assert read_grant(text).statements() == grant.statements()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "oss.read",
        "read(my-bucket)",
        "oss.read(my-bucket) or True",
        "oss.read(my-bucket); cos.read(x)",
        "oss.read(my-bucket,)",
        "oss.read(,my-bucket)",
        "oss.read(my-bucket in/)",
        "oss.read(my-bucket, a, b)",
        "oss.read()",
        "oss.read(bucket=my-bucket, bucket=other)",
        "oss.read(bucket=my-bucket, in/)",
        "oss.read(kind=x)",
        "oss.mount(my-bucket, writable=no)",
        "oss.read(my-*)",
        "oss.read('my-bucket\", in/)",
        "oss.bucket_name(a, my-bucket)",
        "oss.grant(a, b)",
        "oss._read(my-bucket, in/)",
        "__import__('os').system('id')",
        "oss.__init__(x)",
        "merge(x)",
        "documents.parse(x)",
        "oss.read(" + "x" * 100_000,
        "oss.read(" + "a," * 50_000 + ")",
    ],
)
def test_what_is_no_grant_is_refused_and_never_run(text: str) -> None:
    with pytest.raises(ValidationError):
        read_grant(text)


def test_every_right_of_yunfn_access_may_be_written() -> None:
    assert {"oss.read", "oss.write", "cos.read", "cls.write", "scf.invoke", "fc.invoke", "vpc.attach"} <= set(rights())
    assert "raw" not in rights() and all(name.count(".") == 1 for name in rights())
