"""``yunfn local``: the local cloud from the command line."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from yunfn.cli.child import run_child
from yunfn.cli.table import print_table
from yunfn.exceptions import LocalCloudError
from yunfn.localcloud import connection, environment
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.home import Home, default_folder

application = typer.Typer(
    help="A cloud on this machine: official clients reach it by the clouds' true host names, and no other.",
    no_args_is_help=True,
)

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Folder of the cloud (default: YUNFN_LOCAL_HOME, or the user's state folder).",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RegionOption = Annotated[str, typer.Option("--region", help="Alibaba region that clients use by default.")]
TencentRegionOption = Annotated[
    str, typer.Option("--tencent-region", help="Tencent region that clients use by default.")
]
_DURATION = re.compile(r"([+-]?\d+(?:\.\d+)?)(s|m|h|d)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, None: 1}


def _home(folder: Path | None) -> Home:
    return Home(folder.absolute() if folder else default_folder())


def cloud_of(home: Path | None) -> Connection:
    """The local cloud that an option ``--home`` means; raises LocalCloudNotRunningError."""
    return connection.connect(_home(home))


# Options behind the command's name are the command's, with or without a --.
@application.command(context_settings={"allow_interspersed_args": False})
def run(
    command: Annotated[list[str], typer.Argument(help="The command and its arguments, after --.")],
    home: HomeOption = None,
    region: RegionOption = environment.DEFAULT_REGION,
    tencent_region: TencentRegionOption = environment.DEFAULT_TENCENT_REGION,
    fresh: Annotated[bool, typer.Option("--fresh", help="A new, empty cloud even if one is started.")] = False,
) -> None:
    """Run a command against the local cloud: the started one, or one that lives as long as the command.

    Every credential, profile, endpoint, proxy and state backend of the outer environment is replaced. Exits as the
    command does; 127 if there is no such command, 126 if it cannot be executed.

    Example: yunfn local run -- pulumi up
    """
    with _cloud_for_command(home, fresh) as cloud:
        child = environment.child_environment(os.environ, cloud.home, cloud.proxy_port, region, tencent_region)
        code = run_child(command, child)
    raise typer.Exit(code)


@contextmanager
def _cloud_for_command(home: Path | None, fresh: bool) -> Iterator[Connection]:
    if fresh and home is not None:
        raise typer.BadParameter("--fresh makes a cloud in a folder of its own: leave out --home")
    # A cloud that is named must be there; anywhere else what the command finds in it would be a surprise.
    started = None if fresh else connection.connect(_home(home)) if home else connection.find(_home(None))
    if started is not None:
        yield started
        return
    typer.echo("yunfn local: a new cloud for this command only (yunfn local start keeps one)", err=True)
    with connection.temporary() as cloud:
        yield cloud


@application.command()
def start(
    home: HomeOption = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the proxy on 127.0.0.1 (0: any).")] = 0,
    json_output: JsonOption = False,
) -> None:
    """Start the local cloud in the background; what was deployed to it before is still there.

    Example: yunfn local start && eval "$(yunfn local env)"
    """
    place = _home(home)
    cloud, fresh = connection.start(place, port)
    if json_output:
        typer.echo(json.dumps({"started": fresh, "proxy": f"http://127.0.0.1:{cloud.proxy_port}", "pid": cloud.pid}))
    else:
        state = "started" if fresh else "already running"
        typer.echo(f"local cloud {state}: account {place.account}, proxy http://127.0.0.1:{cloud.proxy_port}")


@application.command()
def stop(home: HomeOption = None, json_output: JsonOption = False) -> None:
    """Stop the local cloud; its state stays on disk.

    Example: yunfn local stop
    """
    place = _home(home)
    cloud = connection.find(place)
    if cloud is not None:
        connection.stop(cloud)
    stopped = cloud is not None or connection.stop_silent(place) is not None
    if json_output:
        typer.echo(json.dumps({"stopped": stopped}))
    else:
        typer.echo("local cloud stopped; its state is kept" if stopped else "no local cloud is running")


@application.command()
def status(home: HomeOption = None, json_output: JsonOption = False) -> None:
    """Show account, proxy, clock, how functions are isolated, and what the cloud holds. Exit 1 if not running.

    Example: yunfn local status --json
    """
    document: dict[str, Any] = connection.connect(_home(home)).ask("GET", "/status").json()
    if json_output:
        typer.echo(json.dumps(document, indent=2))
        return
    rows = []
    for name, value in document.items():
        if isinstance(value, list):
            value = ", ".join(value)
        if not isinstance(value, dict):
            rows.append((name.replace("_", " "), str(value)))
            continue
        kinds = [f"{number:6d}  {kind}" for kind, number in _by_kind(value).items()] or ["none"]
        rows += [(name if number == 0 else "", kind) for number, kind in enumerate(kinds)]
    print_table(rows)


def _by_kind(documents: dict[str, int]) -> dict[str, int]:
    """Sum up what belongs to one thing: ``oss/objects/my-bucket (cn-shanghai)`` is ``oss/objects (cn-shanghai)``."""
    found: dict[str, int] = {}
    for kind, number in documents.items():
        path, _, region = kind.partition(" ")
        name = " ".join(["/".join(path.split("/")[:2]), region]).strip()
        found[name] = found.get(name, 0) + number
    return found


@application.command()
def env(
    home: HomeOption = None,
    region: RegionOption = environment.DEFAULT_REGION,
    tencent_region: TencentRegionOption = environment.DEFAULT_TENCENT_REGION,
    json_output: JsonOption = False,
) -> None:
    """Print what each official client reads, as shell lines for eval. Holds secrets of the local cloud only.

    Example: eval "$(yunfn local env)"
    """
    cloud = connection.connect(_home(home))
    child = environment.child_environment(os.environ, cloud.home, cloud.proxy_port, region, tencent_region)
    changed = {name: value for name, value in child.items() if os.environ.get(name) != value}
    gone = [name for name in environment.removed(os.environ) if name not in child]
    if json_output:
        typer.echo(json.dumps({"set": changed, "unset": gone}, indent=2))
        return
    for name in gone:
        typer.echo(f"unset {name}")
    for name, value in changed.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


@application.command()
def reset(
    home: HomeOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Empty the local cloud: resources, logs, journal and Pulumi's stacks of it; account and keys stay.

    Example: yunfn local reset --yes
    """
    cloud = connection.connect(_home(home))
    if not yes:
        typer.confirm(f"Remove everything in the local cloud at {cloud.home.folder}?", abort=True, err=True)
    cloud.ask("POST", "/reset")
    shutil.rmtree(cloud.home.pulumi)
    cloud.home.pulumi.mkdir(mode=0o700)
    typer.echo(json.dumps({"reset": True}) if json_output else "the local cloud is empty")


