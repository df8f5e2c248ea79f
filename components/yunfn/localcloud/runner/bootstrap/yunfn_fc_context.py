"""The context object: the second argument of a handler, as the runtime's Python version has it (FCD "context").

Runs on every Python from 3.6 on, inside the instance; see bootstrap.py.
"""
# ruff: noqa: UP006, UP035

import logging
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

CREDENTIALS = (
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "access_key_id"),
    ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "access_key_secret"),
    ("ALIBABA_CLOUD_SECURITY_TOKEN", "security_token"),
)


class Credentials:
    """Temporary credentials of the function's role, under both of the spellings the cloud gives."""

    def __init__(self, access_key_id: str, access_key_secret: str, security_token: str) -> None:
        self.accessKeyId = self.access_key_id = access_key_id
        self.accessKeySecret = self.access_key_secret = access_key_secret
        self.securityToken = self.security_token = security_token

    def to_dict(self) -> "Dict[str, Any]":
        """The fields as the cloud spells them in JSON."""
        return {
            "accessKeyId": self.access_key_id,
            "accessKeySecret": self.access_key_secret,
            "securityToken": self.security_token,
        }


class ServiceMeta:
    """The FC 2.0 service the function belongs to; on FC 3.0 what is left of it."""

    def __init__(self, name: str, log_project: str, log_store: str, qualifier: str, version_id: str) -> None:
        self.name = name
        self.log_project = log_project
        self.log_store = log_store
        self.qualifier = qualifier
        self.version_id = version_id

    def to_dict(self) -> "Dict[str, Any]":
        """The fields as the cloud spells them in JSON."""
        return {
            "name": self.name,
            "logProject": self.log_project,
            "logStore": self.log_store,
            "qualifier": self.qualifier,
            "versionId": self.version_id,
        }


class Tracing:
    """Where and under which span this call is traced."""

    def __init__(self, span_context: str, base64_baggages: str, jaeger_endpoint: str) -> None:
        self.span_context = span_context
        self.jaeger_endpoint = jaeger_endpoint
        self.span_baggages: Dict[str, Any] = {}
        if base64_baggages:
            import base64
            import json

            self.span_baggages = json.loads(base64.b64decode(base64_baggages).decode())

    def to_dict(self) -> "Dict[str, Any]":
        """The fields as the cloud spells them in JSON."""
        return {
            "openTracingSpanContext": self.span_context,
            "openTracingSpanBaggages": self.span_baggages,
            "jaegerEndpoint": self.jaeger_endpoint,
        }


class FunctionMeta:
    """Name, handler, memory (MB) and timeout (seconds); Python 3.12 adds version and qualifier."""

    def __init__(self, name: str, handler: str, memory: int, timeout: int, **more: str) -> None:
        self.name = name
        self.handler = handler
        self.memory = memory
        self.timeout = timeout
        self.__dict__.update(more)

    def to_dict(self) -> "Dict[str, Any]":
        """The fields as the cloud spells them in JSON."""
        return {"name": self.name, "handler": self.handler, "memory": self.memory, "timeout": self.timeout}


class FCContext:
    """The second argument of a handler, up to Python 3.10 (FCD "context")."""

    def __init__(self, call: "Dict[str, Any]") -> None:
        keys = call["credentials"] or {}
        trace = call["trace"]
        self.requestId = self.request_id = call["request_id"]
        self.credentials = Credentials(*[keys.get(field, "") for _, field in CREDENTIALS])
        self.function = FunctionMeta(call["function"], call["handler"], call["memory"], call["timeout"])
        self.service = ServiceMeta("", call["log_project"], call["log_store"], call["qualifier"], call["version"])
        self.region = call["region"]
        self.account_id = call["account_id"]
        self.retry_count = 0
        self.tracing = Tracing(
            trace.get("span_context", ""), trace.get("base64_baggages", ""), trace.get("jaeger_endpoint", "")
        )

    def to_json(self) -> str:
        """All of it, credentials included, as JSON."""
        import json

        return json.dumps(
            {
                "requestId": self.request_id,
                "credentials": self.credentials.to_dict(),
                "function": self.function.to_dict(),
                "service": self.service.to_dict(),
                "region": self.region,
                "accountId": self.account_id,
                "retryCount": self.retry_count,
                "tracing": self.tracing.to_dict(),
            }
        )


class FCContext312:
    """The second argument of a handler since Python 3.12: no credentials, service and tracing any more.

    Credentials are in the environment there (FCD "context").
    """

    def __init__(self, call: "Dict[str, Any]") -> None:
        self.account_id = call["account_id"]
        self.request_id = call["request_id"]
        self.function = FunctionMeta(
            call["function"],
            call["handler"],
            call["memory"],
            call["timeout"],
            version_id=call["version"],
            qualifier=call["qualifier"],
        )
        self.logger = logging.getLogger()
        self.log_project = call["log_project"]
        self.log_store = call["log_store"]
        self.region = call["region"]


def make_context(call: "Dict[str, Any]") -> "Any":
    """The context for one call."""
    return FCContext312(call) if sys.version_info >= (3, 12) else FCContext(call)
