"""Putting a new version live: the plan of weights, the judgement of each step, the record, and who carries it out.

What decides is pure, it knows no cloud, no Pulumi and no clock: ``plan``, ``specification``, ``event``, ``state``,
``controller``, ``analysis`` and what they are made of. ``driver`` carries out what the controller decides; ``routers``,
``callers``, ``metrics``, ``hooks`` and ``lines`` reach the clouds, one backend per file, opened by ``connections``.
"""