@application.command()
def clock(
    move: Annotated[
        str | None,
        typer.Option("--move", help="Move by a duration (90, 15m, 2h, -1d) or to a time (2026-12-24T18:00:00Z)."),
    ] = None,
    home: HomeOption = None,
    json_output: JsonOption = False,
) -> None:
    """Read or move the cloud's clock: tokens expire, timers fire and objects age by it.

    Example: yunfn local clock --move 15m
    """
    cloud = connection.connect(_home(home))
    if move is None:
        document = cloud.ask("GET", "/clock").json()
    else:
        document = cloud.ask("POST", "/clock", json={"seconds": _seconds(move, cloud)}).json()
    if json_output:
        typer.echo(json.dumps(document))
    else:
        typer.echo(f"{document['now']} ({document['offset_seconds']:+.0f} s from this machine's clock)")


def _seconds(move: str, cloud: Connection) -> float:
    if found := _DURATION.fullmatch(move):
        return float(found[1]) * _SECONDS[found[2]]
    try:
        target = datetime.fromisoformat(move)
    except ValueError:
        raise typer.BadParameter(f"{move!r} is neither a duration (15m) nor a time (2026-12-24T18:00:00Z)") from None
    if target.tzinfo is None:
        raise typer.BadParameter(f"{move!r} has no time zone: add Z or an offset")
    now = datetime.fromisoformat(cloud.ask("GET", "/clock").json()["now"])
    return (target - now).total_seconds()


