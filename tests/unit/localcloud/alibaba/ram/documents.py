"""Policy documents for the tests."""

from __future__ import annotations

import json

TRUST = json.dumps(
    {
        "Version": "1",
        "Statement": [
            {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": ["fc.aliyuncs.com"]}},
        ],
    },
    indent=2,
)


def policy(*statements: dict[str, object]) -> str:
    """A policy of the statements; each allows unless it says otherwise."""
    return json.dumps({"Version": "1", "Statement": [{"Effect": "Allow", **one} for one in statements]})


READ = policy({"Action": "oss:GetObject", "Resource": "acs:oss:*:*:bucket/*"})
