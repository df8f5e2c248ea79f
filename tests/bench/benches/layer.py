"""Layers made by ours and by others: cold, unchanged, the size of the zip."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.bench.layers import GIVEN, WITH_WHEELS, Layer, Made
from tests.bench.model import Goal, Row
from tests.bench.progress import Progress

_MB = 1000 * 1000
_UNCHANGED_SECONDS = 0.3
_COLD = "downloads cached; pip's cache of wheels it built removed before each run"

Side = Callable[[], Made]


class LayerBench:
    """Zips of the same pinned packages, each run in fresh folders, the sides taking turns.

    Downloads (uv's, pip's, our source distributions) are there for everyone; what anybody builds of them is not,
    the C compiler's libraries that ours makes included.
    """

    name = "layer"
    summary = "layers from locked requirements to zip, downloads cached, nothing built yet"
    ours = "`yunfn layer build` with its layer.lock: hashes, proof of every file, digest"
    theirs = "as each row says, given the same pins; times are of whole processes"

    def run(self, progress: Progress, *, quick: bool) -> list[Row]:
        """See Bench."""
        rounds = 1 if quick else 3
        rows = []
        with tempfile.TemporaryDirectory(prefix="yunfn-bench-layers-") as place:
            for given in GIVEN:
                with progress.step(f"layer {given.name}: locking and downloading"):
                    layer = Layer(given, Path(place))
                sides = _sides(layer)
                for name, side in sides.items():
                    # Fills the peers' caches; ours has filled its own.
                    if not name.startswith("ours"):
                        with progress.step(f"layer {given.name}: {name}, not counted"):
                            side()
                made: dict[str, list[Made]] = {name: [] for name in sides}
                for number in range(rounds):
                    for name in list(sides)[:: 1 if number % 2 == 0 else -1]:
                        with progress.step(f"layer {given.name}: round {number + 1} of {rounds}, {name}"):
                            made[name].append(sides[name]())
                rows += _rows(layer, made)
        return rows


def _sides(layer: Layer) -> dict[str, Side]:
    """The ways to make the layer: those that make the wheels themselves, and where some must be built, with them."""
    sides: dict[str, Side] = {
        "ours": layer.ours,
        "pip": layer.pip_and_zip,
        "ours, a script": lambda: layer.ours(script=True),
    }
    if layer.built:
        sides["uv"] = lambda: layer.uv_and_libdeflate(wheels=False)
        sides["ours, wheels given"] = lambda: layer.ours(WITH_WHEELS, script=True)
        sides["uv, wheels given"] = lambda: layer.uv_and_libdeflate(wheels=True)
    else:
        sides["uv"] = lambda: layer.uv_and_libdeflate(wheels=True)
        sides["lambda"] = layer.lambda_builders
        sides["chalice"] = layer.chalice
    return sides


def _rows(layer: Layer, made: dict[str, list[Made]]) -> list[Row]:
    title = layer.given.title
    ours = made["ours"]
    sizes = {name: made[name][-1].size / _MB for name in made}
    lean = (made["pip"][-1].size - made["pip"][-1].bytecode) / _MB
    built = f", {', '.join(layer.built)} built by each" if layer.built else ""
    rows = [
        _timed(f"{title}: against pip install -t and zip -r -9", made, "ours", "pip", Goal(0.25), f"{_COLD}{built}"),
        Row(
            f"{title}: the zip, beside pip's and zip's", "MB", sizes["ours"], sizes["pip"], Goal(1.0),
            f"theirs without the bytecode that pip makes: {lean:.1f} MB",
        ),
        _timed(
            f"{title}: against bare uv pip install and libdeflate", made, "ours, a script", "uv", Goal(1.3),
            f"both a Python script, theirs checks nothing{built and f'{built}, theirs by gcc without isolation'}",
        ),
    ]  # fmt: skip
    if layer.built:
        rows.append(
            _timed(
                f"{title}: the same, built wheels given to both", made, "ours, wheels given", "uv, wheels given",
                Goal(1.3), f"those of {', '.join(layer.built)}; ours finds them in its cache",
            )
        )  # fmt: skip
    unchanged = [each.unchanged for each in (*ours, *made["ours, a script"])]
    rows.append(
        Row(
            f"{title}: unchanged, in a process", "s", median(unchanged), _UNCHANGED_SECONDS, Goal(1.0),
            "theirs: the limit; definition and lock read, zip found and checked", {"ours": unchanged},
        )
    )  # fmt: skip
    rows.append(_peak(f"{title}: peak memory, against bare uv and libdeflate", ours, made["uv"]))
    if "lambda" in made:
        python = layer.given.target.python
        rows.append(_timed(f"{title}: against aws-lambda-builders and zip -r -9", made, "ours", "lambda", None,
                           f"for Python {python} of this machine"))  # fmt: skip
        rows.append(_timed(f"{title}: against Chalice's packager", made, "ours", "chalice", None,
                           f"for the Python it runs in; its zip is {sizes['chalice']:.1f} MB"))  # fmt: skip
    return rows


def _timed(what: str, made: dict[str, list[Made]], ours: str, theirs: str, goal: Goal | None, note: str) -> Row:
    times = {side: [each.usage.seconds for each in made[name]] for side, name in (("ours", ours), ("theirs", theirs))}
    busy = [median(each.usage.busy for each in made[name]) for name in (ours, theirs)]
    note = f"{note}; median of {len(times['ours'])}; CPU {busy[0]:.1f} against {busy[1]:.1f} s"
    return Row(what, "s", median(times["ours"]), median(times["theirs"]), goal, note, times)


def _peak(what: str, ours: list[Made], theirs: list[Made]) -> Row:
    peaks = {"ours": [each.usage.peak for each in ours], "theirs": [each.usage.peak for each in theirs]}
    return Row(what, "MB", max(peaks["ours"]), max(peaks["theirs"]), None, "whole process tree", peaks)
