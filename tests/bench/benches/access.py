"""Our linter of RAM documents against parliament, the linter of AWS policies."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import mean, median

from tests.bench.model import BenchError, Goal, Row
from tests.bench.peers.environment import installed
from tests.bench.policies import drawn
from tests.bench.progress import Progress

_ROOT = Path(__file__).parents[3]
_PEER = Path(__file__).parents[1] / "peers" / "parliament_lint.py"
_COUNT = 1000
_SECONDS = 300.0


class AccessBench:
    """1,000 documents of each cloud, drawn alike and equal in length, each side in a fresh process, taking turns.

    What is counted is the CPU time of parsing and linting; imports, and reading the tables of actions, are not, on
    either side. Ours looks for more: redundant and shadowed
    statements, secrets, and escalation by the union of the rights.
    """

    name = "access"
    summary = f"linting {_COUNT} policy documents"
    ours = "yunfn.access.findings.lint of RAM documents"
    theirs = "parliament's analyze_policy_string of AWS documents of the same length"

    def run(self, progress: Progress, *, quick: bool) -> list[Row]:
        """See Bench."""
        rounds = 1 if quick else 5
        with progress.step("access: parliament's environment"):
            python = installed()
        pairs = list(drawn(_COUNT))
        texts = {"ours": [ram for ram, _ in pairs], "theirs": [aws for _, aws in pairs]}
        commands = {
            "ours": [sys.executable, "-m", "tests.bench.policy_lint"],
            "theirs": [str(python), "-P", "-W", "ignore", str(_PEER)],
        }
        taken: dict[str, list[float]] = {side: [] for side in commands}
        found: dict[str, int] = {}
        for number in range(rounds):
            # The one that goes first changes, so that neither always meets the colder machine.
            for side in list(commands)[:: 1 if number % 2 == 0 else -1]:
                with progress.step(f"access: round {number + 1} of {rounds}, {side}"):
                    seconds, found[side] = _linted(commands[side], texts[side])
                taken[side].append(seconds / _COUNT * 1000)
        if not all(found.values()):
            raise BenchError(f"a linter found nothing in documents with mistakes: {found}")
        size = mean(len(text) for text in texts["ours"])
        return [
            Row(
                "a document, parsed and linted", "ms", median(taken["ours"]), median(taken["theirs"]), Goal(0.1),
                f"CPU time, median of {rounds} alternating rounds; {size:.0f} characters each; "
                f"findings: {found['ours']} and {found['theirs']}", taken,
            )
        ]  # fmt: skip


def _linted(command: list[str], texts: list[str]) -> tuple[float, int]:
    """The seconds that a process took for all ``texts``, and how many findings it had."""
    try:
        done = subprocess.run(
            command, input=json.dumps(texts), capture_output=True, text=True, cwd=_ROOT, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"a linter took more than {_SECONDS:.0f} s") from error
    if done.returncode:
        raise BenchError(f"{command[-1]}: {done.stderr.strip()[-2000:]}")
    answer = json.loads(done.stdout)
    return float(answer["seconds"]), int(answer["findings"])
