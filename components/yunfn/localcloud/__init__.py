"""The local cloud: the control planes of the clouds on loopback, entered through a proxy with a CA of its own.

It shares nothing with the code it tests but the runtimes table and the tree of errors, and never dials out.
"""

from __future__ import annotations
