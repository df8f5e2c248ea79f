"""The picture service going up: through the components, and by hand on pulumi_alicloud."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.measured import Usage
from tests.bench.model import BenchError, Goal, Row
from tests.bench.progress import Progress
from tests.bench.projects import PROGRAMS, ROOT, Project, project, require_equal, stacks_of_the_house

from yunfn.exceptions import YunfnError
from yunfn.packaging import Target
from yunfn.packaging.building import install
from yunfn.packaging.resolution import read_lock
from yunfn.program.environment import WSGI_FILE

_STACK = "image-dev"
_RUNTIME = "python3.10"
_GOAL = Goal(1.3)
_NO_OPS = 3


class UpBench:
    """First and no-op ``up``, each in a fresh local cloud, the sides taking turns.

    Ours starts from the layer's lock, the other side from its packages as installed; both from the functions' code.
    """

    name = "up"
    summary = "`pulumi up` of the picture service"
    ours = "stacks/image_service.py, through the components"
    theirs = "the same cloud resources by hand on pulumi_alicloud"

    def run(self, progress: Progress, *, quick: bool) -> list[Row]:
        """See Bench."""
        rounds = 1 if quick else 5
        packing, ready, no_op = ({"ours": [], "theirs": []} for _ in range(3))
        calls: dict[str, Counter[str]] = {}
        resources: dict[str, Counter[str]] = {}
        with _installed() as tree:
            for number in range(rounds):
                for side in ("ours", "theirs") if number % 2 == 0 else ("theirs", "ours"):
                    label = f"up: round {number + 1} of {rounds}, {side}"
                    with progress.step(f"{label}, packing"), _stack(side, tree) as made:
                        packing[side].append(made.up())
                    with progress.step(label), _stack(side, tree) as made:
                        made.preview()
                        before = made.calls()
                        ready[side].append(made.up())
                        calls[side] = made.calls() - before
                        resources[side] = made.resource_types()
                        no_op[side].extend(made.unchanged() for _ in range(_NO_OPS))
                require_equal(resources["ours"], resources["theirs"])
        return [
            _row("first up, code and layer packed in it", packing),
            _row("first up, packed before (by a preview)", ready),
            _row("no-op up", no_op),
            _peak("first up, peak memory", ready),
            Row(
                "first up, requests to the cloud", "", calls["ours"].total(), calls["theirs"].total(),
                note=_difference(calls["ours"], calls["theirs"]),
            ),
        ]  # fmt: skip


def _stack(side: str, tree: Path) -> AbstractContextManager[Project]:
    if side == "ours":
        return project(stacks_of_the_house(), _STACK, {})
    files = {
        "Pulumi.yaml": PROGRAMS / "Pulumi.yaml",
        "__main__.py": PROGRAMS / "image_by_hand.py",
        "image": ROOT / "stacks" / "image",
        f"image/{WSGI_FILE}": ROOT / "components" / "yunfn" / "wsgi.py",
    }
    return project(files, _STACK, {"bench__tree": str(tree)})


@contextmanager
def _installed() -> Iterator[Path]:
    """The layer's packages as installed, for the side that zips them itself; ours starts from its lock."""
    layer = ROOT / "layers" / "image"
    target = Target.parse(f"alibaba:{_RUNTIME}")
    with TemporaryDirectory(prefix="yunfn-bench-tree-") as tree:
        try:
            install(read_lock(layer / "layer.lock").packages(target), {}, target, Path(tree))
        except YunfnError as error:
            raise BenchError(str(error)) from error
        yield Path(tree)


def _row(what: str, usages: dict[str, list[Usage]]) -> Row:
    times = {side: [usage.seconds for usage in values] for side, values in usages.items()}
    busy = {side: median(usage.busy for usage in values) for side, values in usages.items()}
    note = (
        f"median of {len(times['ours'])}, {_spread(times['ours'])} against {_spread(times['theirs'])} s; "
        f"CPU {busy['ours']:.1f} against {busy['theirs']:.1f} s"
    )
    return Row(what, "s", median(times["ours"]), median(times["theirs"]), _GOAL, note, times)


def _peak(what: str, usages: dict[str, list[Usage]]) -> Row:
    peaks = {side: [usage.peak for usage in values] for side, values in usages.items()}
    return Row(what, "MB", median(peaks["ours"]), median(peaks["theirs"]), None, "whole process tree", peaks)


def _spread(values: list[float]) -> str:
    return f"{min(values):.1f}–{max(values):.1f}"


def _difference(ours: Counter[str], theirs: Counter[str]) -> str:
    said = [f"ours also {name} ×{count}" for name, count in sorted((ours - theirs).items())]
    said += [f"theirs also {name} ×{count}" for name, count in sorted((theirs - ours).items())]
    return "; ".join(said) or "the same operations, as often"
