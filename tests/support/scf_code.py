"""Code packages in a local cloud's COS, as inputs of functions."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from typing import Any

from support.cos_bucket import CosBucket
from support.scf_plugin import REGION, ScfPlugin, zipped

_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Code:
    """Two packages in a bucket: ``code`` and ``codeSha256`` of each."""

    one: dict[str, Any]
    two: dict[str, Any]
    bucket: CosBucket


def stored_code(scf: ScfPlugin) -> Code:
    """Two packages in a new bucket."""
    bucket = scf.bucket()
    made = []
    for word in ("one", "another"):
        content = zipped({"index.py": f"def main_handler(event, context):\n    return {word!r}\n"})
        digest = hashlib.sha256(content).hexdigest()
        bucket.put(f"code/{digest}.zip", content)
        where = {"cosBucketName": bucket.name, "cosBucketRegion": REGION, "cosObjectName": f"code/{digest}.zip"}
        made.append({"code": where, "codeSha256": digest})
    return Code(made[0], made[1], bucket)


def function_inputs(scf: ScfPlugin, code: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The inputs of a function of a name of its own."""
    return {
        "account": scf.account,
        "region": REGION,
        "functionName": f"f{next(_NUMBERS)}",
        "runtime": "Python3.10",
        "handler": "index.main_handler",
        **code,
        **more,
    }
