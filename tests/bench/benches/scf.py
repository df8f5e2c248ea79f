"""Many functions of SCF: our resource beside the one of tencentcloud-iac-pulumi, over the same local cloud."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from unittest import mock

from tests.bench import measured
from tests.bench.measured import Usage
from tests.bench.model import Goal, Row
from tests.bench.progress import Progress
from tests.bench.projects import PROGRAMS, Project, project
from tests.support.cos_bucket import fresh_bucket, session_of

from yunfn.localcloud.environment import DEFAULT_TENCENT_REGION as REGION

#: Seconds that Creating and the other states in between last.
_TRANSITION = 2.0
_PARALLEL = "16"
_STACK = "bench-scf"
_SIDES = ("ours", "theirs")


class ScfBench:
    """First ``up`` of 40 functions, and a refresh of 200, each in a fresh local cloud, the sides taking turns."""

    name = "scf"
    summary = "functions of SCF, states in between of 2 s, --parallel 16"
    ours = "yunfn:scf:Function"
    theirs = "scf.Function of tencentcloud-iac-pulumi"

    def run(self, progress: Progress, *, quick: bool) -> list[Row]:
        """See Bench."""
        rounds = 1 if quick else 3
        ups, refreshes = ({side: list[Usage]() for side in _SIDES} for _ in range(2))
        calls: dict[str, int] = {}
        for number in range(rounds):
            for side in _SIDES if number % 2 == 0 else tuple(reversed(_SIDES)):
                label = f"scf: round {number + 1} of {rounds}, {side}"
                with progress.step(f"{label}, 40 functions"), _stack(side, 40, _TRANSITION) as made:
                    ups[side].append(_pulumi(made, "up"))
                with progress.step(f"{label}, refresh of 200"), _stack(side, 200, 0) as made:
                    _pulumi(made, "up")
                    before = made.calls()
                    refreshes[side].append(_pulumi(made, "refresh", "--expect-no-changes"))
                    calls[side] = (made.calls() - before).total()
        return [
            _row("first up of 40 functions in one namespace", ups, Goal(1 / 1.5)),
            _row("refresh of 200 functions", refreshes, None),
            Row("refresh of 200 functions, requests", "", calls["ours"], calls["theirs"]),
        ]


@contextmanager
def _stack(side: str, functions: int, transition: float) -> Iterator[Project]:
    program = PROGRAMS / ("scf_ours.py" if side == "ours" else "scf_upstream.py")
    files = {"Pulumi.yaml": PROGRAMS / "Pulumi.yaml", "__main__.py": program}
    variables = {"TENCENTCLOUD_REGION": REGION}
    with project(files, _STACK, {"bench__functions": str(functions)}, variables) as made:
        made.cloud.ask("PUT", "/transition", json={"seconds": transition})
        package = _package()
        with _in(made):
            bucket = fresh_bucket(session_of(made.cloud, REGION))
            bucket.put("code.zip", package)
        made.cli.configure(
            bench__appId=made.cloud.home.tencent.app_id,
            bench__region=REGION,
            bench__bucket=bucket.name,
            bench__sha256=hashlib.sha256(package).hexdigest(),
        )
        yield made


@contextmanager
def _in(made: Project) -> Iterator[None]:
    """This process in the environment of the local cloud, for clients that read it there."""
    with mock.patch.dict("os.environ", made.environment):
        yield


def _package() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        zipped.writestr("index.py", "def main_handler(event, context):\n    return 1\n")
    return content.getvalue()


def _pulumi(made: Project, command: str, *arguments: str) -> Usage:
    options = ["--yes", "--skip-preview", "--non-interactive", "--parallel", _PARALLEL, "--stack", made.cli.stack]
    return measured.run(["pulumi", command, *options, *arguments], made.folder, made.environment)


def _row(what: str, usages: dict[str, list[Usage]], goal: Goal | None) -> Row:
    times = {side: [usage.seconds for usage in values] for side, values in usages.items()}
    busy = {side: median(usage.busy for usage in values) for side, values in usages.items()}
    note = f"median of {len(times['ours'])}; CPU {busy['ours']:.1f} against {busy['theirs']:.1f} s"
    return Row(what, "s", median(times["ours"]), median(times["theirs"]), goal, note, times)
