"""``yunfn status``, ``invoke``, ``result`` and ``logs``: a stack's functions while they serve, on either cloud."""

from yunfn.cli.deployed.invoke import invoke
from yunfn.cli.deployed.logs import logs
from yunfn.cli.deployed.result import result
from yunfn.cli.deployed.status import status

__all__ = ["invoke", "logs", "result", "status"]
