"""A trigger: what calls a function, and by which alias."""

from __future__ import annotations

from typing import Any

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program.binding import bound
from yunfn.program.checking import checked
from yunfn.program.component import Component
from yunfn.resources import scf
from yunfn.tencent import rules
from yunfn.tencent.account import guard
from yunfn.tencent.alias import Alias
from yunfn.tencent.function import Function
from yunfn.tencent.sources import HttpSource, Source


class Trigger(Component):
    """A trigger of a function, bound to an alias.

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
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the trigger.

        Args:
            name: Pulumi's name of the component.
            source: What calls, such as ``HttpSource(auth="anonymous")``.
            alias: The alias that is called.
            function: Instead of ``alias``: the function, by the one alias that was declared for it.
            qualifier: With ``function``: another alias or version; never ``$LATEST``, which bypasses every alias and
                rollout.
            trigger_name: 1–100 letters, digits, '_' and '-'; by default the component's name. Not for sources that SCF
                names the trigger after: cos, ckafka and cls.
            description: Text shown in the console.
            opts: Options of the component.

        Raises:
            ValidationError: an argument the cloud would refuse, or no alias to bind to.
            AccountMismatchError: the stack belongs to another account.
        """
        target, by = bound(name, alias, function, qualifier, None)
        checked(by, lambda value: _published(name, value))
        if source.named and trigger_name is not None:
            rule = f"a {source.trigger_type} trigger is named after what it listens to"
            raise ValidationError(name, "trigger_name", trigger_name, rule)
        called = None if source.named else checked(trigger_name or name, lambda v: rules.trigger_name(name, v))
        settings: dict[str, Any] = {source.trigger_type: source.settings(name)}
        account = guard(opts)
        super().__init__("yunfn:tencent:Trigger", name, None, opts)
        made = scf.Trigger(
            f"{name}-trigger",
            account=account.app_id,
            region=account.region,
            namespace=target.service.namespace,
            function_name=target.function_name,
            qualifier=by,
            trigger_name=called,
            description=description,
            enabled=source.enabled,
            opts=pulumi.ResourceOptions(parent=self),
            **settings,
        )
        self.trigger_name = made.trigger_name
        self.url = made.url if isinstance(source, HttpSource) else pulumi.Output.from_input(None)
        if isinstance(source, HttpSource):
            target.urls.append(made)
        self.register_outputs({"triggerName": self.trigger_name, "url": self.url})


def _published(resource: str, qualifier: str) -> None:
    if qualifier == rules.LATEST:
        rule = "calls code that was never published and bypasses every alias: bind the trigger to an alias"
        raise ValidationError(resource, "qualifier", qualifier, rule)
