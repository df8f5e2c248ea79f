"""The demo: a service of each kind goes up, works and comes down again, step by step, in a local or a real cloud."""

import logging

# At its import Tablestore's client tells that it runs in Python only, to whoever has set up no logging.
logging.getLogger("tablestore").addHandler(logging.NullHandler())
