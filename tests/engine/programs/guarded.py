"""Logs of a service, and a program that breaks off where a test says so."""

import pulumi

from yunfn.alibaba import LogProject, guard

config = pulumi.Config("t")
guard()
if config.get_bool("break-off"):
    raise RuntimeError("broken off right after the guard")
logs = LogProject("logs", retention_days=config.get_int("days") or 7)
if config.get_bool("break-late"):
    raise RuntimeError("broken off after the first component")
