"""What calls a function: the sources that a Trigger takes, one class each (FCD "triggers")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pulumi

from yunfn.access import Grant, log, ots, trust_document
from yunfn.alibaba.cron import cron
from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked, later
from yunfn.program.grants import as_name
from yunfn.program.rules import within
from yunfn.runtimes import FC_LIMITS

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")


class Source:
    """What every source says: the type of its trigger, its settings, its ARN, and who calls by which role.

    ``trigger_type`` is the platform's word; ``caller`` the trust document of the role by which the source calls
    the function, None where it needs no role; ``fixed`` whether the platform takes no other settings once the
    trigger is there, so that a change replaces it.
    """

    trigger_type: ClassVar[str]
    caller: ClassVar[str | None] = None
    fixed: ClassVar[bool] = False

    def settings(self, resource: str) -> dict[str, Any]:
        """Answer the trigger's settings in the platform's words. Raises ValidationError for what it refuses."""
        raise NotImplementedError

    def arn(self, region: str, account: str) -> pulumi.Input[str] | None:
        """Answer the ARN of the source, None where the platform wants none."""
        return None

    def rights(self, region: pulumi.Output[str], account: str) -> Sequence[Grant]:
        """Answer what the caller's role needs besides calling the function."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSource(Source):
    """Calls by HTTP(S) on a URL of the function's own.

    ``methods`` that are let through; ``auth`` is ``function`` (requests signed by a key of the account) unless
    written otherwise: ``anonymous`` lets everyone call, ``jwt`` checks tokens by ``jwt_settings`` (in the
    platform's words); ``internet`` whether the URL can be reached from the internet.
    """

    trigger_type: ClassVar[str] = "http"
    methods: Sequence[str] = ("GET", "POST")
    auth: str = "function"
    jwt_settings: pulumi.Input[str] | None = None
    internet: pulumi.Input[bool] = True

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        if not self.methods or any(method not in _METHODS for method in self.methods):
            raise ValidationError(resource, "source.methods", list(self.methods), f"some of {', '.join(_METHODS)}")
        if self.auth not in ("anonymous", "function", "jwt"):
            raise ValidationError(resource, "source.auth", self.auth, "one of anonymous, function, jwt")
        if (self.auth == "jwt") != (self.jwt_settings is not None):
            raise ValidationError(resource, "source.jwt_settings", "…", "goes with auth='jwt', and only with it")
        found: dict[str, Any] = {"authType": self.auth, "methods": list(self.methods)}
        found["disableURLInternet"] = _negated(self.internet)
        if self.jwt_settings is not None:
            found["authConfig"] = self.jwt_settings
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSource(Source):
    """Calls at set times: ``cron`` (six fields with seconds, ``CRON_TZ=`` before them, or ``@every 5m``), the
    ``payload`` given to the function, and whether it is ``enabled``.
    """

    trigger_type: ClassVar[str] = "timer"
    cron: pulumi.Input[str]
    payload: pulumi.Input[str] = ""
    enabled: pulumi.Input[bool] = True

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        expression = checked(self.cron, lambda value: cron(resource, value))
        return {"cronExpression": expression, "enable": self.enabled, "payload": self.payload}


