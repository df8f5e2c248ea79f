"""The Tencent account of a local cloud."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from yunfn.localcloud.keys import AccessKey


@dataclass(frozen=True, slots=True)
class TencentAccount:
    """An account by both of its numbers, with its owner's key.

    ``uin`` names it in CAM, ``app_id`` in COS: bucket names end with it. The APPID has exactly 10 digits: the
    tencentcloud provider 1.81.90 takes no other bucket names.
    """

    uin: str
    app_id: str
    owner_key: AccessKey


def new_numbers() -> tuple[str, str]:
    """A fresh uin (12 digits) and APPID (10 digits), of the form that true ones have."""
    return "1000" + _digits(8), "13" + _digits(8)


def _digits(count: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(count))
