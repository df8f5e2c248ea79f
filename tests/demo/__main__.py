"""``make demo`` and ``make real``: the picture service up, at work, and down again."""

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

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.demo import show
from tests.demo.places import Place, local_place, real_place
from tests.demo.steps import StepFailedError, Steps

from support.pulumi_cli import ROOT, PulumiCli, PulumiFailedError, copy_project
from yunfn.exceptions import YunfnError

_CONFIGURATION = "stacks/config/Pulumi.image-dev.yaml"
_CREATES = """\
In the real account of the keys in the environment this creates, and destroys again:
  an OSS bucket for artifacts (if there is none yet) and one for pictures, a log project with one logstore,
  3 RAM roles with one policy each, a layer, 2 functions with HTTP triggers that anybody may call while they stand.
It costs a few cents at most."""


def main() -> int:
    """Parse the command line and run; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the service running and say what to try")
    parser.add_argument("--real", metavar="CLOUD", help="run in a real account (alibaba)")
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
    show.prepare_layer(steps)
    with local_place(keep) as place:
        assert place.local is not None
        # In the cloud's own folder, which goes with it even if this process is killed.
        project = place.local.home.folder / "project"
        if not project.exists():
            copy_project(project)
        steps.say(f"local cloud: account {place.local.home.account}, proxy 127.0.0.1:{place.local.proxy_port}")
        with steps.step("bootstrap: the artifact bucket"):
            bootstrap = PulumiCli(project, "bootstrap", place.variables)
            bootstrap.init()
            bootstrap.up()
        stack = PulumiCli(project, place.stack, place.variables)
        with steps.step(f"up: {place.stack}"):
            stack.init()
            stack.up()
        outputs = stack.outputs()
        show.upload_and_rotate(steps, place, outputs)
        show.expect_no_changes(steps, stack)
        show.show_logs(steps, place, outputs)
        if keep:
            _say_what_to_try(steps, place, outputs)
            return
        with steps.step("destroy"):
            stack.destroy()
        show.list_leftovers(steps, place)
        show.purge(steps, place)
        show.show_empty(steps, place)


def _say_what_to_try(steps: Steps, place: Place, outputs: dict[str, str]) -> None:
    assert place.local is not None
    home = place.local.home.folder
    for line in (
        "left running; try:",
        f'  eval "$(.venv/bin/yunfn local env --home {home})"',
        f'  curl {outputs["uploadUrl"]}/upload/ -F "lena.png=@lena.png"',
        f"  curl {outputs['procUrl']}/proc/rotate/10/lena.png >rotated.png",
        f"  .venv/bin/yunfn local journal --home {home}",
        f"and to end it: .venv/bin/yunfn local stop --home {home}",
    ):
        steps.say(line)


def _real(cloud: str, yes: bool) -> int:
    if cloud != "alibaba":
        print(f"make real knows CLOUD=alibaba, not {cloud!r}", file=sys.stderr)
        return 2
    if not (os.environ.get("ALIBABA_CLOUD_ACCESS_KEY_ID") and os.environ.get("ALIBABA_CLOUD_ACCESS_KEY_SECRET")):
        print(
            "make real needs keys of a real account: set ALIBABA_CLOUD_ACCESS_KEY_ID and "
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET (and ALIBABA_CLOUD_REGION). Nothing was done.",
            file=sys.stderr,
        )
        return 2
    if os.environ.get("YUNFN_LOCAL"):
        print("this environment belongs to a local cloud; run make real outside of it", file=sys.stderr)
        return 2
    print(_CREATES)
    if not yes and input("Go on? [y/N] ").strip().lower() not in ("y", "yes"):
        return 1
    built = subprocess.run([sys.executable, str(ROOT / "engine" / "build.py")])
    if built.returncode != 0:
        return built.returncode
    return _guarded(_in_real_account)


def _in_real_account(steps: Steps) -> None:
    show.prepare_layer(steps)
    with tempfile.TemporaryDirectory(prefix="yunfn-demo-") as folder, real_place(Path(folder)) as place:
        project = copy_project(Path(folder) / "project")
        (project / f"stacks/config/Pulumi.{place.stack}.yaml").write_text((ROOT / _CONFIGURATION).read_text())
        made_bucket = False
        stack = PulumiCli(project, place.stack, place.variables)
        try:
            with steps.step("bootstrap: the artifact bucket"):
                made_bucket = show.make_bucket(place, project)
            with steps.step(f"up: {place.stack}"):
                stack.init()
                stack.up()
            outputs = stack.outputs()
            show.upload_and_rotate(steps, place, outputs)
            show.expect_no_changes(steps, stack)
            show.show_logs(steps, place, outputs)
        finally:
            with steps.step("destroy"):
                stack.destroy()
            if made_bucket:
                show.purge(steps, place)
            else:
                steps.say("the artifact bucket was there before: what is left in it stays (yunfn artifacts list)")


if __name__ == "__main__":
    sys.exit(main())
