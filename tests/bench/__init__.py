"""Times, memory and requests of yunfn beside its peers: ``make bench``, or ``python -m tests.bench NAME``."""
