"""What every typed resource of the plugin shares: the plugin's version, and names as Python and the wire have them."""

from __future__ import annotations

import re

import pulumi

from yunfn import __version__


class PluginResource(pulumi.CustomResource):
    """A resource of the plugin; ``function_name`` here is ``functionName`` there."""

    def translate_input_property(self, prop: str) -> str:
        """The wire's name of an input; Pulumi asks for it."""
        return re.sub("_([a-z])", lambda letter: letter[1].upper(), prop)

    def translate_output_property(self, prop: str) -> str:
        """The attribute of an output; Pulumi asks for it."""
        return re.sub("([A-Z])", lambda letter: "_" + letter[1].lower(), prop)


def with_version(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """``opts`` with the version of the plugin that belongs to this release, unless they name another."""
    return pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=__version__), opts)
