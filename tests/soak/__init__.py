"""Updates while the cloud fails: seeded faults during ``pulumi up``, and what is left of them afterwards."""
