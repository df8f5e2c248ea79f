"""What a layer may weigh (FCD "layers", SCFD "layers"; the numbers are in yunfn.runtimes)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from yunfn.packaging.manifest import Entry
from yunfn.packaging.proof.finding import Finding
from yunfn.packaging.target import Target

_MB = 1024**2


def check_zip_size(name: str, size: int, target: Target) -> Iterator[Finding]:
    """The zip itself, called ``name``; ``size`` in bytes."""
    limit = target.limits.zip_mb
    if size > limit * _MB:
        message = f"the zip has {size / _MB:.1f} MB; {target.name} takes {limit} MB per layer"
        advice = "leave packages out, or write `split: auto` to make several layers"
        yield Finding("size-zip", "error", name, "", message, advice)


def check_unzipped_size(
    name: str, entries: Iterable[Entry], target: Target, owners: Mapping[str, str]
) -> Iterator[Finding]:
    """All files together, against what all layers of a function may weigh unzipped."""
    weights: Counter[str] = Counter()
    for entry in entries:
        weights[owners.get(entry.path, "")] += entry.size
    limits = target.limits
    if weights.total() > limits.unzipped_mb * _MB:
        all_of = "the code and all layers of a function" if limits.with_code else "all layers of a function"
        message = f"unzips to {weights.total() / _MB:.1f} MB; {target.name} takes {limits.unzipped_mb} MB for {all_of}"
        heavy = ", ".join(f"{label} ({size / _MB:.0f} MB)" for label, size in weights.most_common(4) if label)
        advice = "leave packages out" + (f"; the heaviest: {heavy}" if heavy else "")
        yield Finding("size-unzipped", "error", name, "", message, advice)
