"""The gateway in front of Alibaba Cloud's RPC style services: parameters, answers and refusals alike for all."""

from __future__ import annotations

from yunfn.localcloud.alibaba.pop.answer import pop_answer, pop_refusal
from yunfn.localcloud.alibaba.pop.parameters import MissingParameter, Parameters
from yunfn.localcloud.alibaba.pop.service import Operation, RpcService, sender

__all__ = ["MissingParameter", "Operation", "Parameters", "RpcService", "pop_answer", "pop_refusal", "sender"]
