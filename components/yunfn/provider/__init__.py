"""The resource provider plugin ``pulumi-resource-yunfn``: one resource per file in ``resources/``, on one servicer."""
