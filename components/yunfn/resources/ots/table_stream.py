"""``yunfn:ots:TableStream`` as a typed class."""

from __future__ import annotations

import pulumi

from yunfn.resources.resource import PluginResource


class TableStream(PluginResource):
    """The stream of a Tablestore table, on; what table triggers read. Everything makes another one when it changes."""

    #: Account id of the instance.
    account: pulumi.Output[str]
    #: Region of the instance.
    region: pulumi.Output[str]
    #: Name of the instance.
    instance_name: pulumi.Output[str]
    #: Name of the table.
    table_name: pulumi.Output[str]
    #: Hours that changes are kept.
    hours: pulumi.Output[int]
    #: Id of the stream; another one each time it is turned on.
    stream_id: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        instance_name: pulumi.Input[str],
        table_name: pulumi.Input[str],
        hours: pulumi.Input[int],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the stream.

        Args:
            resource_name: Pulumi's name of the stream.
            account: Account id of the instance; credentials of another are refused.
            region: Region of the instance, such as ``cn-shanghai``.
            instance_name: Name of the instance.
            table_name: Name of the table; an output of it, so that the table is there first and goes last.
            hours: Hours that changes are kept, 1–168. Other ones make another stream; what this one held is lost.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "region": region,
            "instance_name": instance_name,
            "table_name": table_name,
            "hours": hours,
        }
        super().__init__("yunfn:ots:TableStream", resource_name, properties, opts)
