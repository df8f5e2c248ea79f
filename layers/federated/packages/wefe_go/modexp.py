"""Modular exponentiation by the Go library; integers go over as hexadecimal digits and come back so."""

import ctypes
import operator

from wefe_go.library import library


class ModExpError(ValueError):
    """The numbers have no result: the modulus is not positive, or a base has no inverse. In the library's words."""


def mod_exp(base, exponent, modulus):
    """``base ** exponent % modulus``, as Python's ``pow`` with three arguments; a negative exponent means the inverse.

    All three are integers (of numpy and gmpy2 too). Raises TypeError for anything else, ModExpError where there is no
    result, GoLibraryError where the library cannot be loaded.
    """
    failure = ctypes.c_void_p()
    power = library().ModExp(
        _digits("base", base), _digits("exponent", exponent), _digits("modulus", modulus), ctypes.byref(failure)
    )
    if not power:
        raise ModExpError(_taken(failure.value))
    return int(_taken(power), 16)


def mod_exp_batch(rows):
    """``mod_exp`` of each ``(base, exponent, modulus)`` of ``rows``, as a list, computed on all processors.

    Raises as ``mod_exp`` does, with the position of the first wrong row (from 0); then there is no result at all.
    """
    rows = list(rows)
    columns = [(ctypes.c_char_p * len(rows))() for _ in range(3)]
    for position, row in enumerate(rows):
        if len(row) != 3:
            raise TypeError(f"row {position}: base, exponent and modulus are wanted, not {len(row)} values")
        for number, name in enumerate(("base", "exponent", "modulus")):
            columns[number][position] = _digits(f"row {position}: {name}", row[number])
    results = (ctypes.c_void_p * len(rows))()
    failure = ctypes.c_void_p()
    if not library().ModExpBatch(*columns, len(rows), results, ctypes.byref(failure)):
        raise ModExpError(_taken(failure.value))
    try:
        return [int(ctypes.string_at(address), 16) for address in results]
    finally:
        for address in results:
            library().Free(address)


def _digits(name, value):
    try:
        return format(operator.index(value), "x").encode("ascii")
    except TypeError:
        raise TypeError(f"{name} must be an integer, not {type(value).__name__}") from None


def _taken(address):
    """The text that the library made at ``address``, which is given back."""
    try:
        return ctypes.string_at(address).decode("utf-8")
    finally:
        library().Free(address)
