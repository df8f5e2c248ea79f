"""A log project with one logstore and its index."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pulumi
import pulumi_alicloud as alicloud

from yunfn.alibaba.account import guard
from yunfn.alibaba.naming import log_project_name
from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked
from yunfn.program.component import Component
from yunfn.program.rules import within
from yunfn.rollout.metrics.request_fields import FIELDS

_PROJECT = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_LOGSTORE = re.compile(r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]")
# SLS documentation, "create a logstore": 1–3650 days (3650 keeps lines for ever), 1–100 shards at creation.
_RETENTION_DAYS = (1, 3650)
_SHARDS = (1, 100)
_TOKENS = ", '\";=()[]{}?@&<>/:\n\t\r"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logstore:
    """A logstore that is there already: ``project_name`` of its project and its own ``logstore_name``."""

    project_name: pulumi.Input[str]
    logstore_name: pulumi.Input[str]


class LogProject(Component):
    """A project of the log service (SLS), one logstore in it, and an index to search it by.

    The index is of the full text, and of the fields of request metrics that a rollout is judged by (RequestMetrics).

    Outputs: ``project_name``, ``logstore_name``.
    """

    project_name: pulumi.Output[str]
    logstore_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        project_name: pulumi.Input[str] | None = None,
        logstore_name: pulumi.Input[str] = "functions",
        description: pulumi.Input[str] | None = None,
        retention_days: pulumi.Input[int] = 30,
        shards: pulumi.Input[int] = 1,
        index: bool = True,
        tags: pulumi.Input[dict[str, pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the project, logstore and index.

        Args:
            name: Pulumi's name of the component.
            project_name: 3–63 lower-case letters, digits and hyphens, unique among all users of the region;
                by default ``<stack>-<name>-<account>``.
            logstore_name: 3–63 lower-case letters, digits, hyphens and underscores.
            description: Text shown in the console.
            retention_days: Days that lines are kept, 1–3650 (3650: for ever).
            shards: Shards the logstore starts with, 1–100; a later change does nothing, shards are split in place.
            index: Whether lines can be searched (full text, case ignored) and request metrics counted.
            tags: Tags of the project.
            opts: Options of the component.

        Raises:
            ValidationError: a name or number the log service would refuse.
            AccountMismatchError: the stack belongs to another account.
        """
        account = guard(opts)
        project_name = project_name or log_project_name(name, account.account_id)
        project = checked(project_name, lambda value: _named(name, "project_name", value, _PROJECT))
        logstore = checked(logstore_name, lambda value: _named(name, "logstore_name", value, _LOGSTORE))
        days = checked(retention_days, lambda v: within(name, "retention_days", v, _RETENTION_DAYS, "days"))
        count = checked(shards, lambda v: within(name, "shards", v, _SHARDS, "shards"))
        super().__init__("yunfn:alibaba:LogProject", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        made = alicloud.log.Project(
            f"{name}-project", project_name=project, description=description, tags=tags, opts=child
        )
        store = alicloud.log.Store(
            f"{name}-logstore",
            project_name=made.project_name,
            logstore_name=logstore,
            retention_period=days,
            shard_count=count,
            append_meta=True,
            # Upstream would replace the logstore, with all lines in it, for another number of shards.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["shardCount"]),
        )
        if index:
            alicloud.log.StoreIndex(
                f"{name}-index",
                project=made.project_name,
                logstore=store.logstore_name,
                full_text=alicloud.log.StoreIndexFullTextArgs(case_sensitive=False, token=_TOKENS),
                field_searches=[_field(field, kind) for field, kind in FIELDS.items()],
                opts=child,
            )
        self.project_name = made.project_name
        self.logstore_name = store.logstore_name
        self.register_outputs({"projectName": self.project_name, "logstoreName": self.logstore_name})


def _field(name: str, kind: str) -> alicloud.log.StoreIndexFieldSearchArgs:
    """A field of the index, with statistics: SQL can count it."""
    tokens = _TOKENS if kind == "text" else None
    return alicloud.log.StoreIndexFieldSearchArgs(name=name, type=kind, token=tokens, enable_analytics=True)


def _named(resource: str, property: str, value: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(value):
        letters = "lower-case letters, digits and hyphens"
        rule = f"3–63 {letters}" + (" (and underscores)" if pattern is _LOGSTORE else "")
        raise ValidationError(resource, property, value, rule)
