"""Putting a new version live: the plan of weights, the judgement of each step, the record, and who carries it out.

``plan``, ``specification``, ``event``, ``state``, ``controller`` and ``analysis`` are pure: they know no cloud, no
Pulumi and no clock. ``driver`` carries out what the controller decides; ``routers``, ``metrics`` and ``hooks``
reach the clouds, one backend per file.
"""
