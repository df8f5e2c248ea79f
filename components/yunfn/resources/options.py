"""Options that every resource of the plugin shares."""

from __future__ import annotations

import pulumi

from yunfn import __version__


def with_version(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """``opts`` with the version of the plugin that belongs to this release, unless they name another."""
    return pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=__version__), opts)
