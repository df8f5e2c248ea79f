"""A trigger: what calls a function, and by which alias."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_alicloud as alicloud

from yunfn import access
from yunfn.alibaba import rules
from yunfn.alibaba.account import Account, guard
from yunfn.alibaba.alias import Alias
from yunfn.alibaba.function import Function
from yunfn.alibaba.naming import ram_name
from yunfn.alibaba.role import attach, make_role
from yunfn.alibaba.sources import HttpSource, Source
from yunfn.exceptions import ValidationError
from yunfn.program.binding import bound
from yunfn.program.checking import checked
from yunfn.program.component import Component
from yunfn.program.grants import as_name

LATEST = "LATEST"


class Trigger(Component):
    """A trigger of a function, bound to an alias.

    Where the source needs a role to call by, one is made that may call this function by this alias only, and read a
    Tablestore table's stream where that is what calls.
    Outputs: ``trigger_name``, ``url`` (of an http trigger, reached from the internet; else None).
    """

    trigger_name: pulumi.Output[str]
    url: pulumi.Output[str | None]

    def __init__(
        self,
        name: str,
        *,
        source: Source,
        alias: Alias | None = None,
        function: Function | None = None,
        qualifier: pulumi.Input[str] | None = None,
        trigger_name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        invocation_role: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the trigger.

        Args:
            name: Pulumi's name of the component.
            source: What calls, such as ``HttpSource(methods=["GET"])``.
            alias: The alias that is called.
            function: Instead of ``alias``: the function, by the one alias that was declared for it.
            qualifier: With ``function``: another alias or version. ``"LATEST"`` bypasses every alias and
                rollout; it is reported as a warning.
            trigger_name: 1–128 letters, digits, '_' and '-'; by default the component's name.
            description: Text shown in the console.
            invocation_role: ARN of a role to call by, instead of the one made here.
            opts: Options of the component.

        Raises:
            ValidationError: an argument the cloud would refuse, or no alias to bind to.
            AccountMismatchError: the stack belongs to another account.
        """
        target, by = bound(name, alias, function, qualifier, LATEST)
        called = checked(trigger_name or name, lambda v: rules.function_name(name, "trigger_name", v))
        settings = source.settings(name)
        if invocation_role is not None and source.caller is None:
            rule = f"a {source.trigger_type} trigger calls by no role"
            raise ValidationError(name, "invocation_role", invocation_role, rule)
        account = guard(opts)
        super().__init__("yunfn:alibaba:Trigger", name, None, opts)
        waits: list[pulumi.Resource] = []
        if source.caller is not None and invocation_role is None:
            invocation_role, waits = self._caller(name, source, target, by, account)
        made = alicloud.fc.V3Trigger(
            f"{name}-trigger",
            function_name=target.function_name,
            qualifier=by,
            trigger_name=called,
            trigger_type=source.trigger_type,
            trigger_config=pulumi.Output.from_input(settings).apply(_json),
            source_arn=account.region.apply(lambda region: source.arn(region, account.account_id)),
            invocation_role=invocation_role,
            description=description,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=waits,
                # A function has one trigger of a name, and a bucket one for the same events and keys: the new one
                # would be refused while the old one is there.
                delete_before_replace=True,
                replace_on_changes=["triggerConfig"] if source.fixed else None,
            ),
        )
        self.trigger_name = made.trigger_name
        url: Any = made.http_trigger.apply(_url) if isinstance(source, HttpSource) else None
        self.url = pulumi.Output.from_input(url)
        self.register_outputs({"triggerName": self.trigger_name, "url": self.url})

    def _caller(
        self, name: str, source: Source, target: Function, by: pulumi.Input[str], account: Account
    ) -> tuple[pulumi.Output[str], list[pulumi.Resource]]:
        role = make_role(f"{name}-caller", ram_name(f"{name}-caller"), f"Trigger {name}", self, source.caller)
        right = access.fc.invoke(target.function_name, as_name(by), region=account.region, account=account.account_id)
        rights = [right, *source.rights(account.region, account.account_id)]
        return role.arn, [attach(f"{name}-caller", role.role_name, rights, self)]


def _json(settings: Any) -> str:
    # One form for equal settings: keys sorted, whole numbers as such.
    return json.dumps(_whole(settings), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _url(http: Any) -> str | None:
    first = http[0] if isinstance(http, (list, tuple)) and http else http
    if not first:
        return None
    url = first.get("url_internet") if isinstance(first, dict) else first.url_internet
    return str(url) if url else None
