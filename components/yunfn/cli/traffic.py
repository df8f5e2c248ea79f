"""``yunfn local traffic``: load on a function of the local cloud."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from yunfn.cli.local import HomeOption, JsonOption, RegionOption, TencentRegionOption, cloud_of
from yunfn.cli.version_faults import named
from yunfn.exceptions import LocalCloudError
from yunfn.localcloud import environment

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, None: 1}


def traffic(
    function: Annotated[
        str, typer.Argument(help="alibaba:NAME or tencent:NAMESPACE/NAME, as the cloud calls it.", show_default=False)
    ],
    qualifier: Annotated[
        str | None,
        typer.Option("--qualifier", "-q", help="Alias or version (default: LATEST; $DEFAULT on Tencent)."),
    ] = None,
    rps: Annotated[float, typer.Option("--rps", help="Calls a second.")] = 10.0,
    duration: Annotated[str, typer.Option("--for", help="How long: 30s, 5m, 1h.")] = "30s",
    data: Annotated[str, typer.Option("--data", "-d", help="The event of each call.")] = "{}",
    at_once: Annotated[int, typer.Option("--at-once", help="Most calls under way; more are not sent, and told.")] = 16,
    home: HomeOption = None,
    region: RegionOption = environment.DEFAULT_REGION,
    tencent_region: TencentRegionOption = environment.DEFAULT_TENCENT_REGION,
    json_output: JsonOption = False,
) -> None:
    """Call a function of the local cloud at an even rate and tell each second which versions answered.

    The calls really run, and are counted in metrics and logs. Ctrl-C ends them; --json prints a line a second.
    Ends with 1 if each call was refused, as where no such function is.
    Example: yunfn local traffic alibaba:proc --qualifier live --rps 20 --for 2m
    """
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise typer.BadParameter(f"{duration!r} is no duration such as 30s or 5m", param_hint="--for")
    provider, name = named(function)
    load = {
        "cloud": provider,
        "region": region if provider == "alibaba" else tencent_region,
        "function": name,
        "qualifier": qualifier or ("LATEST" if provider == "alibaba" else "$DEFAULT"),
        "rate": rps,
        "seconds": float(found[1]) * _SECONDS[found[2]],
        "payload": data,
        "at_once": at_once,
    }
    total: Mapping[str, Any] = {}
    for line in cloud_of(home).follow("/traffic", load):
        typer.echo(json.dumps(line) if json_output else _words(line))
        total = line.get("total", total)
    if total.get("refused") and not total["calls"]:
        raise LocalCloudError(
            f"{provider}:{name} in {load['region']}, {load['qualifier']}: no call was let in: "
            f"{', '.join(sorted(total['refused']))}"
        )


def _words(line: Mapping[str, Any]) -> str:
    """One line as people read it: ``  12 s  3: 18 (1 failed), 4: 2   p95 21 ms``."""
    told = line.get("total", line)
    calls = sum(told["calls"].values())
    parts = []
    for version, number in sorted(told["calls"].items()):
        failed = told["errors"].get(version, 0)
        share = f" = {number / calls:.1%}" if "total" in line else ""
        parts.append(f"version {version}: {number}{share}{f' ({failed} failed)' if failed else ''}")
    parts += [f"refused {code}: {number}" for code, number in sorted(told["refused"].items())]
    if told["dropped"]:
        parts.append(f"not sent, too many under way: {told['dropped']}")
    took = f"  p50 {told['p50_ms']:g} ms, p95 {told['p95_ms']:g} ms" if told["p50_ms"] is not None else ""
    head = "in all" if "total" in line else f"{line['second']:4d} s"
    return f"{head}  {', '.join(parts) or 'no call ended'}{took}"
