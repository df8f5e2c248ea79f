"""Rollouts as programs declare them: strategies, what the candidate is judged by, hooks and gates.

``strategies`` and ``presets`` say which weights and for how long, ``metrics`` and ``sources`` what is measured and
where the figures come from, ``hooks`` what is called and where a person is awaited; ``wire`` is the form in which all
of it reaches the plugin.
"""
