"""The conditions of statements in both grammars: which operators there are, when one holds, which is the wider.

RAM: "Condition operators" (help.aliyun.com, ram/conditional-operator). CAM: "Overview of effective conditions"
(598/10608), "Condition keys and condition operators" (598/58420), and ``string_like`` as COS's documentation uses it.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from yunfn.access import patterns
from yunfn.access.grammar import CAM, RAM, Grammar
from yunfn.access.names_of_resources import Context, covers_with_variables, with_variables
from yunfn.access.statement import Condition

_Fits = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: ``fits`` compares the request's value with a wanted one; ``negated`` turns the answer round.

    ``every`` wants it of each value that the request has, ``optional`` passes a request that has none, ``null`` asks
    only whether it has one.
    """

    family: str
    fits: _Fits
    negated: bool = False
    every: bool = False
    optional: bool = False
    null: bool = False


def operator(grammar: Grammar, name: str) -> Operator | None:
    """The operator that ``grammar`` writes as ``name``; None for one it does not know."""
    return _ram_operator(name) if grammar is RAM else _cam_operator(name)


def nearest_operator(grammar: Grammar, name: str) -> str:
    """The operator of ``grammar`` written most like ``name``, such as the other cloud's for the same; or ""."""
    names = {each.replace("_", "").lower(): each for each in (_RAM_OPERATORS if grammar is RAM else _CAM_OPERATORS)}
    wanted = name.rpartition(":")[2].replace("_", "").lower()
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.7)
    return names[near[0]] if near else ""


def holds(grammar: Grammar, condition: Condition, context: Context) -> bool:
    """Whether a request with ``context`` passes ``condition``.

    A key that it lacks fails a test, passes a negated one, and passes one with CAM's ``_if_exist``. RAM's keys do not
    differ by case. Of several values of a key one is enough, unless the operator says ``for_all_value``.

    Raises:
        KeyError: the grammar has no such operator.
    """
    known = operator(grammar, condition.operator)
    if known is None:
        raise KeyError(condition.operator)
    sent = _sent(grammar, condition.key, context)
    if known.null:
        return ("false" if sent else "true") in condition.values
    if not sent:
        if known.optional and sent is None:
            return True
        return known.negated or (known.every and sent is not None) or (known.every and not known.optional)
    values: Iterable[str] = condition.values
    if grammar is CAM and any("${" in value for value in condition.values):
        filled = (with_variables(value, context) for value in condition.values)
        values = [value for value in filled if value is not None]
    results = (any(known.fits(value, wanted) for wanted in values) != known.negated for value in sent)
    return all(results) if known.every else any(results)


def implies(grammar: Grammar, narrow: Iterable[Condition], wide: Iterable[Condition]) -> bool:
    """Whether every request that passes all of ``narrow`` passes all of ``wide``; False where that is not plain.

    A condition is the wider one if it asks the same key by the same operator and takes more values (fewer are
    excluded, if it is negated).
    """
    given = tuple(narrow)
    return all(any(_wider(grammar, one, each) for one in given) for each in wide)


def _wider(grammar: Grammar, narrow: Condition, wide: Condition) -> bool:
    if narrow == wide:
        return True
    known = operator(grammar, wide.operator)
    if known is None or narrow.operator != wide.operator or _key(grammar, narrow.key) != _key(grammar, wide.key):
        return False
    few, many = (wide.values, narrow.values) if known.negated else (narrow.values, wide.values)
    if known.family == "like":
        covers = covers_with_variables if grammar is CAM else patterns.covers
        return all(any(covers(glob, each) for glob in many) for each in few)
    return set(few) <= set(many)


def _sent(grammar: Grammar, key: str, context: Context) -> tuple[str, ...] | None:
    if grammar is RAM:
        wanted = key.lower()
        found = next((value for name, value in reversed(tuple(context.items())) if name.lower() == wanted), None)
    else:
        found = context.get(key)
    return (found,) if isinstance(found, str) else found


def _key(grammar: Grammar, key: str) -> str:
    return key.lower() if grammar is RAM else key


def _same(sent: str, wanted: str) -> bool:
    return sent == wanted


def _same_but_case(sent: str, wanted: str) -> bool:
    return sent.lower() == wanted.lower()


