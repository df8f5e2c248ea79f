"""Who speaks: the signatures of Alibaba Cloud's services, recomputed from the request as it was sent.

Each function takes a call and returns the Principal, or raises AuthenticationError (the sender is not
believed) or a CloudError (the request was replayed, or its time cannot be read). Time is real time, not the
cloud's clock: moving that must not lock out honest clients.
"""

from __future__ import annotations

from yunfn.localcloud.alibaba.signatures.log import verify_log
from yunfn.localcloud.alibaba.signatures.roa import verify_roa
from yunfn.localcloud.alibaba.signatures.rpc import verify_rpc

__all__ = ["verify_log", "verify_roa", "verify_rpc"]
