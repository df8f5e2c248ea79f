"""Function Compute's official client in an account and region, as everything here that asks it wants it."""

from __future__ import annotations

import os
from typing import Any

from alibabacloud_fc20230330.client import Client
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions

from yunfn.storage.alibaba_session import AlibabaSession


def open_client(session: AlibabaSession) -> Client:
    """The client of the session's account and region."""
    return Client(
        Config(
            access_key_id=session.access_key_id,
            access_key_secret=session.access_key_secret,
            security_token=session.token or None,
            region_id=session.region,
            endpoint=f"{session.account}.{session.region}.fc.aliyuncs.com",
            protocol="https",
        )
    )


def runtime_options(**options: Any) -> RuntimeOptions:
    """The SDK's own ``options`` of each request; certificates are checked by SSL_CERT_FILE's list where it is set.

    This SDK pins certifi's list unless told otherwise (alibabacloud_tea_openapi, RuntimeOptions.ca).
    """
    return RuntimeOptions(ca=os.environ.get("SSL_CERT_FILE"), **options)
