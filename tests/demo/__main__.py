"""``make demo`` and ``make real``: services on both clouds, up, at work, and down again."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.demo import image_service, maimai_site, show
from tests.demo.federated import Federated
from tests.demo.image_service import ImageService
from tests.demo.maimai_site import MaimaiSite
from tests.demo.places import Place, local_place, real_place
from tests.demo.planted import Search
from tests.demo.quotes import Quotes
from tests.demo.steps import StepFailedError, Steps

from support.pulumi_cli import ROOT, PulumiFailedError, copy_project
from yunfn.exceptions import YunfnError

_CREATES = """\
In the real account of the keys in the environment this creates, and destroys again:
{what}
It costs a few cents at most."""
# By cloud: what is shown of it, what that creates, the variables that hold keys, and the settings of its stack.
_SHOWS = {
    "alibaba": (
        ImageService,
        image_service.CREATES,
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        {"yunfn:program": "image_service", "image:forceDestroy": "true", "image:memory": "256"},
    ),
    "tencent": (
        MaimaiSite,
        maimai_site.CREATES,
        ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_APPID"),
        {"yunfn:program": "maimai_probe"},
    ),
}
# What is shown in a local cloud, in this order.
_LOCAL = (ImageService, Federated, MaimaiSite, Quotes)


def main() -> int:
    """Parse the command line and run; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the service running and say what to try")
    parser.add_argument("--real", metavar="CLOUD", help="run in a real account (alibaba, tencent)")
    parser.add_argument("--yes", action="store_true", help="with --real: do not ask")
    arguments = parser.parse_args()
    if arguments.real:
        return _real(arguments.real, arguments.yes)
    return _guarded(lambda steps: _local(steps, arguments.keep))


def _guarded(run: Callable[[Steps], None]) -> int:
    steps = Steps()
    error: BaseException | None = None
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(steps)
    except (StepFailedError, PulumiFailedError, YunfnError, KeyboardInterrupt) as caught:
        error = caught
    except Exception as caught:
        # Nothing foreseen: whoever mends it needs the place; the step is named all the same.
        traceback.print_exc()
        error = caught
    return steps.end(error)


def _local(steps: Steps, keep: bool) -> None:
    built = [file for kind in _LOCAL for file in kind.prepare(steps)]
    with local_place(keep) as place:
        assert place.local is not None
        # In the cloud's own folder, which goes with it even if this process is killed.
        project = place.local.home.folder / "project"
        if not project.exists():
            copy_project(project)
        steps.say(f"local cloud: account {place.local.home.account}, proxy 127.0.0.1:{place.local.proxy_port}")
        shows = [kind(steps, place, project) for kind in _LOCAL]
        search = Search(place, built)
        made: set[str] = set()
        for each in shows:
            if each.cloud not in made:
                with steps.step(f"bootstrap: the artifact bucket ({each.cloud})"):
                    show.make_bucket(place, project, each)
                made.add(each.cloud)
            each.up()
            each.work()
            search.processes(each)
        search.end(steps, shows)
        if keep:
            _say_what_to_try(steps, place, [line for each in shows for line in each.hints()])
            return
        for each in shows:
            with steps.step(f"destroy: {each.stack.stack}"):
                each.stack.destroy()
                each.tidy()
        for cloud in sorted(made):
            show.list_leftovers(steps, place, cloud)
            show.purge(steps, place, cloud)
        show.show_empty(steps, place)


def _say_what_to_try(steps: Steps, place: Place, hints: list[str]) -> None:
    assert place.local is not None
    home = place.local.home.folder
    for line in (
        "left running; try:",
        f'  eval "$(.venv/bin/yunfn local env --home {home})"',
        *(f"  {hint}" for hint in hints),
        f"  .venv/bin/yunfn local journal --home {home}",
        f"and to end it: .venv/bin/yunfn local stop --home {home}",
    ):
        steps.say(line)


def _real(cloud: str, yes: bool) -> int:
    if cloud not in _SHOWS:
        print(f"make real knows CLOUD=alibaba and CLOUD=tencent, not {cloud!r}", file=sys.stderr)
        return 2
    _, creates, keys, _ = _SHOWS[cloud]
    if not all(os.environ.get(name) for name in keys):
        print(
            f"make real needs keys of a real account: set {', '.join(keys)} (and the region). Nothing was done.",
            file=sys.stderr,
        )
        return 2
    if os.environ.get("YUNFN_LOCAL"):
        print("this environment belongs to a local cloud; run make real outside of it", file=sys.stderr)
        return 2
    print(_CREATES.format(what=creates))
    if not yes and not _agreed():
        print("Nothing was done.")
        return 1
    built = subprocess.run([sys.executable, str(ROOT / "engine" / "build.py")])
    if built.returncode != 0:
        return built.returncode
    return _guarded(lambda steps: _in_real_account(steps, cloud))


def _agreed() -> bool:
    try:
        return input("Go on? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False


def _in_real_account(steps: Steps, cloud: str) -> None:
    kind, _, _, settings = _SHOWS[cloud]
    kind.prepare(steps)
    with tempfile.TemporaryDirectory(prefix="yunfn-demo-") as folder, real_place(Path(folder), cloud) as place:
        project = copy_project(Path(folder) / "project")
        made_bucket = False
        shown = kind(steps, place, project)
        configuration = project / f"stacks/config/Pulumi.{shown.stack.stack}.yaml"
        configuration.write_text(yaml.safe_dump({"config": settings}))
        try:
            with steps.step("bootstrap: the artifact bucket"):
                made_bucket = show.make_bucket(place, project, shown)
            shown.up()
            shown.work()
        finally:
            with steps.step("destroy"):
                shown.stack.destroy()
            if made_bucket:
                show.purge(steps, place, cloud)
            else:
                steps.say("the artifact bucket was there before: what is left in it stays (yunfn artifacts list)")


if __name__ == "__main__":
    sys.exit(main())