@application.command()
def transition(
    seconds: Annotated[
        float | None, typer.Argument(help="How long from now on (real time); none to read the setting.")
    ] = None,
    home: HomeOption = None,
    json_output: JsonOption = False,
) -> None:
    """Read or set how long states such as Creating and Publishing last.

    Example: yunfn local transition 2
    """
    cloud = connection.connect(_home(home))
    if seconds is None:
        document = cloud.ask("GET", "/transition").json()
    else:
        document = cloud.ask("PUT", "/transition", json={"seconds": seconds}).json()
    typer.echo(json.dumps(document) if json_output else f"{document['seconds']:g} s")


@application.command()
def faults(
    seed: Annotated[
        int | None, typer.Option("--seed", help="Draw faults from this seed; the same seed draws the same.")
    ] = None,
    rate: Annotated[float, typer.Option("--rate", help="Share of requests that go wrong, 0 to 1.")] = 0.1,
    service: Annotated[
        list[str] | None, typer.Option("--service", help="Only requests to this service; may be repeated.")
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only throttle, error, gateway, drop or stall; may be repeated."),
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="No more faults.")] = False,
    home: HomeOption = None,
    json_output: JsonOption = False,
) -> None:
    """Let requests go wrong on purpose: throttled, failed, answered by a broken gateway, dropped or stalled.

    Without --seed and --stop it tells what is in force. Example: yunfn local faults --seed 7 --rate 0.1 --service scf
    """
    cloud = connection.connect(_home(home))
    if stop:
        document = cloud.ask("DELETE", "/faults").json()
    elif seed is None:
        document = cloud.ask("GET", "/faults").json()
    else:
        plan = {"seed": seed, "rate": rate, "services": service or []} | ({"kinds": kind} if kind else {})
        document = cloud.ask("PUT", "/faults", json=plan).json()
    if json_output:
        typer.echo(json.dumps(document))
        return
    drawn = ", ".join(f"{number} {name}" for name, number in document["drawn"].items()) or "none drawn so far"
    force = document["plan"]
    typer.echo(f"{'no faults' if force is None else 'seed {seed}, rate {rate:g}'.format(**force)} ({drawn})")


@application.command()
def journal(
    unknown: Annotated[bool, typer.Option("--unknown", help="Only hosts and operations the cloud lacks.")] = False,
    home: HomeOption = None,
) -> None:
    """Print every request so far as JSON lines: service, operation, resource, status, ms. Never a secret.

    Example: yunfn local journal | jq -r '.service + " " + .operation'
    """
    cloud = connection.connect(_home(home))
    typer.echo(cloud.ask("GET", "/journal", params={"unknown": "1"} if unknown else {}).text, nl=False)


@application.command()
def coverage(
    json_output: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown page.")] = False,
) -> None:
    """Print which operations the local cloud answers, generated from its services.

    Example: yunfn local coverage --json
    """
    try:
        from yunfn.localcloud import coverage as generated
        from yunfn.localcloud.registry import SERVICES
    except ImportError as error:
        raise LocalCloudError(f"the local cloud is not installed ({error.name}): pip install 'yunfn[local]'") from error
    table = generated.table(SERVICES)
    if json_output:
        typer.echo(json.dumps(table, indent=2))
    elif markdown:
        typer.echo(generated.markdown(table), nl=False)
    else:
        for name, operations in table.items():
            typer.echo(f"{name} ({len(operations)}): {', '.join(operations)}")
