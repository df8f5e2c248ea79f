"""Tencent Cloud's API 3.0 by the official SDK's common part, as everything here that asks it wants it: JSON in and out.

The products' own models are left out: they take seconds to import, and drop what they do not know.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

import requests.exceptions
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from yunfn.exceptions import CloudAnswerError
from yunfn.storage.environment import left_over
from yunfn.storage.tencent_session import TencentSession

#: The version of each product's API that yunfn speaks (tencentcloud-sdk-python 3.1, the folders of its products).
VERSIONS: Final = {
    "scf": "2018-04-16",
    "cam": "2019-01-16",
    "sts": "2018-08-13",
    "cls": "2020-10-16",
    "tag": "2018-08-13",
    "monitor": "2018-07-24",
    "ssl": "2019-12-05",
    "kms": "2019-01-18",
}
# Seconds for one request; a package sent inline is 10 MB at most.
_TIMEOUT: Final = 60
# The token is not the key's, or past its end (API 3.0, "common error codes").
_TOKEN_REFUSED: Final = "AuthFailure.TokenFailure"  # noqa: S105
# What the SDK calls its own errors: nothing was answered, or not with 200.
_NO_ANSWER: Final = ("ClientNetworkError", "ServerNetworkError")


class TencentClient:
    """One product in the session's region; usable from many threads at once, retries nothing itself.

    ``timeout``: seconds for a connection to stand and for each wait for bytes, or those two apart.
    """

    def __init__(self, session: TencentSession, product: str, *, timeout: int | tuple[float, float] = _TIMEOUT) -> None:
        self._session = session
        self._product = product
        self._timeout = timeout
        # requests' sessions, which the SDK holds one of, are not made for several threads.
        self._clients = threading.local()

    def ask(self, action: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the API answers, without the envelope; ``RequestId`` is in it.

        Raises:
            CloudAnswerError: it refused, or nothing was answered or not by the API itself (``status`` 0).
        """
        return self._asked(action, lambda client: client.call_json(action, dict(parameters or {})))

    def send(self, action: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """What the API answers to bytes with ``headers``, as few actions of it take them; raises as ``ask``."""
        return self._asked(action, lambda client: client.call_octet_stream(action, dict(headers), body))

    def _asked(self, action: str, call: Callable[[CommonClient], Any]) -> dict[str, Any]:
        try:
            answer = call(self._client())
        except TencentCloudSDKException as error:
            raise self._refused(action, error) from error
        except requests.exceptions.RequestException as error:
            # The SDK puts into its own words what happens before the first byte of the answer, not after.
            name = f"{self._product.upper()} {action}"
            raise CloudAnswerError(f"{name}: no answer: {type(error).__name__}: {error} (request -)") from error
        except json.JSONDecodeError as error:
            # What stands between may answer 200 with a page of its own.
            raise CloudAnswerError(f"{self._product.upper()} {action}: the answer is not JSON (request -)") from error
        found: dict[str, Any] = answer["Response"]
        return found

    def _client(self) -> CommonClient:
        found: CommonClient | None = getattr(self._clients, "client", None)
        if found is None:
            session = self._session
            # The SDK looks into certifi's list only, unless told otherwise (its http/request.py).
            http = HttpProfile(reqTimeout=self._timeout, keepAlive=True, certification=os.environ.get("SSL_CERT_FILE"))
            found = CommonClient(
                self._product,
                VERSIONS[self._product],
                Credential(session.secret_id, session.secret_key, session.token or None),
                session.region,
                ClientProfile(httpProfile=http, language="en-US"),
            )
            self._clients.client = found
        return found

    def _refused(self, action: str, error: TencentCloudSDKException) -> CloudAnswerError:
        code, message = str(error.get_code() or ""), str(error.get_message() or "no more was said")
        request_id = error.get_request_id() or "-"
        if code in _NO_ANSWER:
            text = f"{self._product.upper()} {action}: no answer: {message} (request {request_id})"
            return CloudAnswerError(text)
        text = f"{self._product.upper()} {action}: {code}: {message} (request {request_id})"
        if code == _TOKEN_REFUSED and self._session.token_variable:
            text += left_over(self._session.token_variable)
        return CloudAnswerError(text, code=code, status=200)