def _like(sent: str, wanted: str) -> bool:
    return patterns.matches(wanted, sent)


def _in_block(sent: str, wanted: str) -> bool:
    try:
        address, block = ipaddress.ip_address(sent), ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False
    return address.version == block.version and address in block


def _ordered(read: Callable[[str], float | datetime], orders: tuple[int, ...]) -> _Fits:
    """A comparison: -1, 0, 1 for less, equal, greater, of which any one of ``orders`` is wanted; False for nonsense."""

    def fits(sent: str, wanted: str) -> bool:
        try:
            left, right = read(sent), read(wanted)
        except ValueError:
            return False
        return any(
            (order < 0 and left < right)  # type: ignore[operator]
            or (order == 0 and left == right)
            or (order > 0 and left > right)  # type: ignore[operator]
            for order in orders
        )

    return fits


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


_ORDERS = {
    "": (0,),
    "LessThan": (-1,),
    "LessThanEquals": (-1, 0),
    "GreaterThan": (1,),
    "GreaterThanEquals": (0, 1),
}
_CAM_ORDERS = {
    "equal": (0,),
    "less_than": (-1,),
    "less_than_equal": (-1, 0),
    "greater_than": (1,),
    "greater_than_equal": (0, 1),
}
_RAM_OPERATORS: Mapping[str, Operator] = {
    "StringEquals": Operator("same", _same),
    "StringNotEquals": Operator("same", _same, negated=True),
    "StringEqualsIgnoreCase": Operator("same but case", _same_but_case),
    "StringNotEqualsIgnoreCase": Operator("same but case", _same_but_case, negated=True),
    "StringLike": Operator("like", _like),
    "StringNotLike": Operator("like", _like, negated=True),
    "Bool": Operator("same but case", _same_but_case),
    "IpAddress": Operator("address", _in_block),
    "NotIpAddress": Operator("address", _in_block, negated=True),
    "NumericNotEquals": Operator("number", _ordered(float, (0,)), negated=True),
    "DateNotEquals": Operator("date", _ordered(_moment, (0,)), negated=True),
    **{f"Numeric{name or 'Equals'}": Operator("number", _ordered(float, wanted)) for name, wanted in _ORDERS.items()},
    **{f"Date{name or 'Equals'}": Operator("date", _ordered(_moment, wanted)) for name, wanted in _ORDERS.items()},
}
_CAM_OPERATORS: Mapping[str, Operator] = {
    "string_equal": Operator("same", _same),
    "string_not_equal": Operator("same", _same, negated=True),
    "string_equal_ignore_case": Operator("same but case", _same_but_case),
    "string_not_equal_ignore_case": Operator("same but case", _same_but_case, negated=True),
    "string_like": Operator("like", _like),
    "string_not_like": Operator("like", _like, negated=True),
    "bool_equal": Operator("same but case", _same_but_case),
    "binary_equal": Operator("same", _same),
    "ip_equal": Operator("address", _in_block),
    "ip_not_equal": Operator("address", _in_block, negated=True),
    "numeric_not_equal": Operator("number", _ordered(float, (0,)), negated=True),
    "date_not_equal": Operator("date", _ordered(_moment, (0,)), negated=True),
    "null_equal": Operator("null", _same, null=True),
    **{f"numeric_{name}": Operator("number", _ordered(float, wanted)) for name, wanted in _CAM_ORDERS.items()},
    **{f"date_{name}": Operator("date", _ordered(_moment, wanted)) for name, wanted in _CAM_ORDERS.items()},
}
_CAM_WRITTEN = re.compile(r"(?:(for_any_value|for_all_value):)?([a-z_]+?)(_if_exist)?")


def _ram_operator(name: str) -> Operator | None:
    return _RAM_OPERATORS.get(name)


@lru_cache(maxsize=512)
def _cam_operator(name: str) -> Operator | None:
    written = _CAM_WRITTEN.fullmatch(name)
    if written is None or (base := _CAM_OPERATORS.get(written[2])) is None:
        return None
    if base.null and written[3]:
        # "A conditional operator (excluding null_equal) ending in _if_exist" (598/10608, note 3).
        return None
    return Operator(
        base.family, base.fits, base.negated, written[1] == "for_all_value", written[3] is not None, base.null
    )
