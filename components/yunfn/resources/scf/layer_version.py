"""``yunfn:scf:LayerVersion`` as a typed class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from yunfn.resources.nested import Nested, wire
from yunfn.resources.resource import PluginResource


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerContent(Nested):
    """The zip in COS: its bucket (with or without ``-<APPID>``), the bucket's region, and the key."""

    cos_bucket_name: pulumi.Input[str] | None = None
    cos_bucket_region: pulumi.Input[str] | None = None
    cos_object_name: pulumi.Input[str] | None = None


class LayerVersion(PluginResource):
    """A version of a layer, unpacked into ``/opt`` of the functions that use it.

    Other content (``sha256``), runtimes, description or license make another version, before the old one is deleted;
    where the zip lies is no change, and tags change in place. A version that an interrupted run left is adopted.
    """

    #: APPID of the account.
    account: pulumi.Output[str]
    #: Region of the layer.
    region: pulumi.Output[str]
    #: Name of the layer.
    layer_name: pulumi.Output[str]
    #: Runtimes that it goes with.
    compatible_runtimes: pulumi.Output[Sequence[str]]
    #: The zip in COS.
    content: pulumi.Output[Mapping[str, Any]]
    #: SHA-256 of the zip's bytes, hexadecimal.
    sha256: pulumi.Output[str]
    #: What is in it.
    description: pulumi.Output[str | None]
    #: Its license.
    license_info: pulumi.Output[str | None]
    #: Tags of the layer, which all of its versions share.
    tags: pulumi.Output[Mapping[str, str] | None]
    #: The version's number; it is never given again.
    layer_version: pulumi.Output[int]
    #: SHA-256 of the zip, as SCF tells it.
    code_sha256: pulumi.Output[str]
    #: When it was published, as SCF writes it.
    add_time: pulumi.Output[str]
    #: ``Active``, unless something failed.
    status: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        layer_name: pulumi.Input[str],
        compatible_runtimes: pulumi.Input[Sequence[pulumi.Input[str]]],
        content: pulumi.Input[LayerContent],
        sha256: pulumi.Input[str],
        description: pulumi.Input[str] | None = None,
        license_info: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the version.

        Args:
            resource_name: Pulumi's name of the version.
            account: APPID of the account; credentials of another are refused.
            region: Region of the layer, such as ``ap-shanghai``.
            layer_name: Name of the layer, 1 to 64 characters.
            compatible_runtimes: Runtimes that it goes with, 1 to 5, such as ``Python3.10``; their order means nothing.
            content: The zip in COS.
            sha256: SHA-256 of the zip's bytes, hexadecimal.
            description: What is in it.
            license_info: Its license.
            tags: Tags of the layer, which all of its versions share.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "region": region,
            "layer_name": layer_name,
            "compatible_runtimes": compatible_runtimes,
            "content": wire(content),
            "sha256": sha256,
            "description": description,
            "license_info": license_info,
            "tags": tags,
        }
        super().__init__("yunfn:scf:LayerVersion", resource_name, properties, opts)