@dataclass(frozen=True, slots=True, kw_only=True)
class OssSource(Source):
    """Calls when objects of ``bucket`` change: ``events`` such as ``oss:ObjectCreated:*``, for keys that start
    with ``prefix`` and end with ``suffix``. The bucket is in the function's region; ten such triggers at most.
    """

    trigger_type: ClassVar[str] = "oss"
    caller: ClassVar[str | None] = trust_document(service="oss.aliyuncs.com")
    bucket: pulumi.Input[str]
    events: Sequence[str]
    prefix: pulumi.Input[str] = ""
    suffix: pulumi.Input[str] = ""

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        if not self.events or any(not event.startswith("oss:Object") for event in self.events):
            rule = "events such as oss:ObjectCreated:* or oss:ObjectRemoved:DeleteObject"
            raise ValidationError(resource, "source.events", list(self.events), rule)
        return {
            "events": list(self.events),
            "filter": {"key": {"prefix": self.prefix, "suffix": self.suffix}},
        }

    def arn(self, region: str, account: str) -> pulumi.Input[str] | None:
        """See Source."""
        return pulumi.Output.concat(f"acs:oss:{region}:{account}:", self.bucket)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource(Source):
    """Calls with new lines of a logstore: ``project`` and ``logstore`` to read, at every ``interval`` seconds
    (3–600), at most ``retries`` (0–100) times again after an error; ``log_project`` and ``log_store`` take the
    trigger's own log; ``parameters`` go to the function; ``enabled`` whether it calls at all.
    """

    trigger_type: ClassVar[str] = "log"
    caller: ClassVar[str | None] = trust_document(service="log.aliyuncs.com")
    project: pulumi.Input[str]
    logstore: pulumi.Input[str]
    interval: pulumi.Input[int] = 60
    retries: pulumi.Input[int] = 3
    log_project: pulumi.Input[str] = ""
    log_store: pulumi.Input[str] = ""
    parameters: Mapping[str, pulumi.Input[str]] | None = None
    enabled: pulumi.Input[bool] = True

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        limits = FC_LIMITS
        interval = checked(
            self.interval,
            lambda v: within(resource, "source.interval", v, limits.log_trigger_interval_s, "seconds"),
        )
        retries = checked(
            self.retries, lambda v: within(resource, "source.retries", v, limits.log_trigger_retries, "retries")
        )
        return {
            "sourceConfig": {"logstore": self.logstore},
            "jobConfig": {"maxRetryTime": retries, "triggerInterval": interval},
            "logConfig": {"project": self.log_project, "logstore": self.log_store},
            "functionParameter": dict(self.parameters or {}),
            "enable": self.enabled,
        }

    def arn(self, region: str, account: str) -> pulumi.Input[str] | None:
        """See Source."""
        return pulumi.Output.concat(f"acs:log:{region}:{account}:project/", self.project)

    def rights(self, region: pulumi.Output[str], account: str) -> Sequence[Grant]:
        """See Source. By this role SLS reads the lines and writes the trigger's own log (Serverless Devs, "Trigger role
        permissions", which asks for more actions, on everything).
        """
        found = [log.consume(as_name(self.project), as_name(self.logstore), region=region, account=account)]
        # An output is never "" here: whether it will be is not known.
        if self.log_project != "" and self.log_store != "":
            own = as_name(self.log_project), as_name(self.log_store)
            found.append(log.write(*own, region=region, account=account))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class MnsTopicSource(Source):
    """Calls with each message of an MNS ``topic`` (``topic_region`` if another): ``form`` STREAM or JSON,
    ``retry`` BACKOFF_RETRY or EXPONENTIAL_DECAY_RETRY, messages of ``filter_tag`` (16 characters) only.
    """

    trigger_type: ClassVar[str] = "mns_topic"
    caller: ClassVar[str | None] = trust_document(service="mns.aliyuncs.com")
    # FCD "MNS topic triggers": delete it and make another.
    fixed: ClassVar[bool] = True
    topic: pulumi.Input[str]
    form: str = "JSON"
    retry: str = "BACKOFF_RETRY"
    filter_tag: pulumi.Input[str] | None = None
    topic_region: str | None = None

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        if self.form not in ("STREAM", "JSON"):
            raise ValidationError(resource, "source.form", self.form, "STREAM or JSON")
        if self.retry not in ("BACKOFF_RETRY", "EXPONENTIAL_DECAY_RETRY"):
            rule = "BACKOFF_RETRY or EXPONENTIAL_DECAY_RETRY"
            raise ValidationError(resource, "source.retry", self.retry, rule)
        found: dict[str, Any] = {"notifyContentFormat": self.form, "notifyStrategy": self.retry}
        if self.filter_tag is not None:
            found["filterTag"] = checked(self.filter_tag, lambda value: _filter_tag(resource, value))
        return found

    def arn(self, region: str, account: str) -> pulumi.Input[str] | None:
        """See Source."""
        return pulumi.Output.concat(f"acs:mns:{self.topic_region or region}:{account}:/topics/", self.topic)


