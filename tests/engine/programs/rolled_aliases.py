"""Aliases alone, of functions that are there: ``t:aliases`` is a list of cloud and arguments by Pulumi's name."""

import json

import pulumi

from yunfn.resources import fc, scf

for name, (cloud, arguments) in json.loads(pulumi.Config("t").require("aliases")).items():
    made = (fc if cloud == "fc" else scf).Alias(name, **arguments)
    pulumi.export(name, made.last_rollout)
