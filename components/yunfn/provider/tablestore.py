"""Tablestore's data plane, as far as a table's stream needs it: two operations, their messages and their signature.

The official Python client can neither turn a stream on nor tell of one (tablestore 6.4.8), and upstream's table has no
such argument (TFP 1.285.0). Messages: "Tablestore API", UpdateTable and DescribeTable; signature: "HTTP: signatures".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from yunfn.exceptions import CloudAnswerError
from yunfn.storage.alibaba_session import AlibabaSession

# Seconds to connect and for an answer.
_TIMEOUT: Final = httpx.Timeout(30, connect=10)
_API_VERSION: Final = "2015-12-31"
# What terraform-provider-alicloud 1.285.0 takes its address from, too: where there is no other way to the instance.
_ENDPOINT: Final = "OTS_ENDPOINT"
_Field = descriptor_pb2.FieldDescriptorProto
# By message: its fields' numbers, names and types; what is not here is skipped by whoever reads it.
_MESSAGES: Final[dict[str, tuple[tuple[int, str, Any], ...]]] = {
    "Error": ((1, "code", _Field.TYPE_STRING), (2, "message", _Field.TYPE_STRING)),
    "StreamSpecification": ((1, "enable_stream", _Field.TYPE_BOOL), (2, "expiration_time", _Field.TYPE_INT32)),
    "StreamDetails": (
        (1, "enable_stream", _Field.TYPE_BOOL),
        (2, "stream_id", _Field.TYPE_STRING),
        (3, "expiration_time", _Field.TYPE_INT32),
    ),
    "UpdateTableRequest": ((1, "table_name", _Field.TYPE_STRING), (4, "stream_spec", "StreamSpecification")),
    "UpdateTableResponse": ((3, "stream_details", "StreamDetails"),),
    "DescribeTableRequest": ((1, "table_name", _Field.TYPE_STRING),),
    "DescribeTableResponse": ((5, "stream_details", "StreamDetails"),),
}


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream that is on: its id, and the hours that it keeps changes."""

    id: str
    hours: int


class Tablestore:
    """One instance of Tablestore; blocking."""

    def __init__(self, session: AlibabaSession, instance: str) -> None:
        self._session, self._instance = session, instance
        self._at = os.environ.get(_ENDPOINT) or f"https://{instance}.{session.region}.ots.aliyuncs.com"
        self._messages = _classes()

    def stream(self, table: str) -> Stream | None:
        """The table's stream; None if it is off. Raises CloudAnswerError."""
        return _stream(self._ask("DescribeTable", table_name=table))

    def turn_on(self, table: str, hours: int) -> Stream:
        """Turn the stream on; raises CloudAnswerError."""
        spec = self._messages["StreamSpecification"](enable_stream=True, expiration_time=hours)
        found = _stream(self._ask("UpdateTable", table_name=table, stream_spec=spec))
        if found is None:
            raise CloudAnswerError(f"Tablestore UpdateTable: the stream of {table} is still off")
        return found

    def turn_off(self, table: str) -> None:
        """Turn the stream off; raises CloudAnswerError."""
        spec = self._messages["StreamSpecification"](enable_stream=False)
        self._ask("UpdateTable", table_name=table, stream_spec=spec)

    def _ask(self, operation: str, **fields: Any) -> Any:
        body: bytes = self._messages[f"{operation}Request"](**fields).SerializeToString()
        try:
            answer = httpx.post(
                f"{self._at}/{operation}", content=body, headers=self._headers(operation, body), timeout=_TIMEOUT
            )
        except httpx.HTTPError as error:
            raise CloudAnswerError(f"Tablestore {operation}: {self._at}: {error or type(error).__name__}") from error
        if answer.is_success:
            return self._messages[f"{operation}Response"].FromString(answer.content)
        request = answer.headers.get("x-ots-requestid", "-")
        try:
            told = self._messages["Error"].FromString(answer.content)
            code, text = told.code, told.message
        except Exception:
            # DecodeError's name differs between protobuf's implementations: it was no message of Tablestore's.
            code, text = "", f"HTTP {answer.status_code}"
        said = f"Tablestore {operation}: {code or 'no code'}: {text} (request {request})"
        raise CloudAnswerError(said, code=code, status=answer.status_code)

    def _headers(self, operation: str, body: bytes) -> dict[str, str]:
        session = self._session
        headers = {
            "x-ots-accesskeyid": session.access_key_id,
            "x-ots-apiversion": _API_VERSION,
            "x-ots-contentmd5": base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode(),
            "x-ots-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "x-ots-instancename": self._instance,
        }
        if session.token:
            headers["x-ots-ststoken"] = session.token
        text = f"/{operation}\nPOST\n\n" + "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        signature = hmac.digest(session.access_key_secret.encode(), text.encode(), "sha1")
        return {**headers, "x-ots-signature": base64.b64encode(signature).decode()}


def _stream(answer: Any) -> Stream | None:
    told = answer.stream_details
    return Stream(told.stream_id, told.expiration_time) if told.enable_stream else None


def _classes() -> dict[str, Any]:
    """A class for each message, in a pool of their own: nobody else's messages of these names are met."""
    package = "yunfn.tablestore"
    file = descriptor_pb2.FileDescriptorProto(name="yunfn/tablestore.proto", package=package, syntax="proto2")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, field, kind in fields:
            made = message.field.add(name=field, number=number, label=_Field.LABEL_OPTIONAL)
            if isinstance(kind, str):
                made.type, made.type_name = _Field.TYPE_MESSAGE, f".{package}.{kind}"
            else:
                made.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = {name: pool.FindMessageTypeByName(f"{package}.{name}") for name in _MESSAGES}
    return {name: message_factory.GetMessageClass(descriptor) for name, descriptor in found.items()}
