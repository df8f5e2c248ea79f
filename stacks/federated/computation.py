"""What is computed of a job's rows: the encrypted weighted sum, and the plain sum beside it. Pure: no cloud, no clock.

Each row is one party's share: ``base`` a ciphertext, ``exponent`` its weight, ``modulus`` the square of the common
key, ``vector`` plain numbers. Under Paillier's cryptosystem the product of the powers is the ciphertext of the weighted
sum. Runs on Python 3.6 and newer.
"""

import json
import re
from collections import namedtuple

import numpy

#: One share; ``number`` is its place in the job, the others are integers and a vector of floats.
Row = namedtuple("Row", "number base exponent modulus vector")


_DIGITS = re.compile("-?[0-9]+")


class DataError(Exception):
    """The rows cannot be computed with: which row and column, and why. Values are not repeated."""


def row_of(number, columns):
    """The row of what the table's columns hold: numbers as decimal digits, the vector as JSON or little-endian floats.

    Raises DataError for a column that is missing or not of that form.
    """
    numbers = [_integer(number, columns, name) for name in ("base", "exponent", "modulus")]
    if numbers[2] <= 0:
        raise DataError(f"row {number}: modulus must be positive")
    return Row(number, *numbers, vector=_vector(number, columns))


def compute(rows, ways):
    """Compute ``rows``: how many, the vectors' ``sum``, its ``dot`` product with itself, and the ``aggregate``.

    ``ways`` are the ways to exponentiate, by name: each takes a list of (base, exponent, modulus) and answers the
    powers. All ways are gone, and must agree. Raises DataError for rows that do not fit each other, or a disagreement.
    """
    if not rows:
        raise DataError("there are no rows")
    first = rows[0]
    for row in rows:
        if row.modulus != first.modulus:
            raise DataError(f"row {row.number}: modulus is another than row {first.number}'s")
        if row.vector.shape != first.vector.shape:
            raise DataError(
                f"row {row.number}: vector has {row.vector.size} numbers, row {first.number}'s has {first.vector.size}"
            )
    total = numpy.stack([row.vector for row in rows]).sum(axis=0)
    aggregate = 1
    for power in _powers(rows, ways):
        aggregate = aggregate * power % first.modulus
    return {
        "rows": len(rows),
        "sum": total.tolist(),
        "dot": float(numpy.dot(total, total)),
        "aggregate": str(aggregate),
        "ways": sorted(ways),
    }


def _powers(rows, ways):
    tasks = [(row.base, row.exponent, row.modulus) for row in rows]
    answers = {}
    for name in sorted(ways):
        try:
            answers[name] = [int(power) for power in ways[name](tasks)]
        except (ValueError, ZeroDivisionError) as error:
            # An exponent below 0 asks for an inverse, and not every base has one.
            raise DataError(f"{name}: {error}") from error
    (name, powers), *others = sorted(answers.items())
    for other, found in others:
        for position, row in enumerate(rows):
            if powers[position] != found[position]:
                raise DataError(f"row {row.number}: {name} and {other} disagree")
    return powers


def _integer(number, columns, name):
    digits = columns.get(name)
    if not isinstance(digits, str) or not _DIGITS.fullmatch(digits):
        raise DataError(f"row {number}: {name} is not a whole number in decimal digits")
    return int(digits)


def _vector(number, columns):
    given = columns.get("vector")
    try:
        if isinstance(given, (bytes, bytearray)):
            vector = numpy.frombuffer(bytes(given), dtype="<f8")
        else:
            vector = numpy.array(json.loads(given), dtype="float64")
    except (TypeError, ValueError) as error:
        raise DataError(f"row {number}: vector is not a list of numbers") from error
    if vector.ndim != 1 or not numpy.isfinite(vector).all():
        raise DataError(f"row {number}: vector is not a flat list of finite numbers")
    return vector