@dataclass(frozen=True, slots=True, kw_only=True)
class CdnSource(Source):
    """Calls at events of the CDN: ``event`` such as CachedObjectsRefreshed, its ``version``, for ``domains``;
    ``notes`` are for people.
    """

    trigger_type: ClassVar[str] = "cdn_events"
    caller: ClassVar[str | None] = trust_document(service="cdn.aliyuncs.com")
    event: pulumi.Input[str]
    domains: Sequence[pulumi.Input[str]]
    version: pulumi.Input[str] = "1.0.0"
    notes: pulumi.Input[str] = ""

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        if not self.domains:
            raise ValidationError(resource, "source.domains", [], "name at least one domain")
        return {
            "eventName": self.event,
            "eventVersion": self.version,
            "notes": self.notes,
            "filter": {"domain": list(self.domains)},
        }

    def arn(self, region: str, account: str) -> pulumi.Input[str] | None:
        """See Source."""
        return f"acs:cdn:*:{account}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TablestoreSource(Source):
    """Calls with changes of a Tablestore ``table`` of ``instance``, in the function's region: CBOR, in order.

    The table's stream must be on. A failing call is made again until its changes expire from the stream; a call
    lasts a minute at most (FCD "Tablestore triggers").
    """

    trigger_type: ClassVar[str] = "tablestore"
    caller: ClassVar[str | None] = trust_document(ram="acs:ram::1604337383174619:root")
    instance: pulumi.Input[str]
    table: pulumi.Input[str]

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        return {}

    def arn(self, region: str, account: str) -> pulumi.Input[str] | None:
        """See Source."""
        return pulumi.Output.concat(f"acs:ots:{region}:{account}:instance/", self.instance, "/table/", self.table)

    def rights(self, region: pulumi.Output[str], account: str) -> Sequence[Grant]:
        """See Source. Another account than the user's reads the stream by this role (FCD "Tablestore triggers";
        Serverless Devs, "Trigger role permissions", asks for all that begins with Get, BatchGet, List and Describe, on
        everything: rows too).
        """
        return [ots.consume(as_name(self.instance), as_name(self.table), region=region, account=account)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBridgeSource(Source):
    """Calls by EventBridge.

    ``event_source``, ``pattern``, ``sink`` and ``run`` are the platform's eventSourceConfig,
    eventRuleFilterPattern, eventSinkConfig and runOptions; ``asynchronous`` whether it waits for no answer;
    ``enabled`` whether it calls at all.
    """

    trigger_type: ClassVar[str] = "eventbridge"
    event_source: Mapping[str, Any]
    pattern: pulumi.Input[str] = "{}"
    sink: Mapping[str, Any] | None = None
    run: Mapping[str, Any] | None = None
    asynchronous: pulumi.Input[bool] = False
    enabled: pulumi.Input[bool] = True

    def settings(self, resource: str) -> dict[str, Any]:
        """See Source."""
        found: dict[str, Any] = {
            "triggerEnable": self.enabled,
            "asyncInvocationType": self.asynchronous,
            "eventRuleFilterPattern": self.pattern,
            "eventSourceConfig": dict(self.event_source),
        }
        if self.sink is not None:
            found["eventSinkConfig"] = dict(self.sink)
        if self.run is not None:
            found["runOptions"] = dict(self.run)
        return found


def _negated(value: pulumi.Input[bool]) -> pulumi.Input[bool]:
    if later(value):
        known: pulumi.Output[bool] = pulumi.Output.from_input(value)
        return known.apply(lambda truth: not truth)
    return not value


def _filter_tag(resource: str, value: str) -> None:
    if not 1 <= len(value) <= FC_LIMITS.mns_filter_tag:
        rule = f"1–{FC_LIMITS.mns_filter_tag} characters"
        raise ValidationError(resource, "source.filter_tag", value, rule)
