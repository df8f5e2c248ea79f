"""Parse and answer SLS's calls, by what they are about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.responses import Response

from yunfn.localcloud.call import Call

Operation = Callable[[Call, Mapping[str, str]], Awaitable[Response]]
"""Takes the call and the names in its host and path (project, logstore, shard …)."""
