"""What calls a function: the sources that a Trigger takes, one class each (SCFD "triggers").

There is none for API Gateway: SCF made no triggers of it from 2024-07-01 on and took it down on 2025-06-30. Templates
that ask for one get HttpSource, the URL of the function's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pulumi

from yunfn.access.names import cos_bucket_name
from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked
from yunfn.program.rules import within
from yunfn.runtimes import SCF_LIMITS
from yunfn.tencent.cron import cron

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "*")


class Source:
    """What every source says: the type of its trigger, its settings, and how the trigger is called.

    ``trigger_type`` is the platform's word; ``named`` whether SCF names the trigger after what it listens to, so that
    it takes no name of one's own. The platform calls by itself: no source needs a role.
    """

    trigger_type: ClassVar[str]
    named: ClassVar[bool] = False
    enabled: pulumi.Input[bool]

    def settings(self, resource: str) -> dict[str, Any]:
        """Answer the trigger's settings in the platform's words. Raises ValidationError for what it refuses."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    """Which pages of other sites may call a URL: their ``origins``, the ``methods`` and ``headers`` they may use, the
    ``exposed_headers`` they may read, whether with ``credentials``, and for how many seconds a browser may remember
    it (``max_age``).
    """

    origins: Sequence[pulumi.Input[str]]
    methods: Sequence[str] = ("*",)
    headers: Sequence[pulumi.Input[str]] = ()
    exposed_headers: Sequence[pulumi.Input[str]] = ()
    credentials: pulumi.Input[bool] = False
    max_age: pulumi.Input[int] = 0

    def settings(self, resource: str) -> dict[str, Any]:
        """Answer the settings in the platform's words. Raises ValidationError for a method it does not know."""
        if not self.methods or any(method not in _METHODS for method in self.methods):
            rule = f"some of {', '.join(_METHODS)}"
            raise ValidationError(resource, "source.cors.methods", list(self.methods), rule)
        return {
            "origins": list(self.origins),
            "methods": list(self.methods),
            "headers": list(self.headers),
            "exposeHeaders": list(self.exposed_headers),
            "credentials": self.credentials,
            "maxAge": self.max_age,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSource(Source):
    """Calls by HTTPS on a URL of the function's own, by any method.

    ``auth`` is ``function`` (requests signed by a key of the account) unless written otherwise: ``anonymous`` lets
    everyone call; ``internet`` whether the URL can be reached from the internet, ``intranet`` whether there is one
    for the VPC; ``cors`` which pages of other sites may call; ``enabled`` whether it answers at all.
    """

    trigger_type: ClassVar[str] = "http"
    auth: str = "function"
    internet: pulumi.Input[bool] = True
    intranet: pulumi.Input[bool] = False
    cors: Cors | None = None
    enabled: pulumi.Input[bool] = True

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        if self.auth not in ("anonymous", "function"):
            raise ValidationError(resource, "source.auth", self.auth, "one of anonymous, function")
        found: dict[str, Any] = {
            "authType": "NONE" if self.auth == "anonymous" else "CAM",
            "netConfig": {"enableExtranet": self.internet, "enableIntranet": self.intranet},
        }
        if self.cors is not None:
            found["corsConfig"] = self.cors.settings(resource)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSource(Source):
    """Calls at set times: ``cron`` (seven fields, from seconds to years, by China's time, UTC+8), the ``payload``
    given to the function, and whether it is ``enabled``.
    """

    trigger_type: ClassVar[str] = "timer"
    cron: pulumi.Input[str]
    payload: pulumi.Input[str] = ""
    enabled: pulumi.Input[bool] = True

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        return {"cron": checked(self.cron, lambda value: cron(resource, value)), "customArgument": self.payload}


@dataclass(frozen=True, slots=True, kw_only=True)
class CosSource(Source):
    """Calls when objects of ``bucket`` change: an ``event`` such as ``cos:ObjectCreated:*``, for keys that start
    with ``prefix`` and end with ``suffix``. The bucket, ``<name>-<APPID>``, is in the function's region; ten such
    triggers at most, and one function for the same event and keys. ``enabled`` says whether it calls at all.
    """

    trigger_type: ClassVar[str] = "cos"
    named: ClassVar[bool] = True
    bucket: pulumi.Input[str]
    event: str = "cos:ObjectCreated:*"
    prefix: pulumi.Input[str] = ""
    suffix: pulumi.Input[str] = ""
    enabled: pulumi.Input[bool] = True

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        if not self.event.startswith(("cos:ObjectCreated:", "cos:ObjectRemove:", "cos:ObjectRestore:")):
            rule = "an event such as cos:ObjectCreated:* or cos:ObjectRemove:Delete"
            raise ValidationError(resource, "source.event", self.event, rule)
        bucket = checked(self.bucket, lambda value: cos_bucket_name(resource, value))
        return {"bucket": bucket, "event": self.event, "prefix": self.prefix, "suffix": self.suffix}


@dataclass(frozen=True, slots=True, kw_only=True)
class CkafkaSource(Source):
    """Calls with messages of a ``topic`` of the CKafka ``instance``: up to ``messages`` (1–10000) at a time, or what
    came in ``wait`` seconds (1–300), from ``offset`` on (``latest``, ``earliest``, a time in Unix seconds), a failed
    batch ``retries`` times again; ``consumer_group`` by default one of SCF's own; ``enabled`` whether it calls at all.
    """

    trigger_type: ClassVar[str] = "ckafka"
    named: ClassVar[bool] = True
    instance: pulumi.Input[str]
    topic: pulumi.Input[str]
    messages: pulumi.Input[int] = 100
    wait: pulumi.Input[int] = 60
    offset: pulumi.Input[str] = "latest"
    retries: pulumi.Input[int] = 10000
    consumer_group: pulumi.Input[str] = ""
    enabled: pulumi.Input[bool] = True

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        limits = SCF_LIMITS
        return {
            "instanceId": self.instance,
            "topicName": self.topic,
            "maxMsgNum": checked(
                self.messages, lambda v: within(resource, "source.messages", v, limits.ckafka_messages, "messages")
            ),
            "offset": checked(self.offset, lambda v: _offset(resource, v)),
            "retry": checked(
                self.retries, lambda v: within(resource, "source.retries", v, limits.ckafka_retries, "retries")
            ),
            "timeOut": checked(
                self.wait, lambda v: within(resource, "source.wait", v, limits.ckafka_wait_s, "seconds")
            ),
            "consumerGroupName": self.consumer_group,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ClsSource(Source):
    """Calls with new lines of the log topic ``topic_id``, at once or after at most ``wait`` seconds (3–300);
    ``enabled`` whether it calls at all.
    """

    trigger_type: ClassVar[str] = "cls"
    named: ClassVar[bool] = True
    topic_id: pulumi.Input[str]
    wait: pulumi.Input[int] = 60
    enabled: pulumi.Input[bool] = True

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        wait = checked(self.wait, lambda v: within(resource, "source.wait", v, SCF_LIMITS.cls_wait_s, "seconds"))
        return {"topicId": self.topic_id, "maxWait": wait}


def _offset(resource: str, value: str) -> None:
    if value not in ("latest", "earliest") and not value.isdecimal():
        raise ValidationError(resource, "source.offset", value, "latest, earliest or a time in Unix seconds")
