"""Who speaks to Tencent Cloud, and for which region: from the environment, as the official clients read it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from yunfn.exceptions import CloudAnswerError
from yunfn.storage.environment import first_set

# The names that the tencentcloud provider and the official SDKs read, then those of the Serverless Framework.
_KEY = ("TENCENTCLOUD_SECRET_ID", "TENCENT_SECRET_ID")
_SECRET = ("TENCENTCLOUD_SECRET_KEY", "TENCENT_SECRET_KEY")
_TOKEN = ("TENCENTCLOUD_SECURITY_TOKEN", "TENCENTCLOUD_TOKEN", "TENCENT_TOKEN")
_REGION = ("TENCENTCLOUD_REGION",)
_APP_ID = ("TENCENTCLOUD_APPID", "TENCENT_APP_ID")


@dataclass(frozen=True, slots=True)
class TencentSession:
    """A key pair (temporary with ``token``), the region to work in and the account's APPID, which names buckets.

    ``token_variable`` is the variable that the token came as, "" where there is none.
    """

    secret_id: str
    secret_key: str
    token: str
    region: str
    appid: str
    token_variable: str = field(default="", compare=False)

    def __repr__(self) -> str:
        return f"TencentSession(appid={self.appid!r}, region={self.region!r})"


def from_environment(region: str | None = None, environment: Mapping[str, str] | None = None) -> TencentSession:
    """The session of the environment's key.

    Raises:
        CloudAnswerError: the environment has no key, region or APPID.
    """
    variables = os.environ if environment is None else environment
    key, secret, token = (first_set(variables, names) for names in (_KEY, _SECRET, _TOKEN))
    place, appid = region or first_set(variables, _REGION), first_set(variables, _APP_ID)
    if not key or not secret:
        raise CloudAnswerError(f"no key of Tencent Cloud in the environment: set {_KEY[0]} and {_SECRET[0]}")
    if not place:
        raise CloudAnswerError(f"no region of Tencent Cloud: pass --region or set {_REGION[0]}")
    if not appid.isdecimal():
        raise CloudAnswerError(
            f"no APPID of Tencent Cloud: set {_APP_ID[0]} to the number that the console shows under Account Info"
        )
    came = next((name for name in _TOKEN if variables.get(name)), "")
    return TencentSession(key, secret, token, place, appid, came)
