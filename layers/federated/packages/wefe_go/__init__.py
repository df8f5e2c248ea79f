"""The Go library of the federated computation, called from Python: modular exponentiation of large integers.

>>> mod_exp(3, 200, 1000007)
>>> mod_exp_batch([(3, 200, 1000007), (5, -1, 13)])

Runs on Python 3.6 and newer. Loading waits for the first call: a Go library does not survive a fork, and servers such
as gunicorn may fork their workers after they have imported the program.
"""

from wefe_go.library import GoLibraryError
from wefe_go.modexp import ModExpError, mod_exp, mod_exp_batch

__all__ = ["GoLibraryError", "ModExpError", "mod_exp", "mod_exp_batch"]
