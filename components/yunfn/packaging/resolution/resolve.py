"""Resolves a definition for its targets into a lock."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from yunfn.exceptions import ResolutionError
from yunfn.packaging.definition.model import LayerDefinition
from yunfn.packaging.resolution.index import index_settings
from yunfn.packaging.resolution.index_client import IndexClient
from yunfn.packaging.resolution.layer_lock import LayerLock, requirement_lines
from yunfn.packaging.resolution.report import EnvironmentReport
from yunfn.packaging.resolution.rounds import Rounds, WheelSource
from yunfn.packaging.target import Target

_PARALLEL_ENVIRONMENTS = 4
_PARALLEL_BUILDS = 2


def resolve(
    definition: LayerDefinition,
    targets: Sequence[Target] = (),
    *,
    wheels: WheelSource,
    offline: bool = False,
    upgrade: bool = False,
    previous: LayerLock | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> LayerLock:
    """Resolve a definition for targets (default: its own); targets with one environment share one resolution.

    Args:
        definition: What the layer holds.
        targets: What it is for.
        wheels: Builds what has no wheel.
        offline: Whether only what is in the caches may be used.
        upgrade: Whether versions of ``previous`` may change without need.
        previous: The lock until now; environments of other targets and artifacts are kept where it still fits.
        progress: Takes a short line now and then.

    Raises:
        ResolutionError: no set of packages fits; for each package that fails the index's, uv's or the build's words.
        IsolationError: something has to be built and this machine cannot isolate it.
        MissingToolError: there is no uv.
    """
    reports = examine(
        definition,
        targets,
        wheels=wheels,
        offline=offline,
        upgrade=upgrade,
        previous=previous,
        progress=progress,
    )
    if any(report.failures for report in reports.values()):
        raise ResolutionError(_failures(definition, reports))
    lines = requirement_lines(definition)
    kept = previous if previous is not None and previous.requirements == lines else None
    return LayerLock(
        lines,
        {
            **(kept.environments if kept else {}),
            **{environment: report.packages for environment, report in reports.items()},
        },
        dict(kept.artifacts) if kept else {},
    )


def examine(
    definition: LayerDefinition,
    targets: Sequence[Target] = (),
    *,
    wheels: WheelSource,
    offline: bool = False,
    upgrade: bool = False,
    previous: LayerLock | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, EnvironmentReport]:
    """What can be had and what fails for each environment, package by package; arguments are those of `resolve`.

    Raises:
        ResolutionError: uv or the index fails as such, or a refusal blames no package of the definition.
        IsolationError: something has to be built and this machine cannot isolate it.
        MissingToolError: there is no uv.
    """
    targets = tuple(targets) or definition.targets
    # The first target of an environment speaks for it.
    environments = {target.environment: target for target in reversed(targets)}
    client = IndexClient(index_settings(definition.folder, definition.indexes), offline=offline)

    def one(target: Target, builds: ThreadPoolExecutor, links: Path) -> EnvironmentReport:
        progress(f"resolving for Python {target.python} on {target.platform}")
        before = () if previous is None or upgrade else previous.environments.get(target.environment, ())
        kept = {package.name: package for package in before}
        return Rounds(definition, target, client, wheels, builds, links, kept, progress, refresh=upgrade).run()

    with (
        tempfile.TemporaryDirectory(prefix="yunfn-wheels-") as folder,
        ThreadPoolExecutor(_PARALLEL_BUILDS, "yunfn-build") as builds,
        ThreadPoolExecutor(min(_PARALLEL_ENVIRONMENTS, len(environments)), "yunfn-resolve") as pool,
    ):
        jobs = {}
        for number, (environment, target) in enumerate(sorted(environments.items())):
            links = Path(folder) / str(number)
            links.mkdir()
            jobs[environment] = pool.submit(one, target, builds, links)
        try:
            return {environment: job.result() for environment, job in jobs.items()}
        except BaseException:
            # Ctrl-C among them: what has not begun is not begun any more.
            builds.shutdown(wait=False, cancel_futures=True)
            raise


def _failures(definition: LayerDefinition, reports: dict[str, EnvironmentReport]) -> str:
    """Every failure of every environment, each with file and line where the definition itself requires the package."""
    places: dict[str, str] = {}
    for requirement in definition.requirements:
        name = canonicalize_name(Requirement(requirement.text).name)
        places.setdefault(name, f"{requirement.file}:{requirement.line}: ")
    lines = []
    for report in reports.values():
        if report.failures:
            count = len(report.failures)
            lines.append(
                f"{definition.file}: {count} package{'s' * (count > 1)} cannot be had for {report.target.name}:"
            )
        for failure in report.failures:
            lines.append(f"  {places.get(failure.name, '')}{failure.name}: {failure.message}")
    return "\n".join(lines)
