"""A trigger that was due and called nothing: no client is told, so the journal and the log are."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.rights import Right

logger = logging.getLogger(__name__)


def note_unfired(
    cloud: LocalCloud,
    error: CloudError,
    *,
    service: str,
    resource: str,
    region: str,
    caller: str,
    request_id: str = "",
    denied: str = "",
    rights: Sequence[Right] = (),
) -> None:
    """Note what kept ``caller`` (the trigger, or the role that it calls by) from calling the function ``resource``.

    ``denied`` is the action and resource that no policy allowed, ``rights`` are the decisions.
    """
    logger.warning("%s did not call %s: %s", caller, resource, error.message)
    cloud.journal.record(
        time=cloud.clock.now(),
        service=service,
        operation="InvokeFunction",
        resource=resource,
        status=error.status,
        ms=0.0,
        region=region,
        principal=caller,
        request_id=request_id,
        code=error.code,
        denied=denied,
        rights=rights,
    )
