"""The ways to exponentiate: GMP by gmpy2, and Go's math/big by the shared library of the layer."""

import gmpy2
from wefe_go import mod_exp_batch


def _by_gmpy2(tasks):
    return [gmpy2.powmod(*task) for task in tasks]


#: By name, what answers the powers of a list of (base, exponent, modulus).
WAYS = {"gmpy2": _by_gmpy2, "Go": mod_exp_batch}
