"""What aliases on both clouds declare of their rollouts: inputs, their check, and what a preview foretells. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from yunfn.provider.declaration import CheckFailure, Property
from yunfn.provider.paths import below
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.rollout_told import rejecting, unfinished, weight_of
from yunfn.rollout.plan import length
from yunfn.rollout.routing import percent
from yunfn.rollout.specification import Specification
from yunfn.rollout.words import duration, plan

#: Of a function that is not published.
LATEST: Final = ("LATEST", "$LATEST")
ROLLOUT: Final = Property(
    "rollout",
    "document",
    "How another version is put live: steps, metrics, hooks and gates, and the bucket that holds its record.",
    required=False,
)
KEEP_VERSIONS: Final = Property(
    "keepVersions",
    "integer",
    "How many of the function's published versions are kept; older ones that nothing names are deleted once another "
    "version is live. All of them, if nothing is said.",
    required=False,
    minimum=1,
)
LAST_ROLLOUT: Final = Property(
    "lastRollout",
    "document",
    "The alias's last rollout: number, phase, versions, reason, steps, and the last measurements of each.",
    required=False,
)


def specification_of(values: Mapping[str, Any]) -> Specification | None:
    """The rollout in inputs that were checked, None where there is none."""
    rollout = values.get(ROLLOUT.name)
    return None if rollout is None else msgspec.convert(_whole_numbers(rollout), Specification)


def bucket_of(values: Mapping[str, Any]) -> str:
    """The bucket of the record, "" where nothing is rolled out; of inputs or of outputs, also those of older ones."""
    rollout = values.get(ROLLOUT.name)
    bucket = rollout.get("bucket") if isinstance(rollout, Mapping) else None
    return bucket if isinstance(bucket, str) else ""


def rollout_failures(inputs: Properties, main: str, *others: str) -> Iterator[CheckFailure]:
    """What is wrong with the rollout of an alias whose version is the input ``main``.

    ``others`` are inputs that make a second version serve, which is the rollout's own to do.
    """
    rollout = inputs.get(ROLLOUT.name)
    if not isinstance(rollout, Mapping):
        return
    if ROLLOUT.name in inputs.secrets:
        yield CheckFailure(
            ROLLOUT.name,
            "must not hold a secret: it stands in the record, which other people and machines read. Hooks and "
            "Prometheus take secrets from environment variables, by name",
        )
        return
    for name in others:
        if inputs.get(name):
            yield CheckFailure(name, "does not go with a rollout, which makes the second version serve itself")
    if _unknown(rollout):
        return
    try:
        found = msgspec.convert(_whole_numbers(rollout), Specification)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `$")
        yield CheckFailure(ROLLOUT.name + path.rstrip("`"), said[:1].lower() + said[1:])
        return
    yield from _wrong(found)
    version = inputs.known(main)
    if found.steps and version in LATEST:
        yield CheckFailure(main, f"{version} changes by itself: only a published version is rolled out in steps")


def foretold(rollout: Any, before: object, version: object, last: Any = None) -> list[str]:
    """What a preview says of an update from the version ``before`` to ``version``, which may not be known yet.

    ``last`` is the alias's last rollout, as its output tells it.
    """
    if not isinstance(rollout, Mapping):
        # Without a rollout all of it is moved at once.
        return [f"{_ends(last)}: all to {_called(version)} at once, judged by nothing"] if unfinished(last) else []
    if unfinished(last):
        return [_goes_on(last, version)]
    if before == version:
        return []
    if rejecting(last) and last.get("candidate") == version:
        return [
            f"will fail: {version} was rejected by rollout {last['number']:g}: {last.get('reason', '')}. Change it, or "
            "say yunfn rollout retry"
        ]
    to = _called(version)
    steps = rollout.get("steps") or []
    if _unknown(steps):
        return [f"will shift {before} → {to}"]
    # Of the rest something may not be known: where lines go, or what a hook sends.
    found = msgspec.convert(_whole_numbers({"bucket": "", "steps": steps}), Specification)
    words, least = plan(found), f"{duration(length(found.steps))} at least"
    return [f"will shift {before} → {to}: {words}" + (f": {least}" if found.steps and least not in words else "")]


def _goes_on(last: Mapping[str, Any], version: object) -> str:
    """What becomes of a rollout that has not ended."""
    if version == last.get("candidate"):
        return f"will go on with {_which(last)}, by the steps it began with: {last.get('plan', '')}"
    if version == last.get("stable"):
        return f"{_ends(last)}: all to {version}"
    return f"{_ends(last)}, and shift {last.get('stable')} → {_called(version)} from the first step"


def _ends(last: Mapping[str, Any]) -> str:
    return f"will end {_which(last)}"


def _which(last: Mapping[str, Any]) -> str:
    return f"rollout {last['number']:g} of {last.get('candidate')}, which is at {percent(weight_of(last))}"


def _called(version: object) -> object:
    return "a new version" if version is UNKNOWN else version


def _wrong(found: Specification) -> Iterator[CheckFailure]:
    for index, step in enumerate(found.steps):
        path = below(below(ROLLOUT.name, "steps"), index)
        if not 0 < step.weight < 1:
            yield CheckFailure(below(path, "weight"), f"must be above 0 and below 1, not {step.weight}")
        if step.seconds < 0:
            yield CheckFailure(below(path, "seconds"), f"must not be negative, not {step.seconds:g}")
    weights = [each.weight for each in found.steps]
    if weights != sorted(set(weights)):
        yield CheckFailure(below(ROLLOUT.name, "steps"), "must have growing weights")
    names = [each.name for each in found.metrics]
    if len(set(names)) != len(names):
        yield CheckFailure(below(ROLLOUT.name, "metrics"), "must have different names")
    if not found.bucket:
        yield CheckFailure(below(ROLLOUT.name, "bucket"), "must not be empty")


def _unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_unknown(each) for each in value.values())
    if isinstance(value, list | tuple):
        return any(_unknown(each) for each in value)
    return value is UNKNOWN


def _whole_numbers(value: Any) -> Any:
    """``value`` with every whole number as one: on the wire all of them are floats."""
    if isinstance(value, Mapping):
        return {name: _whole_numbers(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_whole_numbers(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
