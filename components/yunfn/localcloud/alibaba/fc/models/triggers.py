"""Triggers: what calls a function, each on one qualifier of it."""

from __future__ import annotations

import json
import re
import secrets
import string
import uuid
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.fc.events import TriggerChanged
from yunfn.localcloud.alibaba.fc.exceptions import (
    InvalidArgument,
    LimitExceeded,
    TriggerAlreadyExists,
    TriggerNotFound,
)
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.localcloud.alibaba.fc.rules.names import check_name, check_role
from yunfn.localcloud.alibaba.fc.rules.trigger import bucket_of, check_trigger, overlap, parse_trigger_config
from yunfn.localcloud.alibaba.fc.scope import FcScope
from yunfn.localcloud.alibaba.fc.siblings import check_event_bucket, check_event_table
from yunfn.localcloud.alibaba.fc.state import LATEST
from yunfn.localcloud.store import Document
from yunfn.runtimes import FC_LIMITS

# FCD "OSS triggers".
_OSS_TRIGGERS_PER_BUCKET = 10
# FCD "MNS topic triggers", "Tablestore triggers": their configuration stays as it was created.
_FIXED_TYPES = ("mns_topic", "tablestore")
_LABEL_LENGTH = 63
_SUFFIX_LENGTH = 10


class Triggers:
    """The triggers of one account's and region's functions."""

    def __init__(self, scope: FcScope) -> None:
        self._scope = scope
        self._triggers = scope.state.triggers

    def create(self, function: str, body: Mapping[str, Any]) -> Document:
        """A new trigger; its document.

        Raises FunctionNotFound, VersionNotFound, AliasNotFound (the qualifier), TriggerAlreadyExists,
        LimitExceeded (50 a function, 10 native OSS triggers a bucket), InvalidArgument.
        """
        fields = Fields(body)
        self._scope.function(function)
        name = fields.required("triggerName")
        check_name("triggerName", name)
        if self._triggers.get(f"{function}/{name}") is not None:
            raise TriggerAlreadyExists(function, name)
        qualifier = fields.text("qualifier") or LATEST
        self._scope.check_qualifier(function, qualifier)
        siblings = self._scope.state.of_function(self._triggers, function)
        if len(siblings) >= FC_LIMITS.triggers_per_function:
            raise LimitExceeded(f"function '{function}' has {FC_LIMITS.triggers_per_function} triggers already")
        now = self._scope.now()
        document: Document = {
            "triggerName": name,
            "triggerId": str(uuid.uuid4()),
            "triggerType": fields.required("triggerType"),
            "triggerConfig": fields.text("triggerConfig") or "",
            "qualifier": qualifier,
            "description": fields.text("description") or "",
            "invocationRole": fields.text("invocationRole") or "",
            "sourceArn": fields.text("sourceArn") or "",
            "targetArn": self._scope.function_arn(function, qualifier),
            "status": "",
            "createdTime": now,
            "lastModifiedTime": now,
        }
        self._check(function, document)
        if document["triggerType"] == "http":
            for other, sibling in siblings:
                if sibling["triggerType"] == "http" and sibling["qualifier"] == qualifier:
                    raise InvalidArgument(f"qualifier '{qualifier}' has an HTTP trigger already: '{other}'")
            document["httpTrigger"] = _urls(function, self._scope.region)
        self._triggers.put(f"{function}/{name}", document)
        self._tell(function, document)
        return document

    def update(self, function: str, name: str, body: Mapping[str, Any]) -> Document:
        """Change configuration, role, description or qualifier; the document. Raises what :meth:`create` raises."""
        fields = Fields(body)
        document = self.get(function, name)
        if document["triggerType"] in _FIXED_TYPES and fields.text("triggerConfig") not in (
            None,
            document["triggerConfig"],
        ):
            raise InvalidArgument(f"a trigger of type {document['triggerType']} cannot be updated; delete it first")
        for field in ("triggerConfig", "invocationRole", "description"):
            value = fields.text(field)
            if value is not None:
                document[field] = value
        qualifier = fields.text("qualifier")
        if qualifier:
            self._scope.check_qualifier(function, qualifier)
            document |= {"qualifier": qualifier, "targetArn": self._scope.function_arn(function, qualifier)}
        self._check(function, document)
        document["lastModifiedTime"] = self._scope.now()
        self._triggers.put(f"{function}/{name}", document)
        self._tell(function, document)
        return document

    def get(self, function: str, name: str) -> Document:
        """The document of a trigger; raises FunctionNotFound, TriggerNotFound."""
        self._scope.function(function)
        document = self._triggers.get(f"{function}/{name}")
        if document is None:
            raise TriggerNotFound(function, name)
        return document

    def delete(self, function: str, name: str) -> None:
        """Remove a trigger; raises FunctionNotFound, TriggerNotFound."""
        document = self.get(function, name)
        self._triggers.delete(f"{function}/{name}")
        self._tell(function, document)

    def _check(self, function: str, document: Document) -> None:
        config = parse_trigger_config(document["triggerConfig"])
        kind, source = document["triggerType"], document["sourceArn"]
        if len(document["description"]) > 256:
            raise InvalidArgument("description must not be longer than 256 characters")
        check_trigger(kind, config, source, self._scope.account, self._scope.region)
        check_role("invocationRole", document["invocationRole"], self._scope.account)
        if kind == "tablestore":
            check_event_table(self._scope, source)
        if kind == "oss":
            check_event_bucket(self._scope, bucket_of(source))
            self._check_bucket_triggers(f"{function}/{document['triggerName']}", config, source)

    def _check_bucket_triggers(self, key: str, config: dict[str, Any], source: str) -> None:
        others = [
            json.loads(document["triggerConfig"])
            for other, document in self._triggers.scan()
            if other != key and document["triggerType"] == "oss" and document["sourceArn"] == source
        ]
        if len(others) >= _OSS_TRIGGERS_PER_BUCKET:
            raise LimitExceeded(f"bucket '{bucket_of(source)}' has {_OSS_TRIGGERS_PER_BUCKET} triggers already")
        if any(overlap(config, other) for other in others):
            raise InvalidArgument("cannot specify overlapping prefix and suffix with same event type")

    def _tell(self, function: str, document: Document) -> None:
        self._scope.cloud.events.publish(
            TriggerChanged(
                self._scope.account,
                self._scope.region,
                function,
                document["triggerName"],
                document["triggerType"],
            )
        )


def _urls(function: str, region: str) -> Document:
    """The addresses of a new HTTP trigger: a host label from the function's name and ten random letters."""
    label = re.sub(r"[^a-z0-9-]", "-", function.lower()).strip("-") or "f"
    suffix = "".join(secrets.choice(string.ascii_lowercase) for _ in range(_SUFFIX_LENGTH))
    label = f"{label[: _LABEL_LENGTH - _SUFFIX_LENGTH - 1].rstrip('-')}-{suffix}"
    return {
        "urlInternet": f"https://{label}.{region}.fcapp.run",
        "urlIntranet": f"https://{label}.{region}-vpc.fcapp.run",
    }
